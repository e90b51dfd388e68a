"""Which datasets there are: by project and path, out of what runs read and wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.api.visibility import JOIN, PROJECT, run_clauses
from modelcompose.hub.datasets.records import Category, DatasetGlance
from modelcompose.hub.previews.kinds import ending
from modelcompose.tracking.query.dialects import Clause

Key = tuple[str, str]
"""A project and a path."""

NEWEST_RUNS = 10_000
"""Of so many runs, the newest, datasets are listed: more of them name the same again."""

_SEEN = f"""
    SELECT {PROJECT}, contents.path, count(DISTINCT contents.digest), count(DISTINCT runs.number),
        min(runs.created_at), max(runs.created_at), max(runs.number)
    FROM contents JOIN runs ON runs.number = contents.run {JOIN}
    WHERE {{}} GROUP BY 1, 2 ORDER BY 6 DESC, 1, 2 LIMIT ?
"""  # noqa: S608 - made of constants
_STEPS = f"""
    SELECT DISTINCT {PROJECT}, contents.path, contents.role, runs.step
    FROM contents JOIN runs ON runs.number = contents.run {JOIN} WHERE {{}}
"""  # noqa: S608 - made of constants
_NEWEST = """
    SELECT run, path, kind, digest, size_bytes, files FROM contents WHERE {} ORDER BY role
"""
_LOGGED = f"""
    SELECT {PROJECT}, datasets.name, count(DISTINCT datasets.digest), count(DISTINCT runs.number),
        min(runs.created_at), max(runs.created_at), max(datasets.number)
    FROM run_datasets JOIN datasets ON datasets.number = run_datasets.dataset
    JOIN runs ON runs.number = run_datasets.run {JOIN}
    WHERE {{}} GROUP BY 1, 2 ORDER BY 6 DESC, 1, 2 LIMIT ?
"""  # noqa: S608 - made of constants
_LOGGED_STEPS = f"""
    SELECT DISTINCT {PROJECT}, datasets.name, runs.step
    FROM run_datasets JOIN datasets ON datasets.number = run_datasets.dataset
    JOIN runs ON runs.number = run_datasets.run {JOIN} WHERE {{}}
"""  # noqa: S608 - made of constants

_CODE = frozenset(
    {
        *(".py", ".pyi", ".ipynb", ".r", ".jl", ".sh", ".bash", ".sql", ".js", ".mjs", ".ts"),
        *(".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".lock", ".dockerfile", ".rs"),
        *(".c", ".h", ".cc", ".cpp", ".hpp", ".cu", ".java", ".scala", ".go", ".rb", ".md"),
    }
)
_CODE_NAMES = frozenset({"dockerfile", "makefile", "requirements.txt", ".dockerignore"})


class _Steps(Struct):
    writers: set[str]
    readers: set[str]


def seen_datasets(
    connection: Connection, projects: Sequence[str], search: str, limit: int
) -> list[DatasetGlance]:
    """Give the datasets of runs that the caller may see, those seen last first.

    Args:
        connection: of any block.
        projects: only those of these; by default of all.
        search: a part of the path.
        limit: how many at most.
    """
    where, values = _where(projects, "contents.path", search)
    rows = connection.rows(_SEEN.format(where), (*values, limit))
    steps = _steps(connection.rows(_STEPS.format(where), values)) if rows else {}
    newest = _newest(connection, [(row[6], row[1]) for row in rows])
    return [_glance(row, steps, newest) for row in rows]


def logged_datasets(
    connection: Connection, projects: Sequence[str], search: str, limit: int
) -> list[DatasetGlance]:
    """Give the datasets that clients told of; as for `seen_datasets`."""
    where, values = _where(projects, "datasets.name", search)
    rows = connection.rows(_LOGGED.format(where), (*values, limit))
    readers: dict[Key, set[str]] = {}
    for project, name, step in connection.rows(_LOGGED_STEPS.format(where), values) if rows else ():
        readers.setdefault((project, name), set()).add(step)
    these, value = one_of(connection, "number", [row[6] for row in rows])
    digests = dict(
        connection.rows(f"SELECT number, digest FROM datasets WHERE {these}", (value,))  # noqa: S608
        if rows
        else ()
    )
    return [
        DatasetGlance(
            project,
            name,
            "logged",
            "logged",
            "",
            versions,
            runs,
            first,
            last,
            digests.get(number, ""),
            None,
            None,
            [],
            sorted(readers.get((project, name), ())),
        )
        for project, name, versions, runs, first, last, number in rows
    ]


def has_older_runs(connection: Connection, projects: Sequence[str]) -> bool:
    """Tell whether there are more runs than datasets are listed of."""
    clauses = run_clauses(projects)
    row = connection.row(
        f"SELECT 1 FROM runs WHERE {' AND '.join(text for text, _ in clauses)} "  # noqa: S608
        f"ORDER BY number DESC LIMIT 1 OFFSET {NEWEST_RUNS}",
        [value for _, values in clauses for value in values],
    )
    return row is not None


def category_of(path: str, *, is_written: bool, is_file: bool) -> Category:
    """Tell what a path is for: results are written by steps, code is told by its name."""
    if is_written:
        return "result"
    name = path.rpartition("/")[2].lower()
    is_code = is_file and (ending(name) in _CODE or name in _CODE_NAMES)
    return "code" if is_code else "source"


def _where(projects: Sequence[str], column: str, search: str) -> tuple[str, list[Any]]:
    clauses: list[Clause] = run_clauses(projects)
    among = " AND ".join(text for text, _ in clauses)
    newest = f"SELECT runs.number FROM runs WHERE {among} ORDER BY number DESC LIMIT {NEWEST_RUNS}"  # noqa: S608
    texts = [f"runs.number IN ({newest})"]
    values = [value for _, given in clauses for value in given]
    if search:
        pattern = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        texts.append(f"lower({column}) LIKE ? ESCAPE '\\'")
        values.append(f"%{pattern.lower()}%")
    return " AND ".join(texts), values


def _steps(rows: Sequence[tuple[Any, ...]]) -> dict[Key, _Steps]:
    found: dict[Key, _Steps] = {}
    for project, path, role, step in rows:
        known = found.setdefault((project, path), _Steps(set(), set()))
        (known.writers if role == "output" else known.readers).add(step)
    return found


def _newest(
    connection: Connection, wanted: Sequence[tuple[int, str]]
) -> Mapping[tuple[int, str], tuple[Any, ...]]:
    """Give what each path held in a run, by the run's number and the path; outputs go before."""
    if not wanted:
        return {}
    these, value = one_of(connection, "run", sorted({run for run, _ in wanted}))
    rows = connection.rows(_NEWEST.format(these), (value,))
    # `input` is sorted before `output`, which replaces it.
    return {(run, path): tuple(rest) for run, path, *rest in rows}


def _glance(
    row: tuple[Any, ...],
    steps: Mapping[Key, _Steps],
    newest: Mapping[tuple[int, str], tuple[Any, ...]],
) -> DatasetGlance:
    project, path, versions, runs, first, last, number = row
    who = steps.get((project, path), _Steps(set(), set()))
    kind: Literal["file", "folder", ""]
    kind, digest, size, files = newest.get((number, path), ("", "", None, None))
    return DatasetGlance(
        project,
        path,
        "runs",
        category_of(path, is_written=bool(who.writers), is_file=kind == "file"),
        kind,
        versions,
        runs,
        first,
        last,
        digest,
        size,
        files,
        sorted(who.writers),
        sorted(who.readers),
    )
