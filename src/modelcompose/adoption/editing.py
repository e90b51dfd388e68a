"""Lines put into a Compose file; every other line stays what it was, byte by byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from modelcompose.adoption.layout import Node, layout
from modelcompose.adoption.writing import block, flow
from modelcompose.errors import ProjectError

_UNIT = 2


class Edit(Struct, frozen=True):
    """One place of a text and what is to stand there."""

    start: int
    end: int
    text: str


class Editor:
    """Collects what is to be put into one file."""

    def __init__(self, text: str, name: str) -> None:
        """Take a file's text.

        Args:
            text: as it is on disk, line ends and all.
            name: what errors call it.

        Raises:
            ProjectError: the text is no YAML map.
        """
        import yaml

        self._text = text
        self._name = name
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._edits: list[Edit] = []
        try:
            root = layout(text)
        except yaml.YAMLError as error:
            raise ProjectError(f"{name}: is no YAML: {error}") from error
        if root is None or root.kind != "map":
            raise ProjectError(f"{name}: is no Compose file: expected a map")
        self._root = root

    @property
    def text(self) -> str:
        """Give the text with all that was added."""
        text = self._text
        order = sorted(enumerate(self._edits), key=lambda pair: (pair[1].start, pair[0]))
        for _, edit in reversed(order):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text

    def service(self, name: str) -> Node | None:
        """Give where a service's own map stands; None where it is none that can be added to."""
        services = self._root.get("services")
        return None if services is None or services.kind != "map" else services.get(name)

    def can_add(self, name: str) -> bool:
        """Tell whether keys can be put on a service: an alias has no place for them."""
        node = self.service(name)
        return node is not None and (node.kind == "map" or node.is_empty)

    def add_to_service(self, name: str, values: Mapping[str, Any]) -> None:
        """Put keys at the end of a service; one that is there as a map is added to.

        A key that is there with another value is replaced.
        """
        services = self._root.get("services")
        pair = None if services is None else services.pair(name)
        if services is None or pair is None:
            raise KeyError(name)
        self._add(pair, values, self._unit(services))

    def add_service(self, name: str, values: Mapping[str, Any]) -> None:
        """Put a new service behind the last one."""
        pair = self._root.pair("services")
        if pair is None or pair[1].is_flow:
            raise ProjectError(
                f"{self._name}: services: a service cannot be added to a map on one line",
                hint="write each service on lines of its own",
            )
        services = pair[1]
        unit = self._unit(services)
        margin = " " * services.column
        lines = ["", f"{margin}{name}:", *block(values, services.column + unit, unit)]
        self._insert_lines(services.end, lines)

    def add_at_top(self, values: Mapping[str, Any]) -> None:
        """Put keys at the top of the file, behind its name; one that is there is added to."""
        for key, value in values.items():
            there = self._root.pair(key)
            if there is not None:
                self._add(there, value, _UNIT)
                continue
            lines = block({key: value}, self._root.column, _UNIT)
            heads = [self._root.pair(head) for head in ("name", "version")]
            last = max((pair[1].end for pair in heads if pair), default=None)
            if last is None:
                self._insert_lines(self._root.end, ["", *lines])
            else:
                self._insert_lines(last, ["", *lines])

    def _add(self, pair: tuple[Node, Node], values: Mapping[str, Any], unit: int) -> None:
        key, node = pair
        if node.kind == "map" and node.is_flow:
            self._add_flow(node, values)
        elif node.kind == "map":
            self._add_block(node, values, unit)
        elif node.is_empty:
            lines = block(values, key.column + unit, unit)
            self._insert_lines(max(key.end, node.end), lines)
        else:
            raise ProjectError(
                f"{self._name}: {key.text}: keys cannot be added here: expected a map",
                hint="write it out, where an alias stands now",
            )

    def _add_block(self, node: Node, values: Mapping[str, Any], unit: int) -> None:
        new = dict(values)
        for name, value in values.items():
            there = node.pair(name)
            if there is None:
                continue
            del new[name]
            if isinstance(value, Mapping):
                self._add(there, value, unit)
            else:
                self._replace(there, value)
        self._insert_lines(node.end, block(new, node.column, unit))

    def _replace(self, pair: tuple[Node, Node], value: Any) -> None:
        """Put another value in the place of a plain one."""
        key, node = pair
        text = flow(value)
        if node.is_empty:
            self._edits.append(Edit(key.end + 1, key.end + 1, f" {text}"))
        else:
            start = self._text.rindex(":", key.end - 1, node.start) + 1
            self._edits.append(Edit(start, node.end, f" {text}"))

    def _add_flow(self, node: Node, values: Mapping[str, Any]) -> None:
        new = {name: value for name, value in values.items() if node.get(name) is None}
        for name, value in values.items():
            there = node.pair(name)
            if there is not None and isinstance(value, Mapping):
                self._add(there, value, _UNIT)
            elif there is not None:
                self._replace(there, value)
        if not new:
            return
        inside = self._text[: node.end - 1].rstrip()
        comma = "" if inside.endswith(("{", ",")) else ","
        blank = "" if inside.endswith("{") else " "
        self._edits.append(Edit(len(inside), len(inside), f"{comma}{blank}{flow(new)[1:-1]}"))

    def _insert_lines(self, after: int, lines: list[str]) -> None:
        """Put lines behind the line that a position stands in."""
        if not lines:
            return
        end = self._text.find("\n", after)
        block_text = self._newline.join(lines)
        if end < 0:
            at = len(self._text)
            lead = "" if self._text.endswith("\n") or not self._text else self._newline
            self._edits.append(Edit(at, at, f"{lead}{block_text}{self._newline}"))
        else:
            self._edits.append(Edit(end + 1, end + 1, block_text + self._newline))

    def _unit(self, services: Node) -> int:
        """Give how far this file indents a service's keys from its name."""
        for key, value in services.entries:
            if value.kind == "map" and not value.is_flow and value.column > key.column:
                return value.column - key.column
        return _UNIT
