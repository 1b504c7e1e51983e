"""Blender: what a .blend tells, which build renders it, and the script that does."""
