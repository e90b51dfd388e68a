"""A service's mounts, rewritten for a job."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from modelcompose.compose.project import Project, Service
from modelcompose.engine.docker.mounting import MountPlan, plan_mounts
from modelcompose.engine.protocol import InputMount, Job

PROJECT = Path("/nowhere/flights")
WORKSPACE = PROJECT / ".ml/work/1"
FILES = {PROJECT / "params.yaml", PROJECT / "train.py", Path("/store/a")}


def plan(
    *volumes: Mapping[str, Any], mounts: tuple[InputMount, ...] = (), there: set[Path] | None = None
) -> MountPlan:
    files = FILES | (there or set())

    def kind(path: Path) -> Literal["file", "folder"] | None:
        if path in files:
            return "file"
        return None if WORKSPACE in path.parents else "folder"

    service = Service(name="train", document={"volumes": list(volumes)})
    project = Project("flights", PROJECT, (), {}, {"train": service})
    return plan_mounts(Job("0" * 32, project, service, WORKSPACE, mounts=mounts), kind)


def bind(source: object, target: str, **keys: Any) -> dict[str, Any]:
    return {"type": "bind", "source": str(source), "target": target, **keys}


def read_only(source: object, target: str) -> dict[str, Any]:
    return bind(source, target, read_only=True)


def test_a_bind_of_the_project_shows_the_workspace_and_keeps_its_options() -> None:
    planned = plan(bind(PROJECT / "src", "/app", bind={"selinux": "z"}))

    assert planned.volumes == (bind(WORKSPACE / "src", "/app", bind={"selinux": "z"}),)
    assert planned.folders == (WORKSPACE / "src",)


def test_mounts_of_other_kinds_and_places_stay() -> None:
    volume = {"type": "volume", "source": "cache", "target": "/cache"}
    elsewhere = bind("/srv", "/srv")
    neighbour = bind("/nowhere/flights-2", "/other")

    assert plan(volume, elsewhere, neighbour).volumes == (volume, elsewhere, neighbour)


def test_an_input_lies_read_only_on_top_wherever_its_place_is_shown() -> None:
    planned = plan(
        bind(PROJECT, "/app"),
        bind(PROJECT / "data", "/data"),
        mounts=(InputMount(PROJECT / "data/raw", "data/raw"),),
    )

    assert planned.volumes[2:] == (
        read_only(PROJECT / "data/raw", "/app/data/raw"),
        read_only(PROJECT / "data/raw", "/data/raw"),
    )
    assert WORKSPACE / "data/raw" in planned.folders


def test_a_mounted_file_needs_a_file_to_lie_on() -> None:
    planned = plan(bind(PROJECT, "/app"), mounts=(InputMount(Path("/store/a"), "data/a"),))

    assert planned.volumes[1] == read_only("/store/a", "/app/data/a")
    assert planned.files == (WORKSPACE / "data/a",)


def test_a_bind_within_an_input_shows_that_part_of_it() -> None:
    planned = plan(
        bind(PROJECT / "data/raw", "/raw"), mounts=(InputMount(PROJECT / "data", "data"),)
    )

    assert planned.volumes == (read_only(PROJECT / "data/raw", "/raw"),)
    assert planned.folders == ()


def test_a_bind_of_one_file_is_left_out_unless_the_workspace_holds_it() -> None:
    one = bind(PROJECT / "params.yaml", "/app/params.yaml")

    assert plan(one).volumes == ()
    held = plan(one, there={WORKSPACE / "params.yaml"})
    assert held.volumes == (bind(WORKSPACE / "params.yaml", "/app/params.yaml"),)


def test_external_data_is_read_only_where_it_is_shown() -> None:
    mounts = (InputMount(Path("/srv/data"), "/srv/data"),)

    assert plan(bind("/srv/data", "/data"), mounts=mounts).volumes == (
        read_only("/srv/data", "/data"),
    )
    assert plan(bind("/srv", "/srv"), mounts=mounts).volumes == (
        bind("/srv", "/srv"),
        read_only("/srv/data", "/srv/data"),
    )
    assert plan(bind("/srv/data/deep", "/deep"), mounts=mounts).volumes == (
        read_only("/srv/data/deep", "/deep"),
    )


def test_external_data_leaves_mounts_of_the_project_alone() -> None:
    mounts = (InputMount(Path("/srv/data"), "/srv/data"),)

    assert plan(bind(PROJECT, "/app"), mounts=mounts).volumes == (bind(WORKSPACE, "/app"),)


def test_dollar_signs_are_written_as_compose_reads_them() -> None:
    planned = plan(bind(PROJECT / "$$HOME", "/app"))

    assert planned.volumes == (bind(WORKSPACE / "$$HOME", "/app"),)
    assert planned.folders == (WORKSPACE / "$HOME",)


def test_a_mount_for_writing_is_writable_where_the_service_s_own_is() -> None:
    planned = plan(
        bind(PROJECT, "/app"),
        read_only(PROJECT / "out", "/seen"),
        mounts=(InputMount(Path("/kept"), "out/checkpoints", read_only=False),),
    )

    assert planned.volumes[2:] == (
        bind("/kept", "/app/out/checkpoints", read_only=False),
        read_only("/kept", "/seen/checkpoints"),
    )


def test_a_bind_of_what_is_mounted_for_writing_can_be_written() -> None:
    planned = plan(
        bind(PROJECT / "logs", "/logs"),
        mounts=(InputMount(PROJECT / "logs", "logs", read_only=False),),
    )

    assert planned.volumes == (bind(PROJECT / "logs", "/logs", read_only=False),)
