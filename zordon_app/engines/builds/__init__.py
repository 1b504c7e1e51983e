"""Managed builds: which there are, fetching, checking, keeping and removing them."""
