"""The language that chooses and sorts runs: a tree, then SQL, then pages."""
