"""Runs: what is recorded of each execution, kept, searched and compared."""
