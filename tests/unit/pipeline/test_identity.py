from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from modelcompose.compose.project import Project, Service
from modelcompose.pipeline.identity import identity_of, identity_parts
from modelcompose.pipeline.parameters import Overrides
from tests.unit.pipeline.making import project, service, step

TRAIN = service(
    "train",
    step(outputs=["model"], params=["LR"]),
    environment={"LR": "0.1", "MODE": "fast", "API_KEY": "hidden", "CUDA_VISIBLE_DEVICES": "0"},
)


def _parts(made: Project, train: Service, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "image": {"reference": "i", "digest": "d"},
        "params": {"LR": "0.1"},
        "inputs": {"a": "sha256:1"},
        "overrides": Overrides(),
    }
    return identity_parts(made, train, **{**given, **changes})


def _project(train: Service) -> Project:
    return replace(project(train), ignored_variables=("CUDA_*",), masked_variables=("*_KEY",))


def test_the_environment_is_without_parameters_secrets_and_ignored_names() -> None:
    assert _parts(_project(TRAIN), TRAIN)["environment"] == {"MODE": "fast"}


@pytest.mark.parametrize(
    "changes",
    [
        {"image": {"reference": "i", "digest": "e"}},
        {"params": {"LR": "0.2"}},
        {"inputs": {"a": "sha256:2"}},
        {"inputs": {"b": "sha256:1"}},
        {"overrides": Overrides(variables={"MODE": "slow"})},
    ],
)
def test_everything_that_the_step_sees_counts(changes: dict[str, Any]) -> None:
    made = _project(TRAIN)
    assert identity_of(_parts(made, TRAIN)) != identity_of(_parts(made, TRAIN, **changes))


@pytest.mark.parametrize(
    "changed",
    [
        replace(TRAIN, environment={**TRAIN.environment, "API_KEY": "other"}),
        replace(TRAIN, environment={**TRAIN.environment, "CUDA_VISIBLE_DEVICES": "1"}),
        replace(TRAIN, name="renamed"),
    ],
)
def test_what_no_step_sees_does_not_count(changed: Service) -> None:
    before = identity_of(_parts(_project(TRAIN), TRAIN))
    assert identity_of(_parts(_project(changed), changed)) == before


def test_where_the_project_lies_does_not_count() -> None:
    from pathlib import Path

    from modelcompose.compose.project import Mount

    moved = replace(TRAIN, mounts=(Mount("bind", "/app", "/elsewhere"),))
    there = replace(_project(moved), directory=Path("/elsewhere"))
    assert identity_of(_parts(there, moved)) == identity_of(_parts(_project(TRAIN), TRAIN))
