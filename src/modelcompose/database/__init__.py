"""The database of runs: where it is, how it is opened, how its schema moves on."""
