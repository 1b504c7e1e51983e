"""Work that this machine does: leases of its own jobs, and child jobs of other machines."""
