"""What makes nodes one farm: lifecycle, ledger, planner, dispatcher, change feed."""
