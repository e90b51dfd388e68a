from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.project import Build, GpuClaim, Mount, Service
from modelcompose.compose.services import build_service


def _built(**document: Any) -> Service:
    return build_service("train", document, None)


def test_what_compose_prints_is_read_field_by_field() -> None:
    service = _built(
        image="a:1",
        command=["sh", "-c", "echo $$HOME"],
        entrypoint=[],
        working_dir="/app",
        environment={"A": "$$x", "B": None},
        depends_on={"db": {"condition": "service_healthy", "required": True}},
        profiles=["train"],
        platform="linux/amd64",
        stop_grace_period="1m30s",
        stop_signal="SIGINT",
        secrets=[{"source": "token", "target": "/run/secrets/token"}],
    )
    assert service.command == ("sh", "-c", "echo $HOME")
    assert service.entrypoint == ()
    assert service.environment == {"A": "$x", "B": None}
    assert service.depends_on == {"db": "service_healthy"}
    assert service.profiles == ("train",)
    assert service.stop_grace_period_s == 90
    assert service.secrets == ("token",)


def test_the_document_keeps_its_doubled_dollar_signs() -> None:
    assert _built(command=["$$HOME"]).document == {"command": ["$$HOME"]}


def test_no_command_is_not_an_empty_one() -> None:
    assert _built().command is None
    assert _built(command=[]).command == ()


def test_mounts_keep_source_target_and_mode() -> None:
    volumes = [
        {"type": "bind", "source": "/p", "target": "/app", "bind": {"create_host_path": True}},
        {"type": "volume", "source": "v", "target": "/v", "read_only": True},
        {"type": "tmpfs", "target": "/t"},
    ]
    assert _built(volumes=volumes).mounts == (
        Mount(type="bind", source="/p", target="/app"),
        Mount(type="volume", source="v", target="/v", read_only=True),
        Mount(type="tmpfs", target="/t"),
    )


def test_a_build_keeps_what_its_identity_needs() -> None:
    build = {
        "context": "/p",
        "dockerfile_inline": "FROM x\nRUN echo $$A\n",
        "args": {"A": "1", "B": None},
        "additional_contexts": {"lib": "/lib"},
        "target": "final",
        "platforms": ["linux/amd64"],
    }
    assert _built(build=build).build == Build(
        context="/p",
        dockerfile_inline="FROM x\nRUN echo $A\n",
        args={"A": "1", "B": None},
        additional_contexts={"lib": "/lib"},
        target="final",
        platforms=("linux/amd64",),
    )


@pytest.mark.parametrize(
    ("document", "claim"),
    [
        ({}, None),
        ({"gpus": [{"count": -1}]}, GpuClaim()),
        ({"gpus": "all"}, GpuClaim()),
        ({"gpus": [{"count": 2}, {"device_ids": ["0", "3"]}]}, GpuClaim(4, ("0", "3"))),
        ({"gpus": [{"count": 2}, {"driver": "nvidia"}]}, GpuClaim()),
        ({"deploy": {"resources": {"limits": {"cpus": "1"}}}}, None),
        (
            {
                "deploy": {
                    "resources": {
                        "reservations": {
                            "devices": [
                                {"capabilities": ["gpu"], "count": 1},
                                {"capabilities": ["tpu"], "count": 8},
                            ]
                        }
                    }
                }
            },
            GpuClaim(1),
        ),
    ],
)
def test_gpus_are_claimed_in_either_way(document: dict[str, Any], claim: GpuClaim | None) -> None:
    assert _built(**document).gpus == claim


def test_the_forms_of_a_file_that_was_not_interpolated_are_read_too() -> None:
    service = _built(
        command="python train.py '${A}'",
        environment=["A=1", "B=", "C"],
        volumes=["./a:/b"],
        depends_on=["db"],
        build="${CONTEXT}",
        secrets=["token"],
    )
    assert service.command == ("python", "train.py", "${A}")
    assert service.environment == {"A": "1", "B": "", "C": None}
    assert service.mounts == (Mount(type="bind", source="./a", target="/b"),)
    assert service.depends_on == {"db": "service_started"}
    assert service.build == Build(context="${CONTEXT}")
    assert service.secrets == ("token",)
