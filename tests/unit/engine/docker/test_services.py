"""Which services come up with a step."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.compose.project import Project, Service, Step
from modelcompose.engine.docker.services import refuse_strangers, with_dependencies
from modelcompose.errors import EngineError

SERVICES = {
    "db": Service("db", {}),
    "api": Service("api", {}, depends_on={"db": "service_healthy", "train": "service_started"}),
    "train": Service("train", {}, depends_on={"cache": "service_started"}, step=Step()),
    "cache": Service("cache", {}),
}
PROJECT = Project("flights", Path("/home/me/flights"), (), {}, SERVICES)


def container(folder: str, state: str = "running") -> dict[str, object]:
    labels = {
        "com.docker.compose.project.working_dir": folder,
        "com.docker.compose.service": "db",
    }
    return {"State": state, "Labels": labels}


def test_what_services_depend_on_comes_along_but_no_steps() -> None:
    assert with_dependencies(PROJECT, ["api", "train"]) == ["api", "db"]


def test_a_name_shared_with_another_folder_is_refused() -> None:
    with pytest.raises(EngineError, match="/home/me/clone"):
        refuse_strangers(PROJECT, [container("/home/me/clone")])


def test_this_folder_s_containers_and_those_that_do_not_run_are_fine() -> None:
    refuse_strangers(PROJECT, [container("/home/me/flights"), container("/old", "exited")])
