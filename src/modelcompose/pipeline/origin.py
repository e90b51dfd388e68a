"""Naming the place in the Compose file that a planning error is about."""

from __future__ import annotations

from collections.abc import Iterable

from modelcompose.compose.project import Project


def where(project: Project, step: str, key: str) -> str:
    """Give `compose.yaml:14:9: services.train.x-ml.step.outputs`, as far as it is known."""
    from modelcompose.compose.positions import position_of

    path = ["services", step, "x-ml", "step", key]
    position = position_of(project, path)
    dotted = ".".join(path)
    return f"{position}: {dotted}" if position else dotted


def nearest(name: str, known: Iterable[str], what: str) -> str | None:
    """Give a hint that names the nearest known name, or all of them when they are few."""
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {what} {close[0]!r}?"
    return f"there are: {', '.join(names)}" if names else None
