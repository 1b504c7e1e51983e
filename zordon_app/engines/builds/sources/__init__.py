"""The sites that publish builds, one module each: pure readings of their pages."""
