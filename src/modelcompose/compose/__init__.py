"""Reading a Compose project: the file, the grammar of `x-ml`, and the project as values."""
