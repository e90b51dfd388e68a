"""Lines put into a Compose file; every other line stays what it was, byte by byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    column: int = 0


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
        ordered = sorted(self._edits, key=lambda edit: (edit.start, -edit.column))
        for edit in ordered[::-1]:
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
        services = self._root.get("services")
        if services is None or services.kind != "map":
            raise ProjectError(f"{self._name}: services: expected a map")
        if services.is_flow:
            self._add_flow(services, {name: values})
            return
        unit = self._unit(services)
        margin = " " * services.column
        lines = ["", f"{margin}{name}:", *block(values, services.column + unit, unit)]
        self._insert_lines(services.end, lines, services.column)

    def add_at_top(self, values: Mapping[str, Any]) -> None:
        """Put keys at the top of the file, behind its name; one that is there is added to."""
        if self._root.is_flow:
            self._add_flow(self._root, values)
            return
        new = self._without_known(self._root, values, _UNIT)
        heads = [self._root.pair(head) for head in ("name", "version")]
        last = max((pair[1].end for pair in heads if pair), default=self._root.end)
        for key, value in new.items():
            lines = block({key: value}, self._root.column, _UNIT)
            self._insert_lines(last, ["", *lines], self._root.column)

    def _add(self, pair: tuple[Node, Node], value: Any, unit: int) -> None:
        """Put a value where there is one: maps and lists get more, a plain value is replaced."""
        key, node = pair
        if not isinstance(value, Mapping):
            if node.kind == "list":
                self._extend(node, value)
            else:
                self._replace(pair, value)
        elif node.kind == "map" and node.is_flow:
            self._add_flow(node, value)
        elif node.kind == "map":
            self._add_block(node, value, unit)
        elif node.is_empty:
            column = key.column + unit
            self._insert_lines(max(key.end, node.end), block(value, column, unit), column)
        else:
            raise ProjectError(
                f"{self._name}: {key.text}: keys cannot be added here: expected a map",
                hint="write it out, where an alias stands now",
            )

    def _without_known(self, node: Node, values: Mapping[str, Any], unit: int) -> dict[str, Any]:
        """Add to what a map has already; give the keys that are new to it."""
        new = dict(values)
        for name, value in values.items():
            there = node.pair(name)
            if there is not None:
                self._add(there, value, unit)
                del new[name]
        return new

    def _add_block(self, node: Node, values: Mapping[str, Any], unit: int) -> None:
        new = self._without_known(node, values, unit)
        self._insert_lines(node.end, block(new, node.column, unit), node.column)

    def _add_flow(self, node: Node, values: Mapping[str, Any]) -> None:
        new = self._without_known(node, values, _UNIT)
        self._insert_in_flow(node, [flow({name: value})[1:-1] for name, value in new.items()])

    def _replace(self, pair: tuple[Node, Node], value: Any) -> None:
        """Put another value in the place of a plain one."""
        key, node = pair
        text = flow(value)
        if node.is_empty:
            self._edits.append(Edit(key.end + 1, key.end + 1, f" {text}"))
        else:
            start = self._text.rindex(":", key.end - 1, node.start) + 1
            self._edits.append(Edit(start, node.end, f" {text}"))

    def _extend(self, node: Node, values: Sequence[Any]) -> None:
        """Put texts at the end of a list, but for those that stand there."""
        there = {item.text for item in node.items}
        new = [flow(value) for value in values if str(value) not in there]
        if node.is_flow:
            self._insert_in_flow(node, new)
        else:
            margin = " " * node.column
            self._insert_lines(node.end, [f"{margin}- {text}" for text in new], node.column)

    def _insert_in_flow(self, node: Node, texts: Sequence[str]) -> None:
        """Put entries behind the last one of a map or a list in flow style."""
        last = [*(value for _, value in node.entries), *node.items][-1:]
        at = last[0].end if last else node.start + 1
        is_first = not last and all(edit.start != at for edit in self._edits)
        lead = "" if is_first else ", "
        if texts:
            self._edits.append(Edit(at, at, lead + ", ".join(texts)))

    def _insert_lines(self, after: int, lines: list[str], column: int) -> None:
        """Put lines behind the line that a position stands in.

        Of several that are put there, those that stand farther to the right come first: they
        belong to what ends there, the others follow it.
        """
        if not lines:
            return
        end = self._text.find("\n", after)
        text = self._newline.join([*lines, ""])
        if end >= 0:
            self._edits.append(Edit(end + 1, end + 1, text, column))
        else:
            at = len(self._text)
            self._edits.append(
                Edit(at, at, self._newline + text.removesuffix(self._newline), column)
            )

    def _unit(self, services: Node) -> int:
        """Give how far this file indents a service's keys from its name."""
        for key, value in services.entries:
            if value.kind == "map" and not value.is_flow and value.column > key.column:
                return value.column - key.column
        return _UNIT
