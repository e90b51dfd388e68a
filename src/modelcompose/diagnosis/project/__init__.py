"""Checks of the project: its Compose file, what it builds, and what of it git holds."""
