"""Reasons of jobs that are said at several places, or known again by what they say."""

QUEUED = "In the queue."
RENDERING = "Rendering."
PREPARING = "Looking at the files that are there already."
WAITS = "Waits for "
"""How the reason of a job begins for which no machine can do anything at present."""
