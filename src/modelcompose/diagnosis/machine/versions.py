"""Versions as programs tell them."""

from __future__ import annotations

import re

Version = tuple[int, int, int]

_VERSION = re.compile(r"\bv?(\d+)\.(\d+)(?:\.(\d+))?")


def parse_version(text: str) -> Version | None:
    """Find the first version in a text, such as `v0.29.1+ds1` or `2.40.3-desktop.1`."""
    found = _VERSION.search(text)
    if found is None:
        return None
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch


def written(version: Version) -> str:
    """Give a version as people write it."""
    return ".".join(map(str, version))
