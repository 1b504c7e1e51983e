"""The HTTP API: Bottle and nothing but HTTP."""
