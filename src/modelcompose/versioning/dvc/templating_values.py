"""The values that `${…}` in a dvc.yaml stands for, merged and looked up as DVC does. Pure.

Source: dvc/parsing/context.py and interpolate.py of DVC 3.67.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.errors import ProjectError

Load = Callable[[str], Any]
"""Reads a file of values by its path relative to the DVC project; None where it is not there."""
_EXPRESSION = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[[^.\[\]]+\])*")


class Style(Struct, frozen=True):
    """How maps become options of a command; `parsing.*` of `.dvc/config`."""

    bools: str = "store_true"
    lists: str = "nargs"


class Values(Struct, frozen=True):
    """What is known at one place of a dvc.yaml."""

    known: Mapping[str, Any] = {}
    files: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """What came from files, to tell which keys of them were used."""
    loaded: Mapping[str, tuple[str, ...] | None] = {}
    """Files that were loaded, with the keys that were asked for; None for a whole one."""

    def with_vars(self, items: Sequence[Any], folder: str, load: Load) -> Values:
        """Give the values with those of a `vars` list.

        Args:
            items: file names, `FILE:KEY,KEY`, or maps.
            folder: that files are relative to.
            load: reads a file.

        Raises:
            ProjectError: a file or key is missing, or a value is defined twice.
        """
        found = self
        for item in items:
            if isinstance(item, str):
                found = found.with_file(item, folder, load)
            else:
                found = replace(found, known=_merged(found.known, _texts(item), ""))
        return found

    def with_file(self, item: str, folder: str, load: Load) -> Values:
        """Give the values with those of one file, as for `with_vars`."""
        from posixpath import join, normpath

        name, _, listed = item.partition(":")
        path = normpath(join(folder, name))
        keys = tuple(key for key in listed.split(",") if key) or None
        if path in self.loaded:
            if keys is None and self.loaded[path] is None:
                return self
            self._check_twice(item, path, keys)
        values = _chosen(load(path), path, keys)
        before = self.loaded.get(path) or ()
        return Values(
            _merged(self.known, values, path),
            (*self.files, (path, values)),
            {**self.loaded, path: None if keys is None else (*before, *keys)},
        )

    def with_item(self, values: Mapping[str, Any]) -> Values:
        """Give the values with `item` and `key` of one round of a loop."""
        return replace(self, known={**self.known, **values})

    def get(self, expression: str) -> Any:
        """Look up what stands between `${` and `}`.

        Raises:
            ProjectError: there is no such value.
        """
        if _EXPRESSION.fullmatch(expression) is None:
            raise ProjectError(f"${{{expression}}} is no expression that DVC knows")
        found: Any = self.known
        for part in _parts(expression):
            found = _inside(found, part, expression)
        return found

    def sources(self, expression: str) -> Iterator[tuple[str, str]]:
        """Give the file, with its key, that a value came from; nothing for any other value."""
        parts = _parts(expression)
        for path, values in self.files:
            found: Any = values
            try:
                for part in parts:
                    found = _inside(found, part, expression)
            except ProjectError:
                continue
            yield path, ".".join(parts)
            return

    def _check_twice(self, item: str, path: str, keys: tuple[str, ...] | None) -> None:
        known = self.loaded[path]
        if keys is None or known is None or set(keys) & set(known):
            raise ProjectError(f"vars: {item}: is loaded already")


def in_text(value: Any, style: Style) -> str:
    """Give a value as it stands within a text.

    Raises:
        ProjectError: a list that holds lists has no such form.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        options = (_option(name, each, style) for name, each in _flat(value))
        return " ".join(option for option in options if option)
    return str(value)


def _option(name: str, value: Any, style: Style) -> str:
    if isinstance(value, bool):
        no = f"--no-{name}" if style.bools == "boolean_optional" else ""
        return f"--{name}" if value else no
    if isinstance(value, str):
        return f"--{name} {quote(value)}"
    if not isinstance(value, Sequence | Mapping):
        return f"--{name} {value}"
    if any(isinstance(each, Sequence | Mapping) and not isinstance(each, str) for each in value):
        raise ProjectError(f"{name}: a list that holds lists cannot be an option of a command")
    words = [quote(each) if isinstance(each, str) else str(each) for each in value]
    if style.lists == "append":
        return " ".join(f"--{name} {word}" for word in words)
    return " ".join([f"--{name}", *words]) if words else ""


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _parts(expression: str) -> list[str]:
    plain = expression.replace("[", ".").replace("]", "")
    return [part.strip() for part in plain.split(".")]


def _inside(value: Any, part: str, expression: str) -> Any:
    if isinstance(value, Mapping) and part in value:
        return value[part]
    if isinstance(value, list) and part.removeprefix("-").isdecimal():
        number = int(part)
        if -len(value) <= number < len(value):
            return value[number]
    raise ProjectError(f"${{{expression}}} stands for nothing: there is no {part!r}")


def _chosen(document: Any, path: str, keys: tuple[str, ...] | None) -> dict[str, Any]:
    if document is None:
        raise ProjectError(f"vars: {path}: no such file")
    if not isinstance(document, Mapping):
        raise ProjectError(f"vars: {path}: expected a map of values")
    lacking = [key for key in keys or () if key not in document]
    if lacking:
        raise ProjectError(f"vars: {path}: there is no {lacking[0]!r} in it")
    return _texts({key: document[key] for key in keys} if keys else document)


def _texts(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Leave out keys that are no text: no expression can name them."""
    return {
        key: _texts(value) if isinstance(value, Mapping) else value
        for key, value in values.items()
        if isinstance(key, str)
    }


def _merged(into: Mapping[str, Any], more: Mapping[str, Any], where: str) -> dict[str, Any]:
    found = dict(into)
    for key, value in more.items():
        if isinstance(found.get(key), Mapping) and isinstance(value, Mapping):
            found[key] = _merged(found[key], value, where)
        elif key in found:
            told = f" in {where}" if where else ""
            raise ProjectError(f"vars: {key!r} is defined twice, the second time{told}")
        else:
            found[key] = value
    return found
