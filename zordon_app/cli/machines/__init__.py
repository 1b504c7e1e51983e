"""Verbs about the machines of the farm."""
