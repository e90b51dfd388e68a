"""What is wrong under `x-ml`, before anybody looked up in which line it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Path = tuple[str | int, ...]
"""Keys and list indices from the document's top, such as `("services", "a", "x-ml")`."""

_PLAIN_KEY = re.compile(r"[\w/*-]+")


class Fault(Exception):
    """One thing that is wrong.

    Attributes:
        path: where it stands.
        problem: what was expected and what was found, in words.
        hint: one way to mend it.
        at_key: whether the key is wrong, not its value.
    """

    def __init__(
        self, path: Path, problem: str, *, hint: str | None = None, at_key: bool = False
    ) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem
        self.hint = hint
        self.at_key = at_key

    def __str__(self) -> str:
        """Give the message without its position."""
        return f"{dotted(self.path)}: {self.problem}"


def dotted(path: Sequence[str | int]) -> str:
    """Write a path the way people do: `services.train.x-ml.step.outputs[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}"
        else:
            text += f'["{part}"]'
    return text.removeprefix(".")


def found(value: object) -> str:
    """Say what a value is, as short as it can be recognised by."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def nearest(name: str, known: Iterable[str]) -> str:
    """Give a hint with the nearest known name, or with all of them."""
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(names)}" if names else "nothing may stand here"
