"""The names of artifacts. What is no plain path below the root is refused, never mended."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from modelcompose.errors import UsageError

Parts = tuple[str, ...]
"""An artifact's path, name by name; empty for the root."""

SCHEME = "mlflow-artifacts"
"""What the URIs of artifacts that go through the hub begin with."""

LONGEST_NAME_BYTES = 255
DEEPEST = 64


def parts_of(path: str) -> Parts:
    """Give the names that a path consists of.

    Args:
        path: as the request names it, decoded once; a `/` at its end counts for nothing.

    Raises:
        UsageError: it is absolute, climbs, or holds what no file name can.
    """
    if not path:
        return ()
    # A second decoding is nobody's to do; what would climb after one is refused all the same,
    # since a proxy in between may do it.
    if _climbs(path) or _climbs(unquote(path)) or _climbs(unquote(unquote(path))):
        raise UsageError(f"Invalid path: {path!r} leads out of the artifacts")
    parts = tuple(path.removesuffix("/").split("/"))
    if not all(map(_is_name, parts)) or len(parts) > DEEPEST:
        raise UsageError(f"Invalid path: {path!r} is no path of an artifact")
    return parts


def parts_of_uri(uri: str) -> Parts | None:
    """Give the path that an artifact's URI stands for; None where it is not kept by a hub.

    Raises:
        UsageError: the path in it leads out of the artifacts.
    """
    split = urlsplit(uri)
    if split.scheme != SCHEME:
        return None
    return parts_of(split.path.lstrip("/"))


def uri_of(parts: Parts) -> str:
    """Give the URI of an artifact that goes through the hub."""
    return f"{SCHEME}:/{'/'.join(parts)}"


def _climbs(path: str) -> bool:
    return path.startswith("/") or "\0" in path or "\\" in path or ".." in path.split("/")


def _is_name(name: str) -> bool:
    if name in ("", ".", ".."):
        return False
    try:
        return len(name.encode()) <= LONGEST_NAME_BYTES
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
