"""Artifacts: the files that runs and models leave behind, kept and given through the hub."""
