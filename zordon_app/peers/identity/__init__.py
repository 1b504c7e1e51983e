"""Who this machine is: its key, its certificate, and what it signs."""
