"""Reports beside a hub: which hub fills them, and where their files lie."""
