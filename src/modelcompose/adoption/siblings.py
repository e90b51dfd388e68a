"""A new service made from another by `extends`: its name, and what it must not inherit."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from typing import Any

from modelcompose.adoption.calls import Call
from modelcompose.adoption.writing import Written
from modelcompose.compose.project import Service


def name_after(call: Call) -> str | None:
    """Give the name of what a program executes, as services are named; None where it has none."""
    if call.script is not None:
        stem = posixpath.basename(call.script).partition(".")[0]
    elif call.module is not None:
        stem = call.module.rpartition(".")[2]
    else:
        return None
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", stem).strip("-_").lower() or None


def free_name(wanted: str | None, base: str, taken: Collection[str]) -> str:
    """Give a name that no service has: the wanted one, else one that tells of it or of the base."""
    stem = f"{base}-now" if wanted in (None, base) else str(wanted)
    names = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def instead_of_inherited(base: Service, name: str) -> dict[str, Any]:
    """Give the keys that replace what only one service may have, or what would keep it running."""
    keys: dict[str, Any] = {}
    if base.document.get("restart", "no") != "no":
        keys["restart"] = "no"
    if "container_name" in base.document:
        own = name.removeprefix(base.name).strip("-")
        keys["container_name"] = f"{base.document['container_name']}-{own}"
    if base.document.get("ports"):
        keys["ports"] = Written("!reset null")
    return keys
