"""Reading a project where Docker Compose is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.compose.project import ComposeOptions, Input, Output, Project
from modelcompose.compose.reader import read
from modelcompose.errors import (
    EngineUnavailable,
    GrammarError,
    NotFound,
    UnsupportedError,
    VariableError,
)

from .conftest import Write

FLIGHTS = """
services:
  train:
    image: python:3.11-slim
    profiles: [train]
    command: train --cost $$5
    working_dir: /app
    volumes: [".:/app"]
    environment: {LR: "${LR:-0.1}"}
    x-ml:
      step: {inputs: [data], outputs: {model: }, params: [LR], retries: "${RETRIES:-2}"}
  other:
    image: a:${TAG-1}
"""


def _read(**keywords: object) -> Project:
    return read(ComposeOptions(), environment={"PATH": ""}, **keywords)  # type: ignore[arg-type]


def test_a_plain_file_is_read_all_the_same(write: Write) -> None:
    folder = write({"compose.yaml": FLIGHTS, ".env": "LR=0.5"})
    project = _read(steps=["train"])
    step, service = project.steps["train"], project.services["train"]
    assert project.profiles == ("train",)
    assert (project.directory, project.files) == (folder, (folder / "compose.yaml",))
    assert (step.inputs, step.outputs) == ((Input(path="data"),), (Output(path="model"),))
    assert step.retries == 2
    assert service.command == ("train", "--cost", "$5")
    assert service.environment == {"LR": "0.5"}
    assert service.mounts[0].source == str(folder)
    assert project.env_files == (folder / ".env",)


def test_a_service_of_another_profile_is_left_out(write: Write) -> None:
    write({"compose.yaml": FLIGHTS})
    assert set(_read().services) == {"other"}
    assert set(_read(all_profiles=True).services) == {"other", "train"}


def test_a_step_that_is_no_service_names_the_nearest_one(write: Write) -> None:
    write({"compose.yaml": FLIGHTS})
    with pytest.raises(NotFound) as caught:
        _read(steps=["trian"])
    assert caught.value.hint == "did you mean train?"


def test_a_grammar_error_has_its_place(write: Write) -> None:
    write({"compose.yaml": FLIGHTS.replace("retries:", "retrys:")})
    with pytest.raises(GrammarError) as caught:
        _read(steps=["train"])
    assert caught.value.message.startswith("compose.yaml:10:64: services.train.x-ml.step.retrys:")


def test_a_required_variable_is_named(write: Write) -> None:
    write({"compose.yaml": FLIGHTS.replace("TAG-1", "TAG:?")})
    with pytest.raises(VariableError, match="TAG"):
        _read()
    assert "train" in _read(steps=["train"], need_values=False).steps


def test_what_only_docker_compose_reads_says_so(write: Write) -> None:
    write({"compose.yaml": "include: [more.yaml]", "more.yaml": FLIGHTS})
    with pytest.raises(UnsupportedError):
        _read()


def test_docker_that_was_asked_for_and_is_absent_is_an_error(write: Write, tmp_path: Path) -> None:
    write({"compose.yaml": FLIGHTS})
    with pytest.raises(EngineUnavailable) as caught:
        read(ComposeOptions(), reader="docker", environment={"PATH": str(tmp_path)})
    assert caught.value.message == "docker cannot be started: No such file or directory"
