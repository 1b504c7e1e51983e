"""Browsers on other devices: codes, and who is signed in."""
