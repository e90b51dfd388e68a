"""Where the parts of a YAML text stand, to the character, so that lines can be put between them.

ruamel.yaml's round trip keeps comments too, but not every blank, quote and line break of what it
writes anew; who asks for three lines in a file should find three lines in the diff.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct


class Node(Struct, frozen=True):
    """One value of the text; positions count characters from 0."""

    kind: Literal["map", "list", "text", "alias"]
    start: int
    end: int
    """Behind the last character that belongs to it; comments and blank lines do not."""
    column: int
    """Of its first character; for a map in block style that of its keys."""
    text: str = ""
    is_flow: bool = False
    entries: tuple[tuple[Node, Node], ...] = ()
    """Keys and values of a map, in order."""
    items: tuple[Node, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written: `key:` alone."""
        return self.kind == "text" and self.start == self.end

    def get(self, name: str) -> Node | None:
        """Give the value of a map's own key."""
        pair = self.pair(name)
        return None if pair is None else pair[1]

    def pair(self, name: str) -> tuple[Node, Node] | None:
        """Give a map's own key with its value."""
        return next((pair for pair in self.entries if pair[0].text == name), None)


def layout(text: str) -> Node | None:
    """Give the first document of a text; None where it is empty.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    import yaml

    events = iter(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            return _Builder(text, events).build(next(events))
    return None


class _Builder:
    """Builds nodes from the parser's events, aliases left as they are."""

    def __init__(self, text: str, events: Iterator[Any]) -> None:
        self._text = text
        self._events = events

    def build(self, event: Any) -> Node:
        kind = type(event).__name__
        start, column = event.start_mark.index, event.start_mark.column
        if kind == "MappingStartEvent":
            return self._map(event, start, column)
        if kind == "SequenceStartEvent":
            return self._list(event, start, column)
        end = event.end_mark.index
        if kind == "AliasEvent":
            return Node("alias", start, end, column, text=event.anchor)
        end = max(start, len(self._text[:end].rstrip())) if end > start else end
        return Node("text", start, end, column, text=event.value)

    def _map(self, event: Any, start: int, column: int) -> Node:
        entries: list[tuple[Node, Node]] = []
        for each in self._events:
            if type(each).__name__ == "MappingEndEvent":
                end = each.end_mark.index if event.flow_style else _end_of(entries, start)
                break
            entries.append((self.build(each), self.build(next(self._events))))
        if entries and not event.flow_style:
            column = entries[0][0].column
        return Node(
            "map", start, end, column, is_flow=bool(event.flow_style), entries=tuple(entries)
        )

    def _list(self, event: Any, start: int, column: int) -> Node:
        items: list[Node] = []
        for each in self._events:
            if type(each).__name__ == "SequenceEndEvent":
                end = each.end_mark.index if event.flow_style else _end(items, start)
                break
            items.append(self.build(each))
        return Node("list", start, end, column, is_flow=bool(event.flow_style), items=tuple(items))


def _end_of(entries: list[tuple[Node, Node]], start: int) -> int:
    if not entries:
        return start
    key, value = entries[-1]
    return max(key.end, value.end)


def _end(items: list[Node], start: int) -> int:
    return max((item.end for item in items), default=start)
