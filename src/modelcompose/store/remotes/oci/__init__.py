"""An OCI registry as a remote."""
