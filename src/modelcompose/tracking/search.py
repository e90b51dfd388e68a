"""A filter's tree and a sort key as SQL with bound values."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from modelcompose.errors import UsageError
from modelcompose.tracking.filter import FIELDS, Both, Comparison, Name, Node, Not, parse_name
from modelcompose.tracking.rows import Cell, encoded

Clause = tuple[str, list[Cell]]
"""SQL and the values of its placeholders, in order."""

_EXPRESSIONS = {
    "duration": "(runs.ended_at - runs.started_at)",
    "created": "runs.created_at",
    "started": "runs.started_at",
    "ended": "runs.ended_at",
    "branch": "runs.code_branch",
    "commit": "runs.code_commit",
}
"""Fields that are not a column of their own name."""

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhdw]?)")
_CLAIMS = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}


def condition(node: Node, now: float) -> Clause:
    """Give the condition that a filter's tree puts on a row of `runs`.

    Args:
        node: what `filter.parse` gave.
        now: seconds since the epoch, what ages count from.

    Raises:
        UsageError: a value does not fit its field; names the position.
    """
    if isinstance(node, Both):
        clauses = [condition(operand, now) for operand in node.operands]
        sql = f" {node.word.upper()} ".join(f"({sql})" for sql, _ in clauses)
        return sql, [value for _, values in clauses for value in values]
    if isinstance(node, Not):
        sql, values = condition(node.operand, now)
        # A comparison with what a run lacks is NULL: not chosen, and so chosen by `not`.
        return f"NOT coalesce(({sql}), 0)", values
    return _comparison(node, now)


def order(sort: str) -> Clause:
    """Give the order for a sort key: a name, with `-` before it for the largest first.

    Runs that lack the value come last, and of equal ones the newest first.

    Raises:
        UsageError: there is no such field.
    """
    name = parse_name(sort.removeprefix("-"), "sort")
    sql, values = _expression(name)
    direction = "DESC" if sort.startswith("-") else "ASC"
    newest = "runs.created_at DESC, runs.number DESC"
    return f"({sql}) IS NULL, ({sql}) {direction}, {newest}", [*values, *values]


def _expression(name: Name) -> Clause:
    if name.kind == "metrics":
        return "SELECT last FROM metrics WHERE run = runs.number AND name = ?", [name.name]
    if name.kind == "params":
        return (
            "SELECT coalesce(number, value) FROM params WHERE run = runs.number AND name = ?",
            [name.name],
        )
    return _EXPRESSIONS.get(name.name, f"runs.{name.name}"), []


def _comparison(node: Comparison, now: float) -> Clause:
    if node.name.kind == "params":
        return _param(node)
    sql, values = _expression(node.name)
    kind = "number" if node.name.kind == "metrics" else FIELDS[node.name.name]
    value = _VALUES[kind](node, now)
    return f"({sql}) {node.operator} ?", [*values, value]


def _param(node: Comparison) -> Clause:
    """Compare as numbers where the wanted value is one, else as text."""
    sql = "EXISTS (SELECT 1 FROM params WHERE run = runs.number AND name = ? AND {})"
    name = node.name.name
    try:
        return sql.format(f"number {node.operator} ?"), [name, float(node.value)]
    except ValueError:
        # A word such as `true` may have been recorded as text or as a value of its own.
        text = "CASE WHEN value = ? THEN ? ELSE value END"
        wanted = encoded(node.value)
        return sql.format(f"{text} {node.operator} ?"), [name, node.value, wanted, wanted]


def _text(node: Comparison, _now: float) -> Cell:
    return node.value


def _number(node: Comparison, _now: float) -> Cell:
    try:
        if node.name.name == "duration" and node.name.kind == "field":
            return _span_s(node.value)
        return float(node.value)
    except ValueError:
        expected = "a duration such as 90s or 2h" if node.name.name == "duration" else "a number"
        raise _unfit(node, expected) from None


def _time(node: Comparison, now: float) -> Cell:
    try:
        return now - _span_s(node.value)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(node.value).timestamp()
    except ValueError:
        raise _unfit(node, "a date such as 2025-03-01 or an age such as 2d") from None


def _claim(node: Comparison, _now: float) -> Cell:
    try:
        return _CLAIMS[node.value.lower()]
    except KeyError:
        raise _unfit(node, "true or false") from None


_VALUES: dict[str, Callable[[Comparison, float], Cell]] = {
    "text": _text,
    "number": _number,
    "time": _time,
    "claim": _claim,
}


def _span_s(text: str) -> float:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return float(match[1]) * _SECONDS[match[2]]


def _unfit(node: Comparison, expected: str) -> UsageError:
    return UsageError(f"filter:{node.position}: expected {expected}, found {node.value!r}")
