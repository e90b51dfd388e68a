"""The frame of Compose's grammar: what a shape is, and the shapes of lists and mappings.

A shape is a function from a value, as the file has it after interpolation, and its place to the
value that `docker compose config` prints; `OMIT` where it prints nothing. It refuses what Compose
refuses. Tables of shapes are the grammar: see `service_grammar.py` and `resource_grammar.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from modelcompose.compose.embedded.units import number_text, printed_number
from modelcompose.compose.yaml_loader import Timestamp

Place = tuple[str | int, ...]
"""The keys that lead to a value, from the top of the file."""


Shape = Callable[[Any, Place], Any]


OMIT: Final = object()
"""What a shape gives for a value that Compose leaves out."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_KIND_OF: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str) and not isinstance(value, Timestamp),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "number": _is_number,
    "mapping": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}


class Refused(Exception):
    """A value that Compose does not accept."""

    def __init__(
        self,
        place: Place,
        problem: str,
        *,
        hint: str | None = None,
        at: Place | None = None,
        is_unsupported: bool = False,
    ) -> None:
        super().__init__(problem)
        self.place = place
        self.problem = problem
        self.hint = hint
        self.at = place if at is None else at
        """Where to point in the file; differs from `place` for a key that should not be there."""
        self.is_unsupported = is_unsupported
        """Whether Compose would accept it."""


def expect(value: Any, place: Place, *kinds: str) -> None:
    """Refuse a value of another kind than those named.

    Raises:
        Refused: always in the words of Compose, `must be a string`.
    """
    if not any(_KIND_OF[kind](value) for kind in kinds):
        names = sorted(kinds)
        listed = " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        raise Refused(place, f"must be a {listed}")


def text_of(value: Any) -> str:
    """Write a plain value as Compose does where a string is wanted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else str(value)


def as_printed(value: Any) -> Any:
    """Give a value without a grammar, such as an `x-…` key's, as Compose prints it."""
    if isinstance(value, dict):
        return {key: as_printed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [as_printed(entry) for entry in value]
    return printed_number(value) if isinstance(value, float) else value


def list_of(shape: Shape, *, key: Callable[[Any], str] | None = None) -> Shape:
    """Make the shape of a list; with `key`, a later entry takes an earlier one's place.

    An empty list is left out.
    """

    def read(value: Any, place: Place) -> Any:
        expect(value, place, "array")
        entries = [shape(entry, (*place, index)) for index, entry in enumerate(value)]
        return (unique(entries, key) if key else entries) or OMIT

    return read


def unique(entries: Sequence[Any], key: Callable[[Any], str]) -> list[Any]:
    """Keep one entry for each key: the last one, where the first one stood."""
    found: dict[str, Any] = {}
    for entry in entries:
        found[key(entry)] = entry
    return list(found.values())


def map_of(shape: Shape, *, names: str = r"[a-zA-Z0-9._-]+") -> Shape:
    """Make the shape of a mapping with names of the user's; an empty one is left out.

    Args:
        shape: of each value.
        names: regular expression that a name matches.
    """
    pattern = re.compile(names)

    def read(value: Any, place: Place) -> Any:
        expect(value, place, "mapping")
        refuse_unknown((name for name in value if not pattern.fullmatch(name)), place, ())
        found = {name: shape(entry, (*place, name)) for name, entry in value.items()}
        return {name: entry for name, entry in found.items() if entry is not OMIT} or OMIT

    return read


def record(
    fields: Mapping[str, Shape],
    *,
    required: Iterable[str] = (),
    is_kept: bool = True,
    has_extensions: bool = True,
) -> Shape:
    """Make the shape of a mapping with names of Compose's.

    Args:
        fields: name to shape; other names are refused, except `x-…`, whose values are kept.
        required: names that must be there.
        is_kept: whether it stays when nothing is in it.
        has_extensions: whether `x-…` is allowed.
    """
    needed = tuple(required)

    def read(value: Any, place: Place) -> Any:
        expect(value, place, "mapping")
        unknown = (n for n in value if n not in fields and not is_extension(n, has_extensions))
        refuse_unknown(unknown, place, fields)
        missing = [f"'{name}'" for name in needed if name not in value]
        if missing:
            raise Refused(place, f"missing property {', '.join(missing)}")
        found = {
            name: fields[name](entry, (*place, name)) if name in fields else as_printed(entry)
            for name, entry in value.items()
        }
        kept = {name: entry for name, entry in found.items() if entry is not OMIT}
        return kept if kept or is_kept else OMIT

    return read


def is_extension(name: str, is_allowed: bool = True) -> bool:  # noqa: FBT001, FBT002
    """Tell whether a key is one that Compose leaves to others."""
    return is_allowed and name.startswith("x-")


def refuse_unknown(unknown: Iterable[str], place: Place, known: Iterable[str]) -> None:
    """Refuse keys that Compose does not know, with the nearest that it does.

    Raises:
        Refused: there is one.
    """
    names = list(unknown)
    if not names:
        return
    import difflib

    near = difflib.get_close_matches(names[0], list(known), n=1)
    hint = f"did you mean {near[0]}?" if near else f"remove it, or name it x-{names[0]}"
    listed = ", ".join(f"'{name}'" for name in names)
    problem = f"additional properties {listed} not allowed"
    raise Refused(place, problem, hint=hint, at=(*place, names[0]))
