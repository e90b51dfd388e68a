"""Versions of data: what `ml.lock` names, in the project, in the store, on remotes."""
