"""How long nobody has touched this machine."""
