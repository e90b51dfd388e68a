"""What a block's keys cannot say by their types: filters, names of columns, expressions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct

from modelcompose.compose.fault import Fault, Path
from modelcompose.errors import UsageError
from modelcompose.reporting.grammar import Chart, Choice, RunSet

_Keys = TypeVar("_Keys", bound=Struct)
_BOTH = "runs are chosen by a filter, or named: not both"


def check(keys: _Keys) -> _Keys:
    """Give the keys of a block that is right.

    Raises:
        Fault: the first thing that is wrong.
    """
    for field in keys.__struct_fields__:
        checker = _CHECKS.get(field)
        if checker is not None:
            checker(getattr(keys, field), (field,))
    if isinstance(keys, RunSet) and keys.filter and keys.runs is not None:
        raise Fault(("runs",), _BOTH)
    if isinstance(keys, Chart) and keys.range is not None:
        low, high = keys.range
        if low is not None and high is not None and low >= high:
            raise Fault(("range",), f"expected the lower number first, found {low:g}, {high:g}")
    return keys


def is_filter(text: str) -> bool:
    """Tell whether a text is a filter, and not the name of a run or a run set."""
    return any(sign in text for sign in " =<>~(")


def listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Give a list of what may stand alone."""
    return (value,) if isinstance(value, str) else value


def expression_in(metric: str) -> str | None:
    """Give the regular expression of `/…/`; None for a plain name."""
    is_one = len(metric) > 2 and metric.startswith("/") and metric.endswith("/")  # noqa: PLR2004
    return metric[1:-1] if is_one else None


def _filter(text: str, path: Path) -> None:
    from modelcompose.tracking.query.search import compose

    if text.strip():
        _asked(path, partial(compose, "sqlite", 0.0, text=text))


def _runs(value: Any, path: Path) -> None:
    if isinstance(value, str) and is_filter(value):
        _filter(value, path)
    if isinstance(value, Choice):
        if value.filter and value.runs:
            raise Fault((*path, "runs"), _BOTH)
        _filter(value.filter, (*path, "filter"))
        _sort(value.sort, (*path, "sort"))


def _sort(value: str | tuple[str, ...], path: Path) -> None:
    from modelcompose.tracking.query.search import compose

    for place, key in _placed(value, path):
        _asked(place, partial(compose, "sqlite", 0.0, keys=[key]))


def _columns(value: Any, path: Path) -> None:
    from modelcompose.tracking.query.columns import Column

    if isinstance(value, Mapping):
        pairs = [((*path, title), name) for title, name in value.items()]
    else:
        pairs = _placed(value or (), path)
    for place, name in pairs:
        _asked(place, partial(Column.named, name))


def _metrics(value: Any, path: Path) -> None:
    from modelcompose.tracking.query.regex import Pattern

    for place, metric in _placed(value, path):
        expression = expression_in(metric)
        if expression is None:
            continue
        try:
            Pattern(expression)
        except ValueError as error:
            raise Fault(place, f"no regular expression: {error}") from error


def _artifact(value: str, path: Path) -> None:
    parts = value.split("/")
    if value.startswith("/") or "\\" in value or not {"", ".", ".."}.isdisjoint(parts):
        raise Fault(path, f"expected a path from the run's artifacts, found {value!r}")


def _placed(value: str | tuple[str, ...], path: Path) -> list[tuple[Path, str]]:
    if isinstance(value, str):
        return [(path, value)]
    return [((*path, i), one) for i, one in enumerate(value)]


def _asked(path: Path, ask: Callable[[], object]) -> None:
    """Have the search language judge, and put its words at the key."""
    try:
        ask()
    except UsageError as error:
        raise Fault(path, error.message, hint=error.hint) from error


_CHECKS: Mapping[str, Callable[[Any, Path], None]] = {
    "filter": _filter,
    "runs": _runs,
    "sort": _sort,
    "columns": _columns,
    "group": _columns,
    "label": _columns,
    "metrics": _metrics,
    "path": _artifact,
}
