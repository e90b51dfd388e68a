"""Conformance kits: what every engine, remote and database must do, as tests to inherit."""
