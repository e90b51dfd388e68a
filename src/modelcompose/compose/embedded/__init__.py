"""Read one plain Compose file where the Docker Compose plugin is absent.

The reader itself is loaded when it is asked for: others only use what it is made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcompose.compose.embedded.reader import EmbeddedDocument, read_document

__all__ = ["EmbeddedDocument", "read_document"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from modelcompose.compose.embedded import reader

    return getattr(reader, name)
