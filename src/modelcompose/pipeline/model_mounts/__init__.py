"""Folders of a project that hold a version of a model, for services that know nothing of us."""
