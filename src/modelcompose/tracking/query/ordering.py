"""Sort keys as SQL: terms that are never NULL, or come after one that tells those that are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.tracking.query.compiler import Compiler
from modelcompose.tracking.query.dialects import sorted_text
from modelcompose.tracking.query.fields import Subject, read_name
from modelcompose.tracking.query.tree import Name
from modelcompose.tracking.query.values import mlflow_status

_DIRECTION = re.compile(r"(?P<name>.*\S)\s+(?P<word>ASC|DESC)\s*", re.IGNORECASE | re.DOTALL)
_WORDS = re.compile(r"\S\s+\S")
_QUOTES = frozenset('`"')
_TEXTS = ("text", "status")


class Key(Struct, frozen=True):
    """What rows are sorted by."""

    name: Name
    is_descending: bool = False


class Term(Struct, frozen=True):
    """One expression of ORDER BY."""

    sql: str
    values: list[Any] = []
    is_descending: bool = False


def parse_key(text: str, subject: Subject, place: str = "sort") -> Key:
    """Read a sort key: `metrics.auc`, `-metrics.auc`, or as MLflow has it `metrics.auc DESC`.

    Raises:
        UsageError: there is no such name.
    """
    match = _DIRECTION.fullmatch(text)
    name = (match["name"] if match else text).strip()
    is_descending = match is not None and match["word"].upper() == "DESC"
    position = 1
    if name.startswith("-") and match is None:
        name, is_descending, position = name[1:], True, 2
    if not name or "\0" in name:
        raise UsageError(f"{place}:1: expected a name such as `metrics.auc`, found {text!r}")
    read = read_name(name, place, position, subject)
    if read.kind != "field" and _WORDS.search(name) and not _QUOTES.intersection(name):
        raise UsageError(
            f"{place}:{position}: expected a name, then ASC or DESC, found {text!r}",
            hint="put a name that has a space in it in backticks: metrics.`val loss`",
        )
    if read.kind == "datasets":
        raise UsageError(f"{place}:{position}: a run may have many datasets: no order by them")
    return Key(read, is_descending)


def terms(keys: Sequence[Key], compiler: Compiler, *, surely: frozenset[Name]) -> list[Term]:
    """Give the terms for sort keys; the newest come first of equal ones.

    A number that is NaN comes last, after it what is not there at all, whatever the direction.

    Args:
        keys: what to sort by, the first first.
        compiler: of the query.
        surely: names of numbers that no chosen row lacks; they need no telling apart.
    """
    found = [term for key in keys for term in _terms(key, compiler, surely)]
    newest = compiler.subject.newest
    if not any(term.sql == newest for term in found):
        found.append(Term(newest, is_descending=True))
    return [*found, Term(compiler.subject.key, is_descending=True)]


def order_by(found: Sequence[Term]) -> tuple[str, list[Any]]:
    """Give what stands after ORDER BY."""
    sql = ", ".join(f"{term.sql}{' DESC' if term.is_descending else ''}" for term in found)
    return sql, [value for term in found for value in term.values]


def _terms(key: Key, compiler: Compiler, surely: frozenset[Name]) -> list[Term]:
    name = key.name
    if name.kind == "metrics":
        presence, sql, values = compiler.joins.metric(name)
        value = Term(sql, values, key.is_descending)
        if name.at(0) in surely:
            return [value]
        missing = f"CASE WHEN {presence} IS NULL THEN 2 WHEN {sql} IS NULL THEN 1 ELSE 0 END"
        return [Term(missing, values), value]
    if name.kind == "params":
        return _param_terms(key, compiler)
    if name.kind == "tags":
        sql = f"{compiler.joins.pair('tags', name.name)}.value"
        is_text = True
    else:
        field = compiler.subject.fields[name.name]
        sql, is_text = field.sql, field.kind in _TEXTS
        if field.kind == "status":  # in the order that MLflow's client expects
            sql = mlflow_status(sql)
        if sql == compiler.subject.newest:
            return [Term(sql, is_descending=key.is_descending)]
    ordered = sorted_text(sql, compiler.dialect) if is_text else sql
    return [
        Term(f"CASE WHEN {sql} IS NULL THEN 1 ELSE 0 END"),
        Term(ordered, is_descending=key.is_descending),
    ]


def _param_terms(key: Key, compiler: Compiler) -> list[Term]:
    """Numbers by their size, then texts, then what is not there."""
    alias = compiler.joins.pair("params", key.name.name)
    text = f"CASE WHEN {alias}.number IS NULL THEN {compiler.joins.param_text(alias)} END"
    return [
        Term(
            f"CASE WHEN {alias}.value IS NULL THEN 2 WHEN {alias}.number IS NULL THEN 1 ELSE 0 END"
        ),
        Term(f"{alias}.number", is_descending=key.is_descending),
        Term(sorted_text(f"({text})", compiler.dialect), is_descending=key.is_descending),
    ]
