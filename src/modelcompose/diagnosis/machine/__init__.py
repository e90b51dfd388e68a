"""Checks of the machine: what runs containers, what it runs on, and what it lacks."""
