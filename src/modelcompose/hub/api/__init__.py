"""Our own API, `/api/v1`: what the interface and programs ask, in the shapes of `--format json`."""
