"""Verbs about receipts."""
