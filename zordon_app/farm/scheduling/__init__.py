"""Who does what: planner (pure), leases, speeds, machines, and the reasons why nothing goes on."""
