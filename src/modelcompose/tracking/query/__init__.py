"""The language that chooses and sorts runs: parsed to a tree, compiled to SQL, read page by page."""
