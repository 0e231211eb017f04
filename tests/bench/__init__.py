"""Measures: a large ledger made in minutes, and what is timed on it."""
