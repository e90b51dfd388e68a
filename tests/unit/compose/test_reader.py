"""Reading a project through Docker Compose itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelcompose.compose.plugin import compose_program
from modelcompose.compose.positions import extends_origin, position_of
from modelcompose.compose.project import ComposeOptions, Input, Output, Project
from modelcompose.compose.reader import read
from modelcompose.errors import (
    ComposeError,
    GrammarError,
    ModelComposeError,
    NotFound,
    ProjectError,
    VariableError,
)

from .conftest import Write

pytestmark = pytest.mark.docker

FLIGHTS = """
name: flights
x-ml:
  objective: {train.auc: max}
services:
  db: {image: postgres:16}
  prepare:
    image: python:3.11-slim
    profiles: [train]
    volumes: [".:/app"]
    x-ml: {step: {inputs: [raw], outputs: {prepared: }}}
  train:
    image: python:3.11-slim
    profiles: [train]
    command: train --window ${WINDOW:-144} --cost $$5
    environment: {LR: "${LR:-0.1}"}
    depends_on:
      prepare: {condition: service_completed_successfully}
    x-ml:
      step:
        inputs: [prepared, train.py]
        outputs: [model]
        params: [LR, WINDOW]
        retries: ${RETRIES:-2}
        cache: ${CACHE:-true}
  report:
    image: python:3.11-slim
    profiles: [report]
    env_file: secret.env
"""


def _read(*files: str, **keywords: object) -> Project:
    return read(ComposeOptions(files=files), reader="docker", **keywords)  # type: ignore[arg-type]


def _error(*files: str, **keywords: object) -> ModelComposeError:
    with pytest.raises(ModelComposeError) as caught:
        _read(*files, **keywords)
    return caught.value


def _inputs(project: Project, step: str) -> list[str]:
    return [each.path for each in project.steps[step].inputs or ()]


def test_a_named_step_brings_the_services_of_its_profile(write: Write) -> None:
    write({"compose.yaml": FLIGHTS})
    assert set(_read().services) == {"db"}
    project = _read(steps=["train"])
    assert set(project.services) == {"db", "prepare", "train"}
    assert project.profiles == ("train",)


def test_the_users_profiles_stay_beside_those_of_the_steps(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"compose.yaml": FLIGHTS, "secret.env": "A=1"})
    monkeypatch.setenv("COMPOSE_PROFILES", "report")
    project = _read(steps=["train"])
    assert set(project.services) == {"db", "prepare", "train", "report"}
    assert project.profiles == ("report", "train")


def test_all_profiles_can_be_read(write: Write) -> None:
    write({"compose.yaml": FLIGHTS, "secret.env": "A=1"})
    project = _read(all_profiles=True)
    assert set(project.services) == {"db", "prepare", "report", "train"}
    assert project.services["report"].environment == {"A": "1"}


def test_a_step_becomes_values_with_its_text_cast(write: Write) -> None:
    write({"compose.yaml": FLIGHTS, ".env": "RETRIES=5\nCACHE=false"})
    project = _read(steps=["train"])
    step = project.steps["train"]
    assert step.inputs == (Input(path="prepared"), Input(path="train.py"))
    assert step.outputs == (Output(path="model"),)
    assert (step.retries, step.cache) == (5, False)
    service = project.services["train"]
    assert service.command == ("train", "--window", "144", "--cost", "$5")
    assert service.document["command"][-1] == "$$5"
    assert service.depends_on == {"prepare": "service_completed_successfully"}
    assert "x-ml" not in service.document
    assert "x-ml" not in project.document


def test_extra_variables_win_over_the_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"compose.yaml": FLIGHTS})
    monkeypatch.setenv("WINDOW", "7")
    service = _read(steps=["train"], extra_variables={"WINDOW": "10"}).services["train"]
    assert service.command is not None
    assert "10" in service.command


def test_the_project_knows_its_files_and_variables(write: Write) -> None:
    folder = write({"compose.yaml": FLIGHTS, ".env": "LR=0.5", "secret.env": "A=1"})
    project = _read()
    assert project.directory == folder
    assert project.files == (folder / "compose.yaml",)
    assert project.env_files == (folder / ".env", folder / "secret.env")
    assert project.variables["LR"] == "0.5"
    assert project.variables["COMPOSE_PROJECT_NAME"] == "flights"
    assert project.defaults["WINDOW"] == "144"
    assert project.interpolated == {"WINDOW", "LR", "RETRIES", "CACHE"}


def test_an_unset_variable_is_a_warning(write: Write) -> None:
    write({"compose.yaml": "services: {a: {image: 'a:${TAG}1'}}"})
    assert _read().warnings == ('The "TAG" variable is not set. Defaulting to a blank string.',)


def test_several_files_merge_maps_and_append_lists(write: Write) -> None:
    write(
        {
            "a.yaml": """
            x-ml: {objective: {a.b: max}}
            services:
              s: {image: a, x-ml: {step: {inputs: [one, two], outputs: {o: }, metrics: [m.json]}}}
            """,
            "b.yaml": """
            x-ml: {mask: [X]}
            services:
              s: {x-ml: {step: {inputs: [two, three], outputs: {p: }, metrics: !override [n.json]}}}
            """,
        }
    )
    project = _read("a.yaml", "b.yaml")
    step = project.steps["s"]
    assert _inputs(project, "s") == ["one", "two", "three"]
    assert step.outputs == (Output(path="o"), Output(path="p"))
    assert step.metrics == ("n.json",)
    assert project.objective == {"a.b": "max"}
    assert "X" in project.masked_variables


def test_a_step_is_inherited_through_extends(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services:
              base: {image: a, x-ml: {step: {inputs: [a], outputs: {o: }}}}
              child:
                extends: base
                x-ml: {step: {inputs: [b], outputs: {o: !reset null, p: }}}
              far:
                extends: {file: sub/far.yaml, service: origin}
            """,
            "sub/far.yaml": "services: {origin: {image: a, x-ml: {step: {inputs: [z]}}}}",
        }
    )
    project = _read()
    assert _inputs(project, "child") == ["a", "b"]
    assert project.steps["child"].outputs == (Output(path="p"),)
    assert _inputs(project, "far") == ["z"]
    assert extends_origin(project, "base") is None
    assert extends_origin(project, "child") == "compose.yaml:base"
    assert extends_origin(project, "far") == "sub/far.yaml:origin"
    assert str(position_of(project, ["services", "far", "x-ml", "step", "inputs", 0])) == (
        "sub/far.yaml:1:54"
    )


@pytest.mark.parametrize(
    "undone", ["{step: !override false}", "{step: !reset null}", "!override {step: false}"]
)
def test_an_inherited_step_is_undone(write: Write, undone: str) -> None:
    write(
        {
            "compose.yaml": f"""
            services:
              base: {{image: a, x-ml: {{step: {{inputs: [a]}}}}}}
              child: {{extends: base, x-ml: {undone}}}
            """
        }
    )
    assert set(_read().steps) == {"base"}


def test_a_plain_false_over_an_inherited_step_is_answered_with_the_tag(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services:
              base: {image: a, x-ml: {step: {}}}
              child:
                extends: base
                x-ml:
                  step: false
            """
        }
    )
    error = _error()
    assert isinstance(error, ComposeError)
    assert error.message.startswith("compose.yaml:6:7: cannot override ")
    assert error.hint == "to undo an inherited step write step: !override false"


def test_an_included_service_keeps_its_step(write: Write) -> None:
    folder = write(
        {
            "compose.yaml": "name: p\ninclude: [sub/more.yaml]\nservices: {a: {image: a}}",
            "sub/more.yaml": """
            services:
              b: {image: b, profiles: [x], x-ml: {step: {inputs: [i]}}}
            """,
        }
    )
    project = _read(steps=["b"])
    assert _inputs(project, "b") == ["i"]
    assert project.files == (folder / "sub/more.yaml", folder / "compose.yaml")


def test_the_own_x_ml_of_an_included_file_is_an_error_since_compose_drops_it(write: Write) -> None:
    write(
        {
            "compose.yaml": "name: p\ninclude: [sub/more.yaml]",
            "sub/more.yaml": "services: {b: {image: b}}\nx-ml: {mask: [A]}",
        }
    )
    error = _error()
    assert isinstance(error, GrammarError)
    assert error.message == (
        "sub/more.yaml:2:1: x-ml: Docker Compose drops this key of an included file"
    )


def test_a_grammar_error_names_file_line_and_column(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services:
              train:
                image: a
                x-ml:
                  step:
                    outputs:
                      - 3
            """
        }
    )
    error = _error()
    assert isinstance(error, GrammarError)
    assert error.message == (
        "compose.yaml:7:13: services.train.x-ml.step.outputs[0]: expected a path, found 3"
    )


def test_an_unknown_key_is_pointed_at_and_the_nearest_named(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services:
              train: {image: a, x-ml: {step: {retry: 3}}}
            """
        }
    )
    error = _error()
    assert error.message == "compose.yaml:2:35: services.train.x-ml.step.retry: unknown key"
    assert error.hint == "did you mean retries?"


def test_x_ml_elsewhere_is_an_error_that_says_where_it_may_stand(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services: {a: {image: a, networks: [wire]}}
            networks: {wire: {x-ml: {a: 1}}}
            """
        }
    )
    error = _error()
    assert error.message == "compose.yaml:2:19: networks.wire.x-ml: it has no meaning here"
    assert error.hint == (
        "x-ml may stand at the top of the file, on a service, a long mount and a volume"
    )


def test_a_required_variable_that_is_not_set_is_named_with_its_place(write: Write) -> None:
    write({"compose.yaml": "services:\n  a:\n    image: a:${TAG:?which one}\n"})
    error = _error()
    assert isinstance(error, VariableError)
    assert error.message == (
        "compose.yaml:3:14: services.a.image: the variable TAG is required and not set: which one"
    )


def test_without_values_a_required_variable_may_be_unset(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services:
              a:
                image: a:${TAG:?}
                command: run ${TAG:?}
                environment: ["A=${TAG:?}"]
                env_file: missing.env
                volumes: [".:/app"]
                x-ml: {step: {inputs: [a, "${TAG:?}"], retries: "${TAG:?}", timeout: "${T:-5s}"}}
            """
        }
    )
    project = _read(need_values=False)
    assert _inputs(project, "a") == ["a"]
    assert (project.steps["a"].retries, project.steps["a"].timeout_s) == (0, 5)
    assert project.services["a"].environment == {"A": "${TAG:?}"}
    assert project.services["a"].mounts[0].target == "/app"


def test_a_step_that_is_no_service_names_the_nearest_one(write: Write) -> None:
    write({"compose.yaml": FLIGHTS})
    error = _error(steps=["trian"])
    assert isinstance(error, NotFound)
    assert (error.message, error.hint) == (
        "no such service or step: trian",
        "did you mean train?",
    )


def test_no_compose_file_is_a_project_error(write: Write) -> None:
    write({})
    assert _error().message == "no Compose file in this folder, nor in those above it"


def test_a_named_file_that_is_missing_is_named(write: Write) -> None:
    folder = write({})
    error = _error("no.yaml")
    assert type(error) is ProjectError
    assert error.message == f"{folder}/no.yaml: no such file"


def test_a_missing_extended_file_is_pointed_at(write: Write) -> None:
    folder = write({"compose.yaml": "services: {a: {extends: {file: no.yaml, service: b}}}"})
    assert _error().message == (
        f"compose.yaml:1:32: open {folder}/no.yaml: no such file or directory"
    )


def test_a_missing_environment_file_is_pointed_at(write: Write) -> None:
    folder = write({"compose.yaml": "services: {a: {image: a, env_file: no.env}}"})
    error = _error()
    assert error.message.startswith(f"compose.yaml:1:36: env file {folder}/no.env not found")


def test_what_compose_refuses_keeps_its_words(write: Write) -> None:
    folder = write({"compose.yaml": "services: {a: {image: a, steps: 1}}"})
    error = _error()
    assert isinstance(error, ComposeError)
    assert error.message == (
        f"validating {folder}/compose.yaml: services.a additional properties 'steps' not allowed"
    )


def test_one_call_of_docker_compose_reads_a_project(
    write: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"compose.yaml": FLIGHTS})
    folder = tmp_path_factory.mktemp("config")
    calls = folder / "calls"
    plugin = folder / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir()
    plugin.write_text(f'#!/bin/sh\necho "$*" >>{calls}\nexec {compose_program(os.environ)} "$@"\n')
    plugin.chmod(0o755)
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    read(ComposeOptions(arguments=("--ansi", "never")), steps=["train"])
    assert calls.read_text() == "--profile train --ansi never config\n"


def test_reading_imports_nothing_heavy(write: Write) -> None:
    write({"compose.yaml": FLIGHTS})
    script = (
        "import sys\n"
        "from modelcompose.compose.reader import read\n"
        "from modelcompose.compose.project import ComposeOptions\n"
        "read(ComposeOptions(), steps=['train'])\n"
        "heavy = {'sqlalchemy', 'alembic', 'rich', 'ruamel', 'psutil', 'asyncio', 'difflib'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_the_project_is_found_from_a_folder_below(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write({"compose.yaml": FLIGHTS, "deep/x": ""})
    monkeypatch.chdir(folder / "deep")
    assert _read().directory == folder


def test_project_name_and_directory_are_handed_through(write: Write) -> None:
    folder = write({"sub/compose.yaml": "services: {a: {image: a, volumes: ['.:/app']}}"})
    options = ComposeOptions(
        files=("sub/compose.yaml",), project_name="other", project_directory=str(folder)
    )
    project = read(options, reader="docker")
    assert (project.name, project.directory) == ("other", folder)
    assert project.services["a"].mounts[0].source == str(folder)


def test_a_file_on_standard_input_is_read(write: Write) -> None:
    write({"in.yaml": "name: piped\nservices: {a: {image: a, x-ml: {step: {inputs: [b]}}}}"})
    script = (
        "from modelcompose.compose.reader import read\n"
        "from modelcompose.compose.project import ComposeOptions\n"
        "print(read(ComposeOptions(files=('-',))).steps['a'].inputs[0].path)\n"
    )
    with Path("in.yaml").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", script], stdin=file, capture_output=True, check=True
        )
    assert done.stdout == b"b\n"


@pytest.mark.parametrize(
    ("current", "options", "environment"),
    [
        (".", ComposeOptions(), {}),
        ("deep", ComposeOptions(), {}),
        (".", ComposeOptions(files=("other/a.yaml", "compose.yaml")), {}),
        ("deep", ComposeOptions(files=("../other/a.yaml",)), {}),
        (".", ComposeOptions(files=("other/a.yaml",), project_directory="deep"), {}),
        (".", ComposeOptions(), {"COMPOSE_FILE": "other/a.yaml:compose.yaml"}),
        ("deep", ComposeOptions(env_files=("../other/more.env",)), {}),
        (".", ComposeOptions(), {"COMPOSE_ENV_FILES": "other/more.env"}),
        (".", ComposeOptions(), {"COMPOSE_DISABLE_ENV_FILE": "1"}),
        (".", ComposeOptions(), {"A": "environment"}),
    ],
)
def test_what_is_found_beside_compose_is_what_compose_finds(
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    current: str,
    options: ComposeOptions,
    environment: dict[str, str],
) -> None:
    service = "services: {%s: {image: a, volumes: ['.:/app'], environment: {A: '${A-}'}}}"
    folder = write(
        {
            "compose.yaml": service % "one",
            "other/a.yaml": service % "two",
            "other/more.env": "A=more",
            "other/.env": "A=other",
            ".env": "A=project",
            "deep/.env": "A=deep",
        }
    )
    monkeypatch.chdir(folder / current)
    project = read(options, reader="docker", environment={**os.environ, **environment})
    service_seen = next(iter(project.services.values()))
    assert service_seen.mounts[0].source == str(project.directory)
    assert service_seen.environment["A"] == project.variables.get("A", "")
    names = {"compose.yaml": "one", "a.yaml": "two"}
    assert {names[file.name] for file in project.files} == set(project.services)
