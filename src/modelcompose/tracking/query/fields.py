"""What can be named: the fields of a run, and how each of them reads in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.tracking.query.tokens import bare, pieces
from modelcompose.tracking.query.tree import Kind, Name, Part

FieldKind = Literal["text", "number", "duration", "time", "claim", "status"]


class Field(Struct, frozen=True):
    """One thing that every row has, at most once."""

    kind: FieldKind
    sql: str


class Pairs(Struct, frozen=True):
    """Names with values in a table of their own: one row for each owner and name."""

    table: str
    owner: str
    """The column that says whose row it is."""
    absent_differs: frozenset[str] = frozenset()
    """Names whose absence fits `!=`."""


class Subject(Struct, frozen=True):
    """What is searched: a table, what its rows can be chosen by, and how they are told apart."""

    table: str
    key: str
    """SQL of the column that `Pairs.owner` holds."""
    newest: str
    """SQL of the column that orders rows when nothing else does, the largest first."""
    fields: Mapping[str, Field]
    pairs: Mapping[Kind, Pairs]
    aliases: Mapping[str, str] = {}
    word: str = "a run"


def _texts(names: str, table: str = "runs") -> dict[str, Field]:
    return {name: Field("text", f"{table}.{name}") for name in names.split()}


_EXPERIMENT_NAME = (
    "(SELECT experiments.name FROM experiments WHERE experiments.number = runs.experiment)"
)

_ARTIFACTS = """(
    SELECT CASE experiments.artifact_root
        WHEN '' THEN 'mlflow-artifacts:/' || CAST(experiments.number AS TEXT)
        ELSE experiments.artifact_root END || '/' || runs.id || '/artifacts'
    FROM experiments WHERE experiments.number = coalesce(runs.experiment, 0)
)"""

ARCHIVED_TAG = "modelcompose.archived"
"""`true` on a run that is out of the way, and not in the trash."""

NOTE_TAG = "mlflow.note.content"
"""What somebody wrote about a run, in Markdown."""

ARCHIVED = (
    "(runs.number IN (SELECT run FROM run_tags "  # noqa: S608 - made of constants
    f"WHERE name = '{ARCHIVED_TAG}' AND substr(value, 1, 64) = 'true'))"
)
"""SQL that tells whether a run is archived; an index gives those that are."""

_NOTE = (
    "(SELECT value FROM run_tags "  # noqa: S608 - made of constants
    f"WHERE run_tags.run = runs.number AND run_tags.name = '{NOTE_TAG}')"
)

RUN_FIELDS: Mapping[str, Field] = {
    **_texts("id step name kind project folder engine cause error identity image"),
    "status": Field("status", "runs.status"),
    "user": Field("text", "runs.user_name"),
    "branch": Field("text", "runs.code_branch"),
    "commit": Field("text", "runs.code_commit"),
    "experiment": Field("text", _EXPERIMENT_NAME),
    "experiment_id": Field("text", "CAST(runs.experiment AS TEXT)"),
    "artifact_uri": Field("text", _ARTIFACTS),
    "attempt": Field("number", "runs.attempt"),
    "exit_code": Field("number", "runs.exit_code"),
    "duration": Field("duration", "(runs.ended_at - runs.started_at)"),
    "created": Field("time", "runs.created_at"),
    "started": Field("time", "runs.started_at"),
    "ended": Field("time", "runs.ended_at"),
    "oom_killed": Field("claim", "runs.oom_killed"),
    "timed_out": Field("claim", "runs.timed_out"),
    "archived": Field("claim", ARCHIVED),
    "note": Field("text", _NOTE),
}
"""What a run can be chosen and sorted by beside its metrics, parameters, tags and datasets."""

RUNS = Subject(
    table="runs",
    key="runs.number",
    newest="runs.created_at",
    fields=RUN_FIELDS,
    pairs={
        "metrics": Pairs("metrics", "run"),
        "params": Pairs("params", "run"),
        "tags": Pairs("run_tags", "run"),
        "datasets": Pairs("run_datasets", "run"),
    },
    aliases={
        # what the columns of `modelcompose runs` are titled
        "run": "id",
        "took": "duration",
        "why": "cause",
        # what our API calls them
        "created_at": "created",
        "started_at": "started",
        "ended_at": "ended",
        # MLflow's names
        "run_id": "id",
        "run_name": "name",
        "run name": "name",
        "Run name": "name",
        "Run Name": "name",
        "user_id": "user",
        "start_time": "started",
        "end_time": "ended",
        "Created": "started",
    },
)

_KINDS: dict[str, Kind | Literal["field"]] = {
    **dict.fromkeys(("metrics", "metric"), "metrics"),
    **dict.fromkeys(("params", "param", "parameters", "parameter"), "params"),
    **dict.fromkeys(("tags", "tag"), "tags"),
    **dict.fromkeys(("datasets", "dataset"), "datasets"),
    **dict.fromkeys(("attributes", "attribute", "attr"), "field"),
}
_PARTS: Mapping[str, Part] = {part: part for part in get_args(Part)}
_DATASET_FIELDS = ("name", "digest", "context")


def run_name(text: str, place: str, position: int = 1) -> Name:
    """Read what a comparison, a sort key or a column of runs names.

    Args:
        text: the name.
        place: what errors begin with.
        position: where it stands there, counted from 1.

    Raises:
        UsageError: no run has such a field; names the nearest.
    """
    return read_name(text, place, position, RUNS)


def read_name(text: str, place: str, position: int, subject: Subject) -> Name:
    """Read a name of any subject; see `run_name`."""
    (prefix, _), *rest = pieces(text)
    kind = _KINDS.get(prefix)
    if rest and kind == "field":
        return _field(text.partition(".")[2], place, position, subject)
    if not rest or kind is None or kind not in subject.pairs:
        return _field(text, place, position, subject)
    own = bare(text.partition(".")[2])
    if not own:
        raise _unknown(text, place, position, subject)
    if kind == "datasets" and own not in _DATASET_FIELDS:
        raise UsageError(
            f"{place}:{position}: a dataset has no {own!r}",
            hint=f"use one of {', '.join(f'datasets.{name}' for name in _DATASET_FIELDS)}",
        )
    if kind == "metrics":
        return _metric(rest, own, position)
    return Name(kind, own, position)


def _metric(rest: list[tuple[str, bool]], own: str, position: int) -> Name:
    *begin, (last, last_is_quoted) = rest
    if not begin:
        return Name("metrics", own, position, is_exact=last_is_quoted)
    part = None if last_is_quoted else _PARTS.get(last)
    if part is not None:
        name = own[: -len(last) - 1]
        return Name("metrics", name, position, part, is_exact=len(begin) == 1 and begin[0][1])
    return Name("metrics", own, position)


def _field(text: str, place: str, position: int, subject: Subject) -> Name:
    name = bare(text)
    name = subject.aliases.get(name, name)
    if name not in subject.fields:
        raise _unknown(text, place, position, subject)
    return Name("field", name, position)


def _unknown(text: str, place: str, position: int, subject: Subject) -> UsageError:
    return UsageError(
        f"{place}:{position}: {subject.word} has no field {text!r}", hint=_nearest(text, subject)
    )


def _nearest(text: str, subject: Subject) -> str:
    import difflib

    names = difflib.get_close_matches(text, [*subject.fields, *subject.aliases], n=1)
    if names:
        return f"did you mean {names[0]!r}?"
    pairs = [f"{kind}.NAME" for kind in subject.pairs]
    return f"use one of {', '.join([*subject.fields, *pairs])}"
