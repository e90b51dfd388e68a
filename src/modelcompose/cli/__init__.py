"""The command line: one file a verb. Each parses, calls one thing, and prints."""
