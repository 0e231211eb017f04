"""Measures the worker: how fast it applies deliveries to a large ledger, beside the naive way."""
