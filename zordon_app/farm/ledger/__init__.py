"""The one truth about what is done: jobs, units, their states, and the only code that changes a status."""
