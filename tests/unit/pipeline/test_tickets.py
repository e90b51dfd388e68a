from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelcompose.compose.project import Mount, Notify, Output, Project, Service, Step
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.pipeline.tickets import (
    Ticket,
    drop_ticket,
    has_ticket,
    read_ticket,
    without_values,
    write_ticket,
)

SECRET = "hush-hush-hush"
RUN = "a" * 32
SERVICE = Service(
    "train",
    {"environment": {"API_KEY": SECRET}, "command": [SECRET], "volumes": [], "working_dir": "/app"},
    image="python",
    command=(SECRET,),
    working_dir="/app",
    environment={"API_KEY": SECRET},
    mounts=(Mount("bind", "/app", "/project"),),
    stop_signal="SIGINT",
    stop_grace_period_s=3.0,
    step=Step(outputs=(Output("out"),), metrics=("m.json",), log_metrics=("loss",), retries=2),
)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    state = StateFolder(tmp_path)
    state.make()
    return state


def ticket(folder: StateFolder) -> Ticket:
    project = Project(
        "p",
        folder.path.parent,
        (Path("compose.yaml"),),
        {"services": {"train": SERVICE.document}},
        {"train": SERVICE},
        variables={"API_KEY": SECRET},
        masked_variables=("*_KEY",),
        objective={"train.auc": "max"},
        notify=Notify(webhook=f"https://example.org/{SECRET}"),
    )
    return Ticket(RUN, without_values(project), "train", folder.workspace(RUN))


def test_a_ticket_is_read_as_it_was_written(folder: StateFolder) -> None:
    written = ticket(folder)
    write_ticket(folder, written)
    assert read_ticket(folder, RUN) == written
    assert written.service.step == SERVICE.step
    assert written.service.stop_signal == "SIGINT"


def test_a_ticket_holds_no_secret_value(folder: StateFolder) -> None:
    write_ticket(folder, ticket(folder))
    (path,) = folder.tickets.iterdir()
    assert SECRET not in path.read_text()


def test_a_ticket_that_is_damaged_or_gone_is_none(folder: StateFolder) -> None:
    assert read_ticket(folder, RUN) is None
    write_ticket(folder, ticket(folder))
    (path,) = folder.tickets.iterdir()
    path.write_text("{")
    assert read_ticket(folder, RUN) is None
    drop_ticket(folder, RUN)
    drop_ticket(folder, RUN)
    assert not has_ticket(folder, RUN)


def test_the_rest_of_a_timeout_is_counted_on_a_clock_that_nobody_sets(folder: StateFolder) -> None:
    given = replace(ticket(folder), deadline=time.monotonic() + 60)
    assert given.timeout_s == pytest.approx(60, abs=1)
    late = replace(given, deadline=time.monotonic() - 5)
    assert late.timeout_s is not None
    assert late.timeout_s < 0
    assert ticket(folder).timeout_s is None
