from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcompose.compose.discovery import FILE_NAMES, discover
from modelcompose.compose.project import ComposeOptions
from modelcompose.errors import ProjectError

from .conftest import Write


@pytest.mark.parametrize("chosen", FILE_NAMES)
def test_the_preferred_name_of_a_compose_file_wins(write: Write, chosen: str) -> None:
    names = FILE_NAMES[FILE_NAMES.index(chosen) :]
    folder = write(dict.fromkeys(names, "services: {}"))
    assert discover(ComposeOptions(), {}).files == (folder / chosen,)


def test_the_override_file_is_read_on_top(write: Write) -> None:
    folder = write(
        {"compose.yaml": "", "compose.override.yaml": "", "docker-compose.override.yml": ""}
    )
    assert discover(ComposeOptions(), {}).files == (
        folder / "compose.yaml",
        folder / "compose.override.yaml",
    )


def test_a_named_file_takes_no_override(write: Write) -> None:
    folder = write({"compose.yaml": "", "compose.override.yaml": ""})
    assert discover(ComposeOptions(files=("compose.yaml",)), {}).files == (folder / "compose.yaml",)


def test_the_file_is_looked_for_in_the_folders_above(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write({"compose.yaml": "", "deep/er/x": ""})
    monkeypatch.chdir(folder / "deep/er")
    found = discover(ComposeOptions(), {})
    assert (found.directory, found.files) == (folder, (folder / "compose.yaml",))


def test_the_first_named_files_folder_is_the_project_folder(write: Write) -> None:
    folder = write({"a/x.yaml": "", "b/y.yaml": ""})
    found = discover(ComposeOptions(files=("a/x.yaml", "b/y.yaml")), {})
    assert (found.directory, found.files) == (
        folder / "a",
        (folder / "a/x.yaml", folder / "b/y.yaml"),
    )


def test_a_project_directory_that_was_given_wins(write: Write) -> None:
    folder = write({"a/x.yaml": ""})
    options = ComposeOptions(files=("a/x.yaml",), project_directory=".")
    assert discover(options, {}).directory == folder


def test_compose_file_may_name_several_files_also_in_dotenv(write: Write) -> None:
    folder = write({".env": "COMPOSE_FILE=a.yaml,b/c.yaml\nCOMPOSE_PATH_SEPARATOR=,"})
    assert discover(ComposeOptions(), {}).files == (folder / "a.yaml", folder / "b/c.yaml")


def test_the_environment_wins_over_dotenv(write: Write) -> None:
    write({".env": "A=file\nB=file", "compose.yaml": ""})
    variables = discover(ComposeOptions(), {"A": "environment"}).variables
    assert (variables["A"], variables["B"]) == ("environment", "file")


def test_the_current_folders_dotenv_wins_over_that_of_a_project_above(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write({"compose.yaml": "", ".env": "A=project\nB=project", "deep/.env": "A=deep"})
    monkeypatch.chdir(folder / "deep")
    found = discover(ComposeOptions(), {})
    assert (found.variables["A"], found.variables["B"]) == ("deep", "project")
    assert found.env_files == (folder / "deep/.env", folder / ".env")


def test_of_several_environment_files_the_last_wins(write: Write) -> None:
    folder = write({"compose.yaml": "", "a.env": "A=1\nB=1", "b.env": "B=2", ".env": "C=3"})
    found = discover(ComposeOptions(env_files=("a.env", "b.env")), {})
    assert (found.variables["A"], found.variables["B"]) == ("1", "2")
    assert "C" not in found.variables
    assert found.env_files == (folder / "a.env", folder / "b.env")


def test_an_environment_file_that_is_missing_is_named(write: Write) -> None:
    folder = write({"compose.yaml": ""})
    with pytest.raises(ProjectError) as caught:
        discover(ComposeOptions(env_files=("no.env",)), {})
    assert caught.value.message == f"{folder}/no.env: no such environment file"


def test_dotenv_can_be_switched_off(write: Write) -> None:
    write({"compose.yaml": "", ".env": "A=1"})
    found = discover(ComposeOptions(), {"COMPOSE_DISABLE_ENV_FILE": "true"})
    assert "A" not in found.variables
    assert found.env_files == ()


def test_profiles_come_from_the_options_before_the_variable(write: Write) -> None:
    write({"compose.yaml": "", ".env": "COMPOSE_PROFILES=a, b"})
    assert discover(ComposeOptions(), {}).profiles == ("a", "b")
    assert discover(ComposeOptions(profiles=("c",)), {}).profiles == ("c",)


def test_files_elsewhere_are_left_to_compose(write: Write) -> None:
    folder = write({"a.yaml": ""})
    options = ComposeOptions(files=("-", "oci://registry/app:1", "a.yaml"))
    assert discover(options, {}).files == (folder / "a.yaml",)


def test_a_folder_reached_through_a_link_keeps_the_links_name(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write({"real/compose.yaml": ""})
    Path("link").symlink_to("real")
    monkeypatch.chdir(folder / "link")
    assert discover(ComposeOptions(), {"PWD": f"{folder}/link"}).directory == folder / "link"
    assert discover(ComposeOptions(), {"PWD": os.sep}).directory == folder / "real"
