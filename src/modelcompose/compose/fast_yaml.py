"""Parse YAML into plain values several times faster than PyYAML's loaders.

It builds the values straight from the parser's events, for the two texts that every command
reads: what `docker compose config` prints, and the user's Compose files before Compose has seen
them. Scalars follow YAML 1.2's core schema, as far as Compose prints it: `yes`, `on`, `1:30`
and dates stay text. `yaml_loader` is the one to use where a file is judged: it is exact about
numbers, and refuses what Compose refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_CONSTANTS = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
    ".inf": float("inf"),
    "+.inf": float("inf"),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_MERGE_KEY = "<<"


def parse(text: str) -> Any:
    """Parse the first document of a text; an empty text gives None.

    Anchors and `<<` are resolved. A value under `!reset` is None, other tags are ignored.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    from yaml.events import DocumentStartEvent

    next_event = _event_source(text)
    next_event()  # the stream begins
    if not isinstance(next_event(), DocumentStartEvent):
        return None
    return _Builder(next_event).build(next_event())


def _event_source(text: str) -> Callable[[], Any]:
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined, unused-ignore]
    except ImportError:  # PyYAML built without libyaml
        from yaml import SafeLoader

        return SafeLoader(text).get_event
    source: Callable[[], Any] = CParser(text).get_event
    return source


class _Builder:
    """Turns events into values; one for each document."""

    def __init__(self, next_event: Callable[[], Any]) -> None:
        from yaml import events

        self._next = next_event
        self._scalar = events.ScalarEvent
        self._map = events.MappingStartEvent
        self._map_end = events.MappingEndEvent
        self._list_end = events.SequenceEndEvent
        self._alias = events.AliasEvent
        self._anchors: dict[str, Any] = {}

    def build(self, event: Any) -> Any:
        kind = event.__class__
        if kind is self._alias:
            return self._anchors.get(event.anchor)
        value = self._value(event, kind)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return None if event.tag == "!reset" else value

    def _value(self, event: Any, kind: type) -> Any:
        if kind is self._scalar:
            return _plain(event.value) if event.implicit[0] else event.value
        return self._mapping() if kind is self._map else self._sequence()

    def _mapping(self) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        merged: list[Any] = []
        while (event := self._next()).__class__ is not self._map_end:
            is_merge = event.__class__ is self._scalar and event.value == _MERGE_KEY
            if is_merge and event.implicit[0]:
                merged.append(self.build(self._next()))
                continue
            key = event.value if event.__class__ is self._scalar else str(self.build(event))
            values[key] = self.build(self._next())
        for source in merged:
            _merge(values, source)
        return values

    def _sequence(self) -> list[Any]:
        values = []
        while (event := self._next()).__class__ is not self._list_end:
            values.append(self.build(event))
        return values


def _plain(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in _NUMBER_STARTS:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _merge(values: dict[Any, Any], source: Any) -> None:
    """Add what `<<` brings, earlier sources first; keys of the mapping itself stay."""
    for entry in source if isinstance(source, list) else [source]:
        if isinstance(entry, Mapping):
            for key, value in entry.items():
                values.setdefault(key, value)
