"""What a render farm is: jobs, units, leases, nodes, statuses and messages. No I/O, no threads, no clock."""
