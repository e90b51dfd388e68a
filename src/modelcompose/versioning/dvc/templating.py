"""The stages of a dvc.yaml with `vars`, `foreach`, `matrix` and every `${…}` resolved. Pure.

Source: dvc/parsing of DVC 3.67; `tests/contract/test_dvc_templating.py` compares with it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from msgspec import Struct

from modelcompose.errors import ProjectError
from modelcompose.versioning.dvc.templating_values import Load, Style, Values, in_text

DEFAULT_FILE = "params.yaml"
_MATCH = re.compile(r"(?<!\\)\$\{(?P<inner>.*?)\}")
_SECTIONS = ("artifacts", "datasets", "metrics", "params", "plots")


class Stage(Struct, frozen=True):
    """One stage as DVC runs it."""

    name: str
    """With `@KEY` behind it where a loop made it."""
    document: Mapping[str, Any]
    """What stands in the dvc.yaml, resolved; without `vars`, `foreach` and `matrix`."""
    used: tuple[tuple[str, str], ...] = ()
    """The keys of files that `${…}` took values from, as (file, dotted key)."""
    group: str | None = None
    """The name in the dvc.yaml, for a stage that a loop made."""


class Resolved(Struct, frozen=True):
    """A dvc.yaml without any template."""

    stages: tuple[Stage, ...]
    sections: Mapping[str, Any]
    """Top-level `artifacts`, `datasets`, `metrics`, `params` and `plots`."""


def resolve(
    document: Mapping[str, Any], folder: str, load: Load, style: Style | None = None
) -> Resolved:
    """Resolve a dvc.yaml.

    Args:
        document: what it holds.
        folder: where it stands, relative to the DVC project; empty for its root.
        load: reads files of values by their path in the DVC project.
        style: how maps become options.

    Raises:
        ProjectError: a value is missing, or has no place where it is used.
    """
    template = _Template(folder, load, style or Style())
    values = Values()
    if load(posixpath.join(folder, DEFAULT_FILE)) is not None:
        values = values.with_file(DEFAULT_FILE, folder, load)
    values = values.with_vars(document.get("vars") or (), folder, load)
    found = [
        stage
        for name, definition in (document.get("stages") or {}).items()
        for stage in template.stages(name, definition, values)
    ]
    sections = {
        name: template.value(document[name], values, None, [])
        for name in _SECTIONS
        if document.get(name)
    }
    return Resolved(tuple(found), sections)


class _Template:
    def __init__(self, folder: str, load: Load, style: Style) -> None:
        self._folder = folder
        self._load = load
        self._style = style

    def stages(self, name: str, definition: Mapping[str, Any], values: Values) -> Iterator[Stage]:
        """Give a stage, or all that its loop makes."""
        if not isinstance(definition, Mapping):
            raise ProjectError(f"stages.{name}: expected a map")
        if "matrix" in definition:
            rest = {key: value for key, value in definition.items() if key != "matrix"}
            rounds = self._matrix(name, definition["matrix"], values)
            yield from (self._round(name, key, rest, values.with_item(own)) for key, own in rounds)
        elif "foreach" in definition:
            each = definition.get("do") or {}
            found = self._foreach(name, definition["foreach"], values)
            yield from (self._round(name, key, each, values.with_item(own)) for key, own in found)
        else:
            yield self._stage(name, definition, values, None)

    def _round(self, name: str, key: str, rest: Mapping[str, Any], values: Values) -> Stage:
        return self._stage(f"{name}@{key}", rest, values, name)

    def _foreach(
        self, name: str, data: Any, values: Values
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        items = self._at(f"stages.{name}.foreach", data, values, None, [])
        if isinstance(items, Mapping):
            for key, item in items.items():
                text = in_text(key, self._style)
                yield text, {"item": item, "key": text}
        elif isinstance(items, Sequence) and not isinstance(items, str):
            is_numbered = any(_is_composite(item) for item in items)
            keyed = {
                in_text(number if is_numbered else item, self._style): item
                for number, item in enumerate(items)
            }
            yield from ((key, {"item": item}) for key, item in keyed.items())
        else:
            raise ProjectError(f"stages.{name}.foreach: expected a list or a map, found {items!r}")

    def _matrix(self, name: str, data: Any, values: Values) -> Iterator[tuple[str, dict[str, Any]]]:
        axes = self._at(f"stages.{name}.matrix", data, values, None, [])
        if not isinstance(axes, Mapping) or not all(isinstance(v, list) for v in axes.values()):
            raise ProjectError(f"stages.{name}.matrix: expected a map of lists, found {axes!r}")
        found: dict[str, dict[str, Any]] = {}
        for combination in product(*(enumerate(each) for each in axes.values())):
            words = [
                f"{axis}{number}" if _is_composite(value) else in_text(value, self._style)
                for axis, (number, value) in zip(axes, combination, strict=True)
            ]
            item = {axis: value for axis, (_, value) in zip(axes, combination, strict=True)}
            found["-".join(words)] = item
        yield from ((key, {"item": item, "key": key}) for key, item in found.items())

    def _stage(
        self, name: str, definition: Mapping[str, Any], values: Values, group: str | None
    ) -> Stage:
        used: list[tuple[str, str]] = []
        own = definition.get("vars") or ()
        if own:
            wdir = definition.get("wdir") or ""
            wdir = in_text(self._at(f"stages.{name}.wdir", wdir, values, "wdir", []), self._style)
            try:
                values = values.with_vars(own, posixpath.join(self._folder, wdir), self._load)
            except ProjectError as error:
                raise ProjectError(f"stages.{name}.{error.message}") from error
        document = {
            key: self._at(f"stages.{name}.{key}", value, values, key, used)
            for key, value in definition.items()
            if key != "vars"
        }
        return Stage(name, document, tuple(dict.fromkeys(used)), group)

    def _at(
        self, where: str, data: Any, values: Values, key: str | None, used: list[tuple[str, str]]
    ) -> Any:
        try:
            return self.value(data, values, key, used)
        except ProjectError as error:
            raise ProjectError(f"{where}: {error.message}", hint=error.hint) from error

    def value(self, data: Any, values: Values, key: str | None, used: list[tuple[str, str]]) -> Any:
        """Resolve all that a value holds.

        Args:
            data: a text, or a map or list of such.
            values: what is known.
            key: the stage's key that it stands under; None where maps and lists may stand, too.
            used: told the keys of files that were used.
        """
        if isinstance(data, Mapping):
            return {
                self.value(name, values, key, used): self.value(each, values, key, used)
                for name, each in data.items()
            }
        if isinstance(data, list):
            return [self.value(each, values, key, used) for each in data]
        return self._text(data, values, key, used) if isinstance(data, str) else data

    def _text(self, text: str, values: Values, key: str | None, used: list[tuple[str, str]]) -> Any:
        matches = list(_MATCH.finditer(text))
        found = [self._lookup(match["inner"], values, key, used) for match in matches]
        if len(matches) == 1 and matches[0].group() == text:
            return found[0]
        parts: list[str] = []
        at = 0
        for match, value in zip(matches, found, strict=True):
            parts += [text[at : match.start()], in_text(value, self._style)]
            at = match.end()
        return "".join([*parts, text[at:]]).replace(r"\${", "${")

    def _lookup(
        self, expression: str, values: Values, key: str | None, used: list[tuple[str, str]]
    ) -> Any:
        value = values.get(expression)
        may_unpack = key is None or (key == "cmd" and isinstance(value, Mapping))
        if _is_composite(value) and not may_unpack:
            kind = "a map" if isinstance(value, Mapping) else "a list"
            raise ProjectError(f"${{{expression}}} is {kind}, which cannot stand here")
        used.extend(values.sources(expression))
        return value


def _is_composite(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str)
