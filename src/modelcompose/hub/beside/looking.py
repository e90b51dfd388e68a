"""One look at a project's folder: the pipeline's own plan, and what the engine says of services."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.memory import Memory
from modelcompose.compose.project import ComposeOptions, Project
from modelcompose.compose.reader import read
from modelcompose.database.connection import open_database
from modelcompose.engine import open_engine
from modelcompose.errors import ModelComposeError
from modelcompose.hub.beside.places import Place
from modelcompose.pipeline.graph import build_graph
from modelcompose.pipeline.plan import make_plan
from modelcompose.pipeline.progress import StepNow, steps_now
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.telling import look_at_services, told_plan
from modelcompose.store.store import Store
from modelcompose.tracking.masking import is_secret
from modelcompose.tracking.plan_document import Plan
from modelcompose.tracking.runs import Runs

_ALL = ("*",)
_FOREIGN = frozenset(
    {"COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES"}
)
"""What the shell that started the hub says of another project."""


class Look(Struct, frozen=True):
    """How a project stood at one time."""

    plan: Plan
    now: Mapping[str, StepNow]
    """What a command does with its steps at the moment."""
    trouble: str = ""
    """Why the services could not be asked after; empty where they were."""


def look(home: Path, place: Place) -> Look:
    """Look at a project as `modelcompose status` does, without an effect on anything.

    Args:
        home: this user's home folder.
        place: where the project lies.

    Raises:
        ModelComposeError: it cannot be read.
    """
    project = _read(home, place)
    graph = build_graph(project)
    with closing(open_database(home / "hub.db")) as connection:
        session = Session(
            project,
            graph,
            engine=open_engine(place.engine),
            runs=Runs(connection),
            store=Store(home / "store"),
        )
        try:
            session.observer.outside.asks = False
            nodes = graph.select(())
            plan = make_plan(nodes, session.observer.observe)
            standing = look_at_services(session)
            told = told_plan(session, nodes, plan, (), standing)
            now = steps_now(session.folder.progress)
        finally:
            session.close()
    trouble = "" if standing is not None else "the Docker engine did not answer in time"
    return Look(replace(told, taken_at=time.time()), now, trouble)


def _read(home: Path, place: Place) -> Project:
    """Read the project with all its profiles, else with those that the command had."""
    try:
        return _read_with(home, place, _ALL)
    except ModelComposeError:
        if place.profiles == _ALL:
            raise
        return _read_with(home, place, place.profiles)


def _read_with(home: Path, place: Place, profiles: tuple[str, ...]) -> Project:
    options = ComposeOptions(
        files=place.files,
        profiles=profiles,
        env_files=place.env_files,
        project_name=place.project,
        project_directory=place.directory,
    )
    environment = {k: v for k, v in os.environ.items() if k not in _FOREIGN}
    memory = Memory(home / "cache" / "compose", is_secret)
    return read(options, environment=environment, memory=memory)
