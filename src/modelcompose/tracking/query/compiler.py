"""A filter's tree as SQL with bound values, for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modelcompose.errors import UsageError
from modelcompose.tracking.query import values as meaning
from modelcompose.tracking.query.dialects import Clause, Dialect, ilike, like, matches
from modelcompose.tracking.query.fields import RUNS, Field, Subject
from modelcompose.tracking.query.joins import Joins
from modelcompose.tracking.query.regex import compiled
from modelcompose.tracking.query.tree import Both, Comparison, Name, Node, Operator, Value

_PATTERNS: dict[str, Callable[[str, str, Dialect], Clause]] = {
    "like": like,
    "ilike": ilike,
    "matches": matches,
}
_NAN = "nan"
_OF_DATASET = "JOIN datasets ON datasets.number = read.dataset"
_CONTEXT = """
    JOIN run_dataset_tags AS given
    ON given.input = read.number AND given.name = 'mlflow.data.context'
"""
_DATASETS = {
    "name": (_OF_DATASET, "datasets.name"),
    "digest": (_OF_DATASET, "datasets.digest"),
    "context": (_CONTEXT, "given.value"),
}
"""What a dataset's field is read from."""


class Compiler:
    """Compiles conditions on the rows of one query, whose joins it collects."""

    def __init__(
        self,
        dialect: Dialect,
        now: float,
        subject: Subject = RUNS,
        *,
        first: Name | None = None,
    ) -> None:
        """Take what times count from, in seconds since the epoch, and what is sorted by first."""
        self.dialect = dialect
        self._first = first
        self.now = now
        self.subject = subject
        self.joins = Joins(subject, dialect)

    def condition(self, node: Node) -> Clause:
        """Give the condition that a tree puts on a row.

        Raises:
            UsageError: a value does not fit its name; names the position.
        """
        if isinstance(node, Both):
            clauses = [self.condition(operand) for operand in node.operands]
            sql = f" {node.word.upper()} ".join(f"({sql})" for sql, _ in clauses)
            return sql, [value for _, values in clauses for value in values]
        if isinstance(node, Comparison):
            return self._comparison(node)
        sql, values = self.condition(node.operand)
        # A comparison with what a row lacks is NULL: not chosen, and so chosen by `not`.
        return f"({sql}) IS NOT TRUE", values

    def _comparison(self, node: Comparison) -> Clause:
        kind = node.name.kind
        if kind == "field":
            return self._field(node, self.subject.fields[node.name.name])
        if kind == "metrics":
            return self._metric(node)
        if kind == "params":
            return self._param(node)
        if kind == "datasets":
            return self._dataset(node)
        return self._tag(node)

    def _field(self, node: Comparison, field: Field) -> Clause:
        if node.operator in ("is null", "is not null"):
            return f"{field.sql} {node.operator.upper()}", []
        if field.kind == "claim":
            return self._claim(node, field)
        if field.kind in ("text", "status"):
            return self._text(node, field)
        return self._number(node, field.sql, lambda value: self._quantity(field, value))

    def _text(self, node: Comparison, field: Field) -> Clause:
        if field.kind != "status":
            return self._compared_text(node, field.sql, [value.text for value in node.values])
        wanted = [meaning.status(value) for value in node.values]
        ours, values = self._compared_text(node, field.sql, wanted)
        if _pattern_of(node.operator) is None:
            return ours, values
        named = meaning.mlflow_status(field.sql)
        theirs, more = self._compared_text(node, named, [value.text for value in node.values])
        word = "AND" if node.operator.startswith("not ") else "OR"
        return f"({ours}) {word} ({theirs})", [*values, *more]

    def _compared_text(self, node: Comparison, sql: str, wanted: list[str]) -> Clause:
        pattern = _pattern_of(node.operator)
        if pattern is not None:
            return self._fits(node, pattern, sql, wanted[0])
        if node.operator in ("in", "not in"):
            return f"{sql} {node.operator.upper()} ({_marks(wanted)})", list(wanted)
        return f"{sql} {_sign(node.operator)} ?", list(wanted)

    def _fits(self, node: Comparison, pattern: str, sql: str, wanted: str) -> Clause:
        if pattern == "matches":
            _check_pattern(node.values[0])
        clause, values = _PATTERNS[pattern](sql, wanted, self.dialect)
        return (f"NOT ({clause})" if node.operator.startswith("not ") else clause), values

    def _number(self, node: Comparison, sql: str, read: Callable[[Value], float]) -> Clause:
        if _pattern_of(node.operator) is not None:
            raise UsageError(
                f"filter:{node.values[0].position}: {node.operator.upper()} is for texts, "
                f"and {node.name.name!r} is none"
            )
        wanted = [read(value) for value in node.values]
        if any(value != value for value in wanted):  # noqa: PLR0124 - NaN alone differs
            raise meaning.unfit(node.values[0], "a number")
        if node.operator in ("in", "not in"):
            return f"{sql} {node.operator.upper()} ({_marks(wanted)})", list(wanted)
        return f"{sql} {_sign(node.operator)} ?", list(wanted)

    def _quantity(self, field: Field, value: Value) -> float:
        if field.kind == "time":
            return meaning.time_s(value, self.now)
        return meaning.duration_s(value) if field.kind == "duration" else meaning.number(value)

    def _claim(self, node: Comparison, field: Field) -> Clause:
        if node.operator not in ("=", "!="):
            raise UsageError(
                f"filter:{node.name.position}: {node.name.name!r} takes `= true` or `= false`"
            )
        wanted = meaning.claim(node.values[0]) == (node.operator == "=")
        return f"{field.sql} IS {'TRUE' if wanted else 'FALSE'}", []

    def _metric(self, node: Comparison) -> Clause:
        presence, sql, values = self.joins.metric(node.name)
        if node.operator in ("is null", "is not null"):
            return f"{presence} {node.operator.upper()}", []
        if node.operator in ("=", "!=") and node.values[0].text.lower() == _NAN:
            word = "IS NULL" if node.operator == "=" else "IS NOT NULL"
            return f"{presence} IS NOT NULL AND {sql} {word}", values
        clause, wanted = self._number(node, self._unindexed(node) + sql, meaning.number)
        if node.operator in ("!=", "not in"):
            # NaN, which is NULL here, differs from every number.
            clause = f"({clause}) OR ({presence} IS NOT NULL AND {sql} IS NULL)"
            return clause, [*values, *wanted, *values]
        return clause, [*values, *wanted]

    def _unindexed(self, node: Comparison) -> str:
        """Keep SQLite from reading runs in the order of a metric that they are not sorted by.

        It has no statistics, and takes each range for a narrow one: 100,000 runs cost it five
        times as much one by one as all together.
        """
        is_range = node.operator not in ("=", "in")
        is_first = self._first is not None and self._first.same_as(node.name)
        return "+" if self.dialect == "sqlite" and is_range and not is_first else ""

    def _param(self, node: Comparison) -> Clause:
        alias = self.joins.pair("params", node.name.name)
        if node.operator in ("is null", "is not null"):
            return f"{alias}.value {node.operator.upper()}", []
        pattern = _pattern_of(node.operator)
        if pattern is not None:
            text = self.joins.param_text(alias)
            return self._fits(node, pattern, text, node.values[0].text)
        if node.operator in ("=", "!=", "in", "not in"):
            return _equal_param(alias, node)
        value = node.values[0]
        number = meaning.number_or_none(value)
        if number is not None:
            return f"{alias}.number {node.operator} ?", [number]
        return f"{self.joins.param_text(alias)} {node.operator} ?", [value.text]

    def _tag(self, node: Comparison) -> Clause:
        alias = self.joins.pair(node.name.kind, node.name.name)
        if node.operator in ("is null", "is not null"):
            return f"{alias}.value {node.operator.upper()}", []
        wanted = [value.text for value in node.values]
        clause, values = self._compared_text(node, f"{alias}.value", wanted)
        absent_differs = self.subject.pairs[node.name.kind].absent_differs
        if node.operator == "!=" and node.name.name in absent_differs:
            clause = f"{alias}.value IS NULL OR {clause}"
        return clause, values

    def _dataset(self, node: Comparison) -> Clause:
        """One of the run's datasets fits."""
        own = self.subject.pairs["datasets"]
        join, sql = _DATASETS[node.name.name]
        table = (
            f"SELECT 1 FROM {own.table} AS read {join} "  # noqa: S608 - made of constants
            f"WHERE read.{own.owner} = {self.subject.key}"
        )
        if node.operator in ("is null", "is not null"):
            word = "NOT " if node.operator == "is null" else ""
            return f"{word}EXISTS ({table} AND {sql} IS NOT NULL)", []
        wanted = [value.text for value in node.values]
        clause, values = self._compared_text(node, sql, wanted)
        return f"EXISTS ({table} AND ({clause}))", values


def _equal_param(alias: str, node: Comparison) -> Clause:
    """Compare as a number what stands without quotes and is one, else as text.

    A text is kept as JSON; a word such as `true` may also be a value of its own.
    """
    texts: list[str] = []
    numbers: list[float] = []
    for value in node.values:
        number = None if value.is_quoted else meaning.number_or_none(value)
        if number is None:
            texts += [value.text, _as_json(value.text)]
        else:
            numbers.append(number)
    clauses: list[str] = []
    if numbers:
        clauses.append(f"coalesce({alias}.number IN ({_marks(numbers)}), FALSE)")
    if texts:
        clauses.append(f"{alias}.value IN ({_marks(texts)})")
    sql = " OR ".join(clauses)
    if node.operator in ("!=", "not in"):
        sql = f"{alias}.value IS NOT NULL AND NOT ({sql})"
    else:
        sql = f"{alias}.value IS NOT NULL AND ({sql})"
    return sql, [*numbers, *texts]


def _as_json(text: str) -> str:
    from modelcompose.tracking.rows import encoded

    return encoded(text)


def _check_pattern(value: Value) -> None:
    try:
        compiled(value.text)
    except ValueError as error:
        raise UsageError(
            f"filter:{value.position}: the regular expression {value.text!r}: {error}"
        ) from None


def _pattern_of(operator: Operator) -> str | None:
    name = operator.removeprefix("not ")
    return name if name in _PATTERNS else None


def _sign(operator: str) -> str:
    return "<>" if operator == "!=" else operator


def _marks(values: list[Any] | list[str] | list[float]) -> str:
    return ", ".join("?" * len(values))
