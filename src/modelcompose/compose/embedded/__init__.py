"""Read one plain Compose file where the Docker Compose plugin is absent."""

from __future__ import annotations

from modelcompose.compose.embedded.reader import EmbeddedDocument, read_document

__all__ = ["EmbeddedDocument", "read_document"]
