"""Content that is known by its digest alone: where the verbs about data look for it."""

from __future__ import annotations

from modelcompose.store.kept import kept_content

__all__ = ["kept_content"]
