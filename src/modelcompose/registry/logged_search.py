"""Logged models that a filter chooses, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import UsageError
from modelcompose.registry.logged_models import LoggedModel, read_logged_models
from modelcompose.registry.pages import Page
from modelcompose.tracking.limits import check_text, experiment_number
from modelcompose.tracking.query.fields import Field, Pairs, Subject
from modelcompose.tracking.query.search import compose, find

_FIELDS = {
    "name": Field("text", "logged_models.name"),
    "model_id": Field("text", "logged_models.id"),
    "model_type": Field("text", "logged_models.model_type"),
    "status": Field("text", "substr(logged_models.status, 14)"),
    "run": Field("text", "logged_models.run"),
    "experiment_id": Field("text", "CAST(logged_models.experiment AS TEXT)"),
    "created": Field("time", "logged_models.created_at"),
    "updated": Field("time", "logged_models.updated_at"),
}
_ALIASES = {
    "source_run_id": "run",
    "creation_time": "created",
    "creation_timestamp": "created",
    "creation_timestamp_ms": "created",
    "last_updated_timestamp": "updated",
    "last_updated_timestamp_ms": "updated",
}
_LATEST = """(
    SELECT model, name, value AS last, value AS min, value AS max, value AS mean, 1 AS count
    FROM (
        SELECT model, name, value,
            row_number() OVER (PARTITION BY model, name ORDER BY time DESC, step DESC, run) AS nth
        FROM logged_model_metrics {}
    ) AS ranked WHERE nth = 1
)"""


class DatasetChoice(Struct, frozen=True):
    """A data set that metrics are to be of."""

    dataset_name: str = ""
    dataset_digest: str = ""


class Order(Struct, frozen=True):
    """One thing that logged models are sorted by."""

    field_name: str
    ascending: bool = True
    dataset_name: str = ""
    dataset_digest: str = ""


def search_logged_models(  # noqa: PLR0913 - what is searched for, each by name
    connection: Connection,
    experiments: Sequence[str],
    text: str,
    order: Sequence[Order],
    *,
    datasets: Sequence[DatasetChoice],
    size: int,
    token: str | None,
    now: float,
) -> Page[LoggedModel]:
    """Give logged models of experiments, the newest first where `order` says nothing else.

    Args:
        connection: of any block.
        experiments: ids.
        text: a filter; empty for all.
        order: sort keys.
        datasets: only those with metrics of one of these; the filter's and the keys' metrics are
            then of these.
        size: how many at most.
        token: of the page before; None or empty for the first.
        now: seconds since the epoch, what ages in the filter count from.

    Raises:
        UsageError: the filter, a key, a data set or the token is wrong.
    """
    if not all(choice.dataset_name for choice in datasets):
        raise UsageError("`dataset_name` in the `datasets` clause must be specified.")
    of_keys = [
        DatasetChoice(key.dataset_name, key.dataset_digest) for key in order if key.dataset_name
    ]
    subject = _subject(datasets or of_keys)
    numbers = [n for each in experiments if (n := experiment_number(each)) is not None]
    these, value = one_of(connection, "logged_models.experiment", numbers)
    clauses: list[tuple[str, list[object]]] = [
        (these, [value]),
        ("logged_models.deleted_at IS NULL", []),
    ]
    if datasets:
        measured = f"SELECT model FROM logged_model_metrics {_of(datasets)}"  # noqa: S608
        clauses.append((f"logged_models.number IN ({measured})", []))
    keys = [f"{key.field_name} {'ASC' if key.ascending else 'DESC'}" for key in order]
    query = compose(
        connection.dialect,
        now,
        text=text,
        keys=keys,
        clauses=clauses,
        subject=subject,
        place="order_by",
    )
    found = find(connection, query, size, token or None, subject)
    return Page(_in_order(connection, found.numbers), found.token)


def _subject(datasets: Sequence[DatasetChoice]) -> Subject:
    return Subject(
        table="logged_models",
        key="logged_models.number",
        newest="logged_models.created_at",
        fields=_FIELDS,
        pairs={
            "metrics": Pairs(_LATEST.format(_of(datasets)), "model"),
            "params": Pairs("logged_model_params", "model"),
            "tags": Pairs("logged_model_tags", "model"),
        },
        aliases=_ALIASES,
        word="a logged model",
    )


def _of(datasets: Sequence[DatasetChoice]) -> str:
    if not datasets:
        return ""
    return "WHERE " + " OR ".join(
        f"(dataset_name = {_literal(choice.dataset_name)}"
        + (
            f" AND dataset_digest = {_literal(choice.dataset_digest)}"
            if choice.dataset_digest
            else ""
        )
        + ")"
        for choice in datasets
    )


def _literal(text: str) -> str:
    """Give a text as SQL: a table of the query takes no bound values."""
    check_text("dataset_name", text)
    return "'" + text.replace("'", "''") + "'"


def _in_order(connection: Connection, numbers: Sequence[int]) -> list[LoggedModel]:
    if not numbers:
        return []
    these, value = one_of(connection, "number", numbers)
    found = {model.number: model for model in read_logged_models(connection, these, (value,))}
    return [found[number] for number in numbers if number in found]
