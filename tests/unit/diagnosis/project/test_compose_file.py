"""Checks of what the Compose file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcompose.compose.project import Service
from modelcompose.diagnosis.project.compose_file import look_at_file, look_at_graph
from modelcompose.diagnosis.project.mounts import look_at_mounts
from modelcompose.diagnosis.project.one_shots import look_at_one_shots
from modelcompose.diagnosis.project.ports import look_at_ports, parse_port
from modelcompose.diagnosis.project.reservations import (
    look_at_gpu_reservations,
    memory_limit,
)
from modelcompose.diagnosis.project.variables import look_at_required, look_at_unset
from modelcompose.diagnosis.project.waits import look_at_waits
from modelcompose.errors import PlanError
from tests.unit.diagnosis.conftest import Examined


def step(*outputs: str, **keys: Any) -> dict[str, Any]:
    written = {"outputs": list(outputs)}
    return {"image": "x", "volumes": [".:/app"], "x-ml": {"step": written}, **keys}


def waiting_for(name: str, condition: str) -> dict[str, Any]:
    return {"image": "x", "depends_on": {name: {"condition": condition}}}


# The file


def test_a_file_that_reads_is_told_with_what_it_holds(examined: Examined) -> None:
    (found,) = look_at_file(examined({"web": {"image": "x"}, "train": step("model")}))

    assert found.what == "compose.yaml: 2 services, 1 of them steps"


def test_what_only_another_profile_lacks_is_a_note(examined: Examined) -> None:
    lacking = {"image": "x", "profiles": ["train"], "env_file": "missing.env"}
    note, fine = look_at_file(examined({"web": {"image": "x"}, "train": lacking}))

    assert (note.severity, fine.severity) == ("note", "ok")
    assert note.what.startswith("with all profiles: ")
    assert "missing.env" in note.what


def test_two_writers_of_one_path_are_the_graphs_finding(examined: Examined) -> None:
    subject = examined({"a": step("model"), "b": step("model")})

    with pytest.raises(PlanError, match="model"):
        list(look_at_graph(subject))


# Variables


def test_every_required_variable_is_named_where_it_stands(examined: Examined, folder: Path) -> None:
    (folder / "compose.yaml").write_text(
        "services:\n"
        "  a:\n"
        "    image: ${IMAGE:?which image}\n"
        "    # ${OLD:?not read}\n"
        "    command: ${COMMAND?} $${NOT:?one} ${SET:?}\n"
    )
    found = list(look_at_required(examined(variables={"SET": "1"})))

    assert [(one.where, one.what) for one in found] == [
        ("compose.yaml:3:12", "the variable IMAGE is required and not set: which image"),
        ("compose.yaml:5:14", "the variable COMMAND is required and not set"),
    ]


def test_a_variable_without_value_or_default_stands_for_nothing(
    examined: Examined, folder: Path
) -> None:
    (folder / "compose.yaml").write_text(
        "services:\n"
        "  a:\n"
        "    image: x${TAG}\n"
        "    command: $WORD ${WITH:-default} ${GIVEN+x} $$NOT ${SET} # $COMMENT\n"
        "    # $OTHER\n"
    )
    found = list(look_at_unset(examined(variables={"SET": ""})))

    assert [one.where for one in found][:2] == ["compose.yaml:3:13", "compose.yaml:4:14"]
    assert "${TAG:-…}" in (found[0].fix or "")
    assert not [one for one in found if "OTHER" in one.what or "GIVEN" in one.what]


# One-shots, and what waits for them


def test_a_step_without_a_profile_is_run_by_plain_up(examined: Examined) -> None:
    subject = examined({"train": step("model"), "kept": step("other", profiles=["train"])})
    (found,) = look_at_one_shots(subject)

    assert found.severity == "warning"
    assert found.what.startswith("services.train runs to its end and has no profile")
    assert found.where == "compose.yaml:4:5"


def test_a_one_shot_that_a_service_waits_for_needs_no_profile(examined: Examined) -> None:
    services = {
        "first": {"image": "x"},
        "second": waiting_for("first", "service_completed_successfully"),
        "web": waiting_for("second", "service_completed_successfully"),
    }
    found = list(look_at_one_shots(examined(services)))

    assert [one.severity for one in found] == ["note", "note"]
    assert all("for web waits for it" in one.what for one in found)


def test_a_wait_for_the_health_of_a_one_shot_never_ends(examined: Examined) -> None:
    services = {"train": step("model"), "web": waiting_for("train", "service_healthy")}
    (found,) = look_at_waits(examined(services))

    assert found.severity == "problem"
    assert "which runs to its end and never is" in found.what
    assert "service_completed_successfully" in (found.fix or "")


@pytest.mark.parametrize(
    ("healthcheck", "severities"),
    [
        ({"test": ["CMD", "true"]}, []),
        ({"disable": True}, ["problem"]),
        ({"test": ["NONE"]}, ["problem"]),
        (None, ["warning"]),
    ],
)
def test_a_wait_for_health_wants_a_health_check(
    examined: Examined, healthcheck: dict[str, Any] | None, severities: list[str]
) -> None:
    db = {"image": "x", **({"healthcheck": healthcheck} if healthcheck else {})}
    subject = examined({"db": db, "web": waiting_for("db", "service_healthy")})

    assert [found.severity for found in look_at_waits(subject)] == severities


@pytest.mark.parametrize(
    ("instruction", "count"), [("HEALTHCHECK CMD true", 0), ("HEALTHCHECK NONE", 1), ("", 1)]
)
def test_a_health_check_of_the_dockerfile_is_one(
    examined: Examined, folder: Path, instruction: str, count: int
) -> None:
    (folder / "Dockerfile").write_text(f"FROM x\n{instruction}\n")
    services = {"db": {"build": "."}, "web": waiting_for("db", "service_healthy")}

    assert len(list(look_at_waits(examined(services)))) == count


# Mounts and ports


def test_mounts_that_another_machine_looks_for_are_named(examined: Examined) -> None:
    services = {"train": step("model"), "web": {"image": "x", "volumes": ["./site:/site"]}}
    train, web = look_at_mounts(examined(services, variables={"DOCKER_HOST": "ssh://farm"}))

    assert (train.severity, web.severity) == ("problem", "warning")
    assert "/project/site, which the engine at ssh://farm looks for" in web.what
    assert list(look_at_mounts(examined(services))) == []


def test_ports_on_all_interfaces_are_told_with_the_form_for_this_machine_alone(
    examined: Examined,
) -> None:
    ports = ["8080:80", "127.0.0.1:1:1", "9000", "5353:53/udp", {"target": 7, "published": "70"}]
    (found,) = look_at_ports(examined({"web": {"image": "x", "ports": ports}}))

    assert "services.web opens ports 8080, 9000, 5353, 1 more on all interfaces" in found.what
    for form in ("127.0.0.1:8080:80", "127.0.0.1::9000", "127.0.0.1:5353:53/udp", "127.0.0.1:70:7"):
        assert f'"{form}"' in (found.fix or "")


def test_a_port_is_pointed_at_where_the_file_has_an_entry_for_each(examined: Examined) -> None:
    (one,) = look_at_ports(examined({"web": {"image": "x", "ports": ["127.0.0.1:1:1", "80:80"]}}))
    (many,) = look_at_ports(examined({"web": {"image": "x", "ports": ["80-82:80-82"]}}))

    assert (one.where, many.where) == ("compose.yaml:8:9", "compose.yaml:6:7")


@pytest.mark.parametrize(
    ("entry", "is_open"),
    [
        ("80:80", True),
        ("0.0.0.0:80:80", True),
        ("192.168.0.1:80:80", False),
        ({"target": 80, "host_ip": "::"}, True),
        ({"target": 80, "host_ip": "::1"}, False),
        ("${PORT:-80}:80", None),
    ],
)
def test_a_port_is_open_that_names_no_address_or_all(entry: Any, *, is_open: bool | None) -> None:
    port = parse_port(entry)

    assert (None if port is None else port.is_open) is is_open


# Reservations


def gpus(count: int | str) -> dict[str, Any]:
    device = {"driver": "nvidia", "capabilities": ["gpu"], "count": count}
    return {"image": "x", "deploy": {"resources": {"reservations": {"devices": [device]}}}}


def test_gpus_that_are_not_there_are_told_with_the_way_to_lift_them(examined: Examined) -> None:
    (found,) = look_at_gpu_reservations(examined({"train": gpus(2)}))

    assert found.severity == "problem"
    assert "services.train reserves 2 GPUs, and this machine has none" in found.what
    lifted = "services.train.deploy.resources.reservations.devices: !reset null"
    assert lifted in (found.fix or "")
    assert list(look_at_gpu_reservations(examined({"train": gpus(2)}, engine="process"))) == []


def test_no_more_gpus_than_there_are_can_be_reserved(examined: Examined, program: Any) -> None:
    program("nvidia-smi", "echo 'GPU 0: A100'; echo 'GPU 1: A100'")
    subject = examined({"some": gpus(2), "all": gpus("all"), "many": gpus(4)})
    (found,) = look_at_gpu_reservations(subject)

    assert "services.many reserves 4 GPUs, and this machine has 2 GPUs" in found.what


@pytest.mark.parametrize(
    ("keys", "limit"),
    [
        ({"mem_limit": "512m"}, 512 * 2**20),
        ({"mem_limit": "2gb"}, 2 * 2**30),
        ({"mem_limit": 1024}, 1024),
        ({"deploy": {"resources": {"limits": {"memory": "1.5G"}}}}, 3 * 2**29),
        ({"mem_limit": "${LIMIT}"}, None),
        ({}, None),
    ],
)
def test_a_memory_limit_is_read_in_both_places(keys: dict[str, Any], limit: int | None) -> None:
    assert memory_limit(Service("a", document=keys)) == limit
