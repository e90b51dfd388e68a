"""Content by digest: the store, the cache of file states, and changing outputs together."""
