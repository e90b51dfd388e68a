"""`.dockerignore`: which files of a context a build does not see.

Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from typing import NamedTuple

from modelcompose.pipeline.image_definition.wildcards import compile_ignore

Flags = tuple[bool, ...]
"""For each pattern, whether it matched a path or one of its folders; empty above the root."""


class Pattern(NamedTuple):
    """One line, compiled."""

    text: str
    is_exception: bool
    matches: Callable[[str], bool]

    def may_match_below(self, folder: str) -> bool:
        """Tell whether something inside `folder` could match."""
        inside = f"{folder}/"
        if "**" not in self.text and self.text.count("/") < inside.count("/"):
            return False
        start = _literal_start(self.text)
        if len(start) == len(self.text):
            return self.text.startswith(inside)
        return start.startswith(inside) or inside.startswith(start)


class Patterns:
    """An ordered list of patterns, of which the last that matches decides."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._patterns = tuple(_pattern(text) for text in texts if text.strip())
        self._exceptions = [
            (index, pattern) for index, pattern in enumerate(self._patterns) if pattern.is_exception
        ]

    def match(self, path: str, above: Flags) -> tuple[bool, Flags]:
        """Tell whether a path matches, and give the flags for what is inside it.

        Args:
            path: relative, with slashes.
            above: the flags of the folder that `path` is in.
        """
        if not self._patterns:
            return False, ()
        matched = False
        flags = [False] * len(self._patterns)
        for index, pattern in enumerate(self._patterns):
            hit = bool(above) and above[index]
            if not hit:
                if pattern.is_exception != matched:
                    continue  # could change nothing
                hit = pattern.matches(path)
            flags[index] = hit
            if hit:
                matched = not pattern.is_exception
        return matched, tuple(flags)

    def may_spare_below(self, folder: str, flags: Flags) -> bool:
        """Tell whether an exception could bring back something inside a matched folder."""
        return any(
            not flags[index] and pattern.may_match_below(folder)
            for index, pattern in self._exceptions
        )


def read_ignore(text: str) -> list[str]:
    """Give the patterns of a `.dockerignore` file, cleaned."""
    lines = text.removeprefix("\ufeff").splitlines()
    return [_cleaned(line.strip()) for line in lines if line.strip() and line[0] != "#"]


def clean_path(path: str) -> str:
    """Give the shortest form of a path, as Go's `filepath.Clean` does."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _cleaned(line: str) -> str:
    bang = "!" if line.startswith("!") else ""
    pattern = line.removeprefix("!").strip()
    if not pattern:
        return bang
    cleaned = clean_path(pattern)
    return bang + (cleaned.removeprefix("/") or cleaned)


def _pattern(text: str) -> Pattern:
    cleaned = clean_path(text.strip())
    is_exception = cleaned.startswith("!")
    body = cleaned.removeprefix("!") if is_exception else cleaned
    return Pattern(body, is_exception, compile_ignore(body))


def _literal_start(text: str) -> str:
    for index, character in enumerate(text):
        if character in "*?[\\":
            return text[:index]
    return text
