"""Writing that survives a power cut, archives and their checks."""
