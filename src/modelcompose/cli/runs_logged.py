"""What a run's own code logged, as `runs show` tells it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from modelcompose.cli.runs_page import STATUS_STYLES, Cell, Section
from modelcompose.cli.runs_words import count, size
from modelcompose.tracking.logged_beside import LoggedBeside

_SHOWN = 20


def logged_sections(beside: LoggedBeside, artifacts: Path) -> list[Section]:
    """Give what was logged into a run beside its parameters and metrics.

    Args:
        beside: what the database has of it.
        artifacts: the folder of the run's artifacts, which need not be there.
    """
    tags = [(Cell(name), Cell(value)) for name, value in beside.tags.items()]
    below = [
        (Cell(one.name), Cell(one.id[:8]), Cell(one.status, STATUS_STYLES.get(one.status, "")))
        for one in beside.below
    ]
    models = [(Cell(name), Cell(f"version {version}")) for name, version in beside.models]
    return [
        Section("tags", tags),
        Section("artifacts", _artifacts(artifacts)),
        Section("models", models),
        Section("gates", list(_gates(beside))),
        Section("runs below it", below),
    ]


def _gates(beside: LoggedBeside) -> Iterator[tuple[Cell, ...]]:
    for model, text in beside.gates.items():
        verdict, _, findings = text.partition(": ")
        yield Cell(model), Cell(verdict, "" if verdict == "passed" else "yellow")
        yield from ((Cell(""), Cell(finding, "dim")) for finding in findings.split("; "))


def _artifacts(folder: Path) -> list[tuple[Cell, ...]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    rows: list[tuple[Cell, ...]] = [
        (Cell(path.relative_to(folder).as_posix()), Cell(size(path.stat().st_size)))
        for path in islice(files, _SHOWN)
    ]
    if len(files) > _SHOWN:
        rows.append((Cell(f"and {count(len(files) - _SHOWN, 'file')} more", "dim"), Cell("")))
    return rows
