"""Parse YAML the way Docker Compose does.

Compose reads YAML 1.2's core schema with two leftovers of 1.1: `0755` is octal and `1_000` is a
number. `yes`, `no`, `on` and `off` are strings, and so are sexagesimals such as `22:22`.

Source: go.yaml.in/yaml/v3, resolve.go.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from modelcompose.compose.yaml_limits import check_nesting
from modelcompose.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_NUMBER = re.compile(
    r"""^(?:
        [-+]?0[bB][01_]+ | [-+]?0[oO][0-7_]+ | [-+]?0[xX][0-9a-fA-F_]+
      | [-+]?[0-9][0-9_]*
      | [-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?
      | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
    )$""",
    re.VERBOSE,
)
_TIMESTAMP = re.compile(
    r"""^(?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})
    (?:(?:[Tt]|[ ])(?P<time>[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)
       [ ]?(?P<zone>Z|[-+][0-9]{2}:[0-9]{2})?)?$""",
    re.VERBOSE,
)
_OCTAL = re.compile(r"^[-+]?0[0-7]+$")
_PREFIXED = re.compile(r"^[-+]?0[bBoOxX]")
_MAX_UNSIGNED = 2**64
_MIN_SIGNED = -(2**63)


class Timestamp(str):
    """A plain scalar that YAML takes for a date, in the form in which Compose prints it."""

    __slots__ = ()


class Tagged:
    """A node under `!reset` or `!override`, which only merging several files gives a meaning."""

    __slots__ = ("tag",)

    def __init__(self, tag: str) -> None:
        self.tag = tag


def load_yaml(text: str | bytes, *, name: str | None = None) -> Any:
    """Parse one YAML document into plain values; an empty text gives None.

    Args:
        text: the document; bytes are UTF-8 or UTF-16 with a byte order mark.
        name: the file's name, which errors then begin with.

    Raises:
        ProjectError: it is not YAML, repeats a key or holds several documents; the message
            begins with file, line and column.
    """
    documents = load_documents(text, name=name)
    if len(documents) > 1:
        found = f"{name}: " if name else ""
        raise ProjectError(f"{found}expected one YAML document, found {len(documents)}")
    return documents[0] if documents else None


def load_documents(text: str | bytes, *, name: str | None = None) -> list[Any]:
    """Parse every YAML document of a text.

    Raises:
        ProjectError: as `load_yaml`.
    """
    import yaml

    try:
        check_nesting(text if isinstance(text, str) else text.decode("utf-8", "replace"))
    except ValueError as error:
        found = f"{name}: " if name else ""
        raise ProjectError(f"{found}yaml: {error}") from error
    try:
        return list(yaml.load_all(text, Loader=_loader()))
    except yaml.YAMLError as error:
        raise _translated(error, name) from error


def place_in(text: str | bytes, keys: Sequence[str | int]) -> tuple[int, int] | None:
    """Find the line and column, from 1, of what a path of keys leads to.

    For a mapping's entry that is its key. Where the path leads nowhere (the entry comes through
    `<<`), the last place on the way counts; None where there is not even one.
    """
    import yaml

    try:
        node = yaml.compose(text, Loader=_loader())
    except yaml.YAMLError:
        return None
    mark = None
    for key in keys:
        found = _child(node, key)
        if found is None:
            break
        mark, node = found
    return (mark.line + 1, mark.column + 1) if mark else None


def _child(node: Any, key: str | int) -> tuple[Any, Any] | None:
    entries = getattr(node, "value", None)
    if not isinstance(entries, list):
        return None
    if isinstance(key, int) and key < len(entries) and not isinstance(entries[key], tuple):
        return entries[key].start_mark, entries[key]
    for entry in entries:
        if isinstance(entry, tuple) and entry[0].value == str(key):
            return entry[0].start_mark, entry[1]
    return None


def _translated(error: Exception, name: str | None) -> ProjectError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    place = [name] if name else []
    if mark is not None:
        place += [str(mark.line + 1), str(mark.column + 1)]
    message = ": ".join([":".join(place), problem] if place else [problem])
    return ProjectError(message, hint="mend the YAML there")


@cache
def _loader() -> Any:
    """Make the loader's class on first use: importing yaml takes longer than most verbs need."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012, PyYAML copies it on write
        yaml_constructors: dict[Any, Any] = dict(base.yaml_constructors)  # noqa: RUF012, as above

    resolvers = [
        ("null", _NULL, [*"~nN", ""]),
        ("bool", _BOOL, [*"tTfF"]),
        ("float", _NUMBER, [*"-+.0123456789"]),
        ("timestamp", _TIMESTAMP, [*"0123456789"]),
        ("merge", re.compile(r"^<<$"), ["<"]),
    ]
    for kind, pattern, first in resolvers:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", pattern, first)
    constructors = {
        "bool": _construct_bool,
        "int": _construct_number,
        "float": _construct_number,
        "timestamp": _construct_timestamp,
        "map": _construct_map,
    }
    for kind, constructor in constructors.items():
        Loader.add_constructor(f"tag:yaml.org,2002:{kind}", constructor)
    Loader.add_constructor(None, _construct_unknown)
    for tag in ("!reset", "!override"):
        Loader.add_constructor(tag, lambda _, node: Tagged(node.tag))
    return Loader


def _construct_bool(loader: Any, node: Any) -> bool:
    return bool(loader.construct_scalar(node).lower() == "true")


def _construct_number(loader: Any, node: Any) -> int | float | str:
    return _number(loader.construct_scalar(node))


def _number(text: str) -> int | float | str:
    """Give the number that a scalar stands for, or the text where it is out of range."""
    plain = text.replace("_", "")
    whole = _whole(plain)
    if whole is not None and _MIN_SIGNED <= whole < _MAX_UNSIGNED:
        return whole
    if plain.lower().lstrip("+-") in {".inf", ".nan"}:
        return float(plain.replace(".", "", 1))
    try:
        value = float(plain)
    except ValueError:
        return text
    return text if value in {float("inf"), float("-inf")} else value


def _whole(plain: str) -> int | None:
    try:
        if _OCTAL.match(plain):
            return int(plain, 8)
        return int(plain, 0) if _PREFIXED.match(plain) else int(plain.removeprefix("+"), 10)
    except ValueError:
        return None


def _construct_timestamp(loader: Any, node: Any) -> str:
    text: str = loader.construct_scalar(node)
    try:
        return Timestamp(_formatted(text))
    except ValueError:
        return text


def _formatted(text: str) -> str:
    from datetime import datetime

    found = _TIMESTAMP.match(text)
    if found is None:
        raise ValueError(text)
    year, month, day = (int(part) for part in found["date"].split("-"))
    time, _, fraction = (found["time"] or "00:00:00").partition(".")
    hour, minute, second = (int(part) for part in time.split(":"))
    moment: datetime = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    digits = fraction.rstrip("0")
    return moment.isoformat() + (f".{digits}" if digits else "") + (found["zone"] or "Z")


def _construct_map(loader: Any, node: Any) -> dict[Any, Any]:
    """Give a mapping, `<<` merged in; refuse keys that stand twice."""
    from yaml.constructor import ConstructorError

    seen: dict[str, int] = {}
    for key, _ in node.value:
        written = key.value
        if isinstance(written, str) and written in seen:
            problem = f"mapping key {written!r} already defined at line {seen[written] + 1}"
            raise ConstructorError(None, None, problem, key.start_mark)
        if isinstance(written, str):
            seen[written] = key.start_mark.line
    loader.flatten_mapping(node)
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


def _construct_unknown(loader: Any, node: Any) -> Any:
    """Read a value under a tag that nobody knows as if it had none, as Compose does."""
    from yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, MappingNode):
        return _construct_map(loader, node)
    if isinstance(node, SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)
