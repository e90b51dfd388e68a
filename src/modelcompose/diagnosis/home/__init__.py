"""Checks of the home folder: the store, the database, and what dead commands left behind."""
