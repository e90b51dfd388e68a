from __future__ import annotations

import pytest

from modelcompose.compose.complaints import split_warnings, translate
from modelcompose.compose.discovery import discover
from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.sources import Sources
from modelcompose.errors import ComposeError, NotFound, ProjectError, VariableError

from .conftest import Write

COMPOSE = """
services:
  train:
    image: "a:${TAG:?which one}"
    env_file: missing.env
  other:
    image: a
    profiles: [extra]
  undone:
    extends: train
    x-ml: {step: false}
"""


def _translated(write: Write, message: str, *warnings: str) -> ProjectError | NotFound:
    write({"compose.yaml": COMPOSE})
    return translate(message, Sources(discover(ComposeOptions(), {})), warnings)


def test_a_required_variable_is_named_with_its_place(write: Write) -> None:
    error = _translated(
        write,
        "error while interpolating services.train.image: "
        "required variable TAG is missing a value: which one",
    )
    assert isinstance(error, VariableError)
    assert error.message == (
        "compose.yaml:3:15: services.train.image: "
        "the variable TAG is required and not set: which one"
    )
    assert error.hint == ("set it for one command, TAG=… modelcompose …, or for all in .env: TAG=…")


def test_no_compose_file_is_answered_with_how_to_name_one(write: Write) -> None:
    error = _translated(write, "no configuration file provided: not found")
    assert error.message == "no Compose file in this folder, nor in those above it"
    assert error.hint == "write a compose.yaml, or name the file: modelcompose --file FILE …"


def test_a_compose_file_that_is_missing_is_named(write: Write) -> None:
    error = _translated(write, "open /p/no.yaml: no such file or directory")
    assert type(error) is ProjectError
    assert error.message == "/p/no.yaml: no such file"


def test_an_environment_file_that_is_missing_is_named_with_its_place(write: Write) -> None:
    error = _translated(
        write, "env file /p/missing.env not found: stat /p/missing.env: no such file or directory"
    )
    assert error.message == (
        "compose.yaml:4:15: env file /p/missing.env not found: "
        "stat /p/missing.env: no such file or directory"
    )
    assert (
        error.hint == "create it: touch /p/missing.env, or write it as {path: …, required: false}"
    )


def test_a_dependency_in_another_profile_is_answered_with_the_profile(write: Write) -> None:
    message = 'service "train" depends on undefined service "other": invalid compose project'
    error = _translated(write, message)
    assert isinstance(error, ComposeError)
    assert error.message == message
    assert error.hint == "it is in another profile: add --profile extra"


def test_an_inherited_step_is_undone_with_a_tag(write: Write) -> None:
    error = _translated(write, "cannot override services.x.x-ml.step")
    assert error.message == "compose.yaml:10:12: cannot override services.x.x-ml.step"
    assert error.hint == "to undo an inherited step write step: !override false"


def test_a_list_over_a_map_is_answered_with_a_tag(write: Write) -> None:
    error = _translated(write, "cannot override services.x.x-ml.step.outputs")
    assert error.hint == "to replace what is inherited write outputs: !override …"


def test_an_unknown_service_names_the_nearest_one(write: Write) -> None:
    error = _translated(write, "no such service: trian")
    assert isinstance(error, NotFound)
    assert (error.message, error.hint) == (
        "no such service or step: trian",
        "did you mean train?",
    )


def test_a_file_that_is_no_yaml_is_named_with_the_place(write: Write) -> None:
    write({"compose.yaml": "services:\n  a: {image: b\n  c: d\n"})
    error = translate(
        "yaml: line 1: did not find expected ',' or '}'", Sources(discover(ComposeOptions(), {}))
    )
    assert error.message == "compose.yaml:3:4: yaml: line 1: did not find expected ',' or '}'"


def test_any_other_message_is_kept_with_an_unset_variable_as_the_hint(write: Write) -> None:
    message = 'service "a" has neither an image nor a build context specified'
    unset = 'The "A" variable is not set. Defaulting to a blank string.'
    error = _translated(write, message, "something else", unset)
    assert isinstance(error, ComposeError)
    assert (error.message, error.hint) == (message, unset)


def test_a_message_without_words_still_says_what_failed(write: Write) -> None:
    assert _translated(write, "").message == (
        "docker compose refused the project without saying why"
    )


@pytest.mark.parametrize("rest", ["", "it does not work"])
def test_log_lines_are_told_from_the_error(rest: str) -> None:
    line = r'time="2026-01-01T00:00:00Z" level=warning msg="The \"A\" variable is not set."'
    error, warnings = split_warnings(f"{line}\n{line}\n{rest}")
    assert error == rest
    assert warnings == ('The "A" variable is not set.',)
