"""Bringing over what other trackers recorded: a module for each source, one intake for all."""
