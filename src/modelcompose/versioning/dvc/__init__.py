"""DVC's files, caches and remotes: read as they are, imported and exported."""
