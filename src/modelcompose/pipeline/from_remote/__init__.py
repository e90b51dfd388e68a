"""Steps that ran on other machines: their results, taken from the project's remote."""
