"""Dollar signs: in a Compose file `$$` stands for one."""

from __future__ import annotations


def escape(value: str) -> str:
    """Write a value so that Compose reads it as it is."""
    return value.replace("$", "$$")


def unescape(value: str) -> str:
    """Read a value as Compose does, where nothing is left to interpolate."""
    return value.replace("$$", "$")
