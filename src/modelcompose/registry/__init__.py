"""Models: their versions, aliases and gates, and what they were made from."""
