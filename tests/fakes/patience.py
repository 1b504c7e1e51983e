"""How long a test waits for what it was promised.

One number for all waits, far beyond what the slowest machine needs: only what would never come is given up by it.
"""

HANG_SECONDS = 400.0
