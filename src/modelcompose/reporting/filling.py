"""Fill a report's blocks with what a hub knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from modelcompose.errors import ModelComposeError
from modelcompose.reporting import charts, comparisons, images, models, numbers, tables
from modelcompose.reporting.asking import Hub
from modelcompose.reporting.choosing import Chooser
from modelcompose.reporting.document import (
    ReportBlock,
    ReportDocument,
    ReportFault,
    ReportProse,
    ReportRun,
    ReportRunSet,
)
from modelcompose.reporting.grammar import RunSet
from modelcompose.reporting.report import BlockFault, Placed, Prose, Report

Pictures = Mapping[str, str]

MOST_BLOCKS = 200
"""So many live blocks are filled: each may ask for hundreds of runs."""


def fill(  # noqa: PLR0913 - what a report is filled from, each by name
    report: Report,
    hub: Hub,
    *,
    project: str,
    name: str,
    pictures: Pictures | None = None,
    is_embedding: bool = False,
) -> ReportDocument:
    """Give a report with what its blocks show; a block that cannot be filled becomes a fault.

    Args:
        report: what was read.
        hub: what is asked.
        project: whose runs are meant where the report does not say.
        name: the report's.
        pictures: images of its prose, by the address that stands there.
        is_embedding: whether images of runs go into the document itself.
    """
    project = report.front.project or project
    chooser = Chooser(hub, project, report.front.runs)
    pieces = _within(report.pieces)
    blocks = [_block(one, chooser, is_embedding=is_embedding) for one in pieces]
    faults = [block.fault for block in blocks if isinstance(block, ReportFault)]
    faults += [fault for fault in report.faults if fault.kind == "front"]
    return ReportDocument(
        project=project,
        name=name,
        title=report.title,
        blocks=tuple(blocks),
        runs=_named(blocks, chooser.named),
        images=pictures or {},
        references=report.references,
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
    )


def _within(pieces: Iterable[Prose | Placed | BlockFault]) -> Iterator[Prose | Placed | BlockFault]:
    """Give the pieces of a report; those beyond the most that are filled as faults."""
    count = 0
    for one in pieces:
        count += isinstance(one, Placed)
        if isinstance(one, Placed) and count > MOST_BLOCKS:
            message = f"{one.kind}: a report has {MOST_BLOCKS} live blocks at most"
            yield BlockFault(one.line, 1, message, None, one.kind, one.source, one.line)
        else:
            yield one


def _block(
    one: Prose | Placed | BlockFault, chooser: Chooser, *, is_embedding: bool
) -> ReportBlock:
    if isinstance(one, Prose):
        return ReportProse(one.line, one.text)
    if isinstance(one, BlockFault):
        return ReportFault(line=one.start, fault=one)
    try:
        if one.kind == "image":
            return images.fill(one, chooser, is_embedding=is_embedding)
        return _FILLING[one.kind](one, chooser)
    except ModelComposeError as error:
        message = f"{one.kind}: {error.message}"
        fault = BlockFault(one.line, 1, message, error.hint, one.kind, one.source, one.line)
        return ReportFault(line=one.line, fault=fault)


def _run_set(one: Placed, chooser: Chooser) -> ReportBlock:
    keys = one.keys
    assert isinstance(keys, RunSet)  # noqa: S101 - its language says so
    chosen = chooser.define(keys)
    return ReportRunSet(
        line=one.line,
        title=keys.title,
        caption=keys.caption,
        name=keys.name,
        filter=chosen.filter,
        runs=chosen.ids,
        is_hidden=keys.hidden,
        notes=chosen.notes,
    )


def _named(blocks: list[ReportBlock], runs: dict[str, ReportRun]) -> dict[str, ReportRun]:
    """Give the runs that the blocks name, and no others."""
    ids = set(_texts(msgspec.to_builtins(blocks)))
    return {run: runs[run] for run in sorted(runs) if run in ids}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for entry in value.values() for text in _texts(entry)]
    if isinstance(value, list | tuple):
        return [text for entry in value for text in _texts(entry)]
    return []


_FILLING: Mapping[str, Callable[[Placed, Chooser], ReportBlock]] = {
    "chart": charts.fill,
    "table": tables.fill,
    "runs": _run_set,
    "compare": comparisons.fill,
    "metric": numbers.fill,
    "model": models.fill,
}
