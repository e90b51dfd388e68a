"""What a query reads beside its own table: each metric, parameter or tag that it names, once."""

from __future__ import annotations

from typing import Any

from modelcompose.errors import UsageError
from modelcompose.tracking.query.dialects import PARAM_TEXT, Clause, Dialect
from modelcompose.tracking.query.fields import Subject
from modelcompose.tracking.query.tree import Kind, Name

MOST = 50
"""Joined names of one query; SQLite joins 64 tables at most."""

OBJECTIVE_TAG = "modelcompose.objective."
"""Tags of an experiment that say which way a metric is best: `max` or `min`, by its name, or by
`STEP.NAME`."""

_OBJECTIVE = f"""(
    SELECT value FROM experiment_tags
    WHERE experiment = runs.experiment AND name IN (
        '{OBJECTIVE_TAG}' || CAST(? AS TEXT),
        '{OBJECTIVE_TAG}' || runs.step || '.' || CAST(? AS TEXT)
    )
    ORDER BY length(name) DESC LIMIT 1
)"""  # noqa: S608 - made of constants


class Joins:
    """Collects joins; the aliases that it gives are those of `sql`."""

    def __init__(self, subject: Subject, dialect: Dialect) -> None:
        self._subject = subject
        self._dialect = dialect
        self._aliases: dict[tuple[Kind, str], str] = {}

    def sql(self) -> Clause:
        """Give the joins, to stand after the table, and their values."""
        texts: list[str] = []
        values: list[Any] = []
        for (kind, name), alias in self._aliases.items():
            pairs = self._subject.pairs[kind]
            texts.append(
                f"LEFT JOIN {pairs.table} AS {alias} "
                f"ON {alias}.{pairs.owner} = {self._subject.key} AND {alias}.name = ?"
            )
            values.append(name)
        return " ".join(texts), values

    def pair(self, kind: Kind, name: str) -> str:
        """Give the alias of the table that holds a name's row; NULL where there is none.

        Raises:
            UsageError: the query names too many.
        """
        alias = self._aliases.get((kind, name))
        if alias is None:
            if len(self._aliases) == MOST:
                raise UsageError(
                    f"the query names more than {MOST} different metrics, params and tags"
                )
            alias = self._aliases[kind, name] = f"{kind[0]}{len(self._aliases)}"
        return alias

    def owner(self, kind: Kind, alias: str) -> str:
        """Give what is NULL where there is no row."""
        return f"{alias}.{self._subject.pairs[kind].owner}"

    def metric(self, name: Name) -> tuple[str, str, list[Any]]:
        """Give what is NULL where a run lacks a metric, the number that is named, and its values.

        The number is NULL also where it is NaN.
        """
        alias = self.pair("metrics", name.name)
        presence = self.owner("metrics", alias)
        sql, values = _part(alias, name)
        if name.part is None or name.is_exact:
            return presence, sql, values
        # A metric that is called so in full goes before a number of the shorter one's summary.
        whole = self.pair("metrics", f"{name.name}.{name.part}")
        whole_presence = self.owner("metrics", whole)
        return (
            f"coalesce({whole_presence}, {presence})",
            f"(CASE WHEN {whole_presence} IS NOT NULL THEN {whole}.last ELSE {sql} END)",
            values,
        )

    def param_text(self, alias: str) -> str:
        """Give a parameter's value as text."""
        return f"({PARAM_TEXT[self._dialect].format(f'{alias}.value')})"


def _part(alias: str, name: Name) -> Clause:
    if name.part != "best":
        return f"{alias}.{name.part or 'last'}", []
    sql = f"(CASE {_OBJECTIVE} WHEN 'max' THEN {alias}.max WHEN 'min' THEN {alias}.min END)"
    return sql, [name.name, name.name]
