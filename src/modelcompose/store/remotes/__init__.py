"""Places where content goes to and comes from: registries, buckets, folders, other machines."""
