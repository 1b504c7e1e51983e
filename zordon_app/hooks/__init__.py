"""Telling programs and services of a person's choice what became of jobs."""
