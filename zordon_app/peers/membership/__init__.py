"""Who belongs to the farm: a list of signed statements that spreads."""
