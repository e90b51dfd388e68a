"""The Compose file of one job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelcompose.compose.project import Project, Service
from modelcompose.engine.docker.rendering import render_job
from modelcompose.engine.protocol import Job


def rendered(
    service: dict[str, Any], document: dict[str, Any] | None = None, **keys: Any
) -> dict[str, Any]:
    whole = {"name": "flights", "services": {"train": service}, **(document or {})}
    own = Service(name="train", document=service, image=service.get("image"))
    project = Project("flights", Path("/home/me/flights"), (), whole, {"train": own})
    job = Job("0" * 32, project, own, Path("/w"), image="sha256:abc", **keys)
    return render_job(job, [{"type": "volume", "target": "/new"}])


def train(service: dict[str, Any], **keys: Any) -> dict[str, Any]:
    found: dict[str, Any] = rendered(service, **keys)["services"]["train"]
    return found


def test_what_is_no_part_of_a_one_shot_is_left_out() -> None:
    service = train(
        {
            "build": {"context": "."},
            "container_name": "train",
            "depends_on": {"db": {}},
            "ports": [{"target": 80}],
            "profiles": ["train"],
            "restart": "always",
            "deploy": {"replicas": 3, "resources": {"limits": {"memory": "1g"}}},
            "volumes": [{"type": "volume", "target": "/old"}],
        }
    )

    assert service == {
        "image": "sha256:abc",
        "pull_policy": "never",
        "deploy": {"resources": {"limits": {"memory": "1g"}}},
        "volumes": [{"type": "volume", "target": "/new"}],
        "environment": {},
        "labels": {
            "modelcompose.run": "0" * 32,
            "modelcompose.project-directory": "/home/me/flights",
        },
        "logging": service["logging"],
    }


def test_everything_else_stays() -> None:
    kept = {"command": ["a", "$$b"], "user": "1000", "shm_size": "1g", "cap_add": ["SYS_PTRACE"]}

    service = train(kept)

    assert {key: service[key] for key in kept} == kept


def test_the_job_s_variables_join_the_service_s_escaped() -> None:
    service = train({"environment": {"A": "$$1", "B": "1"}}, environment={"B": "$2", "C": "3"})

    assert service["environment"] == {"A": "$$1", "B": "$$2", "C": "3"}


def test_variables_and_labels_may_be_lists() -> None:
    service = train({"environment": ["A=1", "B"], "labels": ["team=ml"]}, environment={"B": "2"})

    assert service["environment"] == {"A": "1", "B": "2"}
    assert service["labels"]["team"] == "ml"


def test_only_what_the_service_uses_comes_along() -> None:
    document = {
        "networks": {"default": {"name": "flights_default"}, "other": {}},
        "volumes": {"cache": {"name": "flights_cache"}, "db": {}},
        "secrets": {"token": {"environment": "TOKEN"}, "other": {}},
        "configs": {"settings": {"file": "/s"}},
    }
    service = {
        "networks": {"default": None},
        "volumes": [{"type": "volume", "source": "cache", "target": "/c"}],
        "secrets": [{"source": "token", "target": "/run/secrets/token"}],
    }

    whole = rendered(service, document)

    assert whole["networks"] == {"default": {"name": "flights_default"}}
    assert whole["secrets"] == {"token": {"environment": "TOKEN"}}
    assert "configs" not in whole
    assert set(whole["services"]) == {"train"}


def test_a_service_whose_network_it_shares_comes_along() -> None:
    services = {
        "proxy": {"image": "proxy", "profiles": ["x"], "ipc": "service:vpn"},
        "vpn": {"image": "vpn"},
        "unrelated": {"image": "u"},
    }
    train_service = {"network_mode": "service:proxy"}
    whole = rendered(train_service, {"services": {"train": train_service, **services}})

    assert set(whole["services"]) == {"train", "proxy", "vpn"}
    assert "profiles" not in whole["services"]["proxy"]


def test_a_job_is_given_its_gpus_by_number() -> None:
    devices: list[dict[str, Any]] = [
        {"capabilities": ["gpu"], "count": 2, "driver": "nvidia"},
        {"capabilities": ["tpu"]},
    ]
    deploy = {"resources": {"reservations": {"devices": devices}}}
    service = train({"deploy": deploy, "gpus": [{"count": -1}]}, device_ids=("1", "3"))

    given = service["deploy"]["resources"]["reservations"]["devices"]
    assert given == [
        {"capabilities": ["gpu"], "driver": "nvidia", "device_ids": ["1", "3"]},
        {"capabilities": ["tpu"]},
    ]
    assert service["gpus"] == [{"device_ids": ["1", "3"]}]
    assert devices[0]["count"] == 2
