"""How a machine becomes a member: the door, six digits, tokens."""
