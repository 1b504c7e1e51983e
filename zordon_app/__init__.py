"""Zordon: a render manager made of the machines people already have."""

__version__ = "0.1.0"
API_VERSION = "0.1"
