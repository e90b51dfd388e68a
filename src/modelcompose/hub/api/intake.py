"""Runs that another hub sends: kept as they are told, however often they are told."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import check, check_whole_project, run_number
from modelcompose.hub.artifacts.paths import parts_of_uri
from modelcompose.hub.hub import Hub
from modelcompose.hub.sending.wire import Kept, RunId, SentDataset, SentMetric, SentRun
from modelcompose.registry.datasets import Dataset, DatasetInput, log_inputs
from modelcompose.registry.run_places import run_artifacts
from modelcompose.tracking.intake import METRIC_COLUMNS, Told, keep_run, note_news
from modelcompose.tracking.run import Code, Run

_OF_RUN = frozenset(Run.__struct_fields__) - {"id", "code", "metrics", "inputs", "outputs"}


class RunOf(Struct, frozen=True):
    """A run to keep."""

    run: RunId
    body: SentRun
    sender: str = ""
    """The id of the hub that sends it."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/runs/{run}", _keep, RunOf, Kept, method="PUT", role="writer")]


def sent_run_number(connection: Connection, run_id: str, now: float) -> int:
    """Give the number of a run that the caller sends more of, and note that there is news of it.

    Args:
        connection: of a write block.
        run_id: the run.
        now: seconds since the epoch.

    Raises:
        NotFound: the run itself was not sent yet.
        MlflowError: the caller may not write to its project.
    """
    check_whole_project()
    number = run_number(connection, run_id, "writer")
    note_news(connection, number, now)
    return number


def _keep(hub: Hub, asked: RunOf) -> Kept:
    """Keep a run under its id, with all but its points; a second time brings it up to date."""
    sent = asked.body
    check(sent.project, "writer")
    check_whole_project()
    told = Told(
        _run(asked.run, sent),
        sent.name or sent.step,
        sent.user,
        sent.tags,
        [_cells(metric) for metric in sent.metrics],
    )
    with hub.database.write() as connection:
        _refuse_own(connection, asked.sender)
        number = keep_run(connection, told, hub.clock())
        if sent.datasets and not _is_in_trash(connection, number):
            log_inputs(connection, asked.run, [_dataset(one) for one in sent.datasets])
        place = parts_of_uri(run_artifacts(connection, asked.run))
    if place is None:
        return Kept(None, None)
    return Kept("/".join(place), "/".join((*place[:-2], "models")))


def _run(run_id: str, sent: SentRun) -> Run:
    fields: dict[str, Any] = {name: getattr(sent, name, None) for name in _OF_RUN}
    # A process of another machine: nobody here can tell whether it lives.
    fields |= {"supervisor_pid": None, "plots": tuple(sent.plots)}
    return Run(
        **{**fields, "command_line": tuple(sent.command_line)},
        id=run_id,
        code=Code(**msgspec.structs.asdict(sent.code)),
        inputs={one.path: one.content for one in sent.inputs},
        outputs={one.path: one.content for one in sent.outputs},
    )


def _cells(metric: SentMetric) -> tuple[Any, ...]:
    cells = (getattr(metric, name) for name in METRIC_COLUMNS)
    return tuple(float(cell) if cell in ("Infinity", "-Infinity") else cell for cell in cells)


def _dataset(sent: SentDataset) -> DatasetInput:
    described = {name: getattr(sent, name) for name in Dataset.__struct_fields__}
    return DatasetInput(Dataset(**described), sent.tags)


def _is_in_trash(connection: Connection, number: int) -> bool:
    row = connection.row("SELECT deleted_at FROM runs WHERE number = ?", (number,))
    return row is not None and row[0] is not None


def _refuse_own(connection: Connection, sender: str) -> None:
    row = connection.row("SELECT id FROM outbox_sender")
    if row is not None and row[0] == sender:
        raise UsageError(
            "hub: runs are sent to the hub that they come from",
            hint="leave x-ml.hub and MODELCOMPOSE_HUB empty: this hub has them anyway",
        )
