"""A first job that shows that everything works."""
