from __future__ import annotations

from pathlib import Path

from modelcompose.compose.command import compose_command, plugin_available
from modelcompose.compose.project import ComposeOptions


def test_without_options_the_command_is_bare() -> None:
    assert compose_command(ComposeOptions(), {"PATH": ""}) == ["docker", "compose"]


def test_a_plugin_that_is_found_is_called_directly(tmp_path: Path) -> None:
    _program(tmp_path / "bin/docker")
    plugin = _program(tmp_path / "config/cli-plugins/docker-compose")
    environment = {"PATH": str(tmp_path / "bin"), "DOCKER_CONFIG": str(tmp_path / "config")}
    assert compose_command(ComposeOptions(), environment) == [str(plugin)]


def test_every_global_option_is_handed_through_in_order() -> None:
    options = ComposeOptions(
        files=("a.yaml", "b.yaml"),
        profiles=("train",),
        env_files=("x.env",),
        project_name="flights",
        project_directory="..",
        arguments=("--ansi", "never"),
    )
    assert compose_command(options, {"PATH": ""}) == [
        *("docker", "compose", "--file", "a.yaml", "--file", "b.yaml", "--profile", "train"),
        *("--env-file", "x.env", "--project-name", "flights", "--project-directory", ".."),
        *("--ansi", "never"),
    ]


def _program(path: Path, text: str = "exit 1") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_without_docker_on_the_path_there_is_no_plugin(tmp_path: Path) -> None:
    _program(tmp_path / "config/cli-plugins/docker-compose")
    environment = {"PATH": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "config")}
    assert not plugin_available(environment)


def test_the_plugin_is_found_in_the_users_folder_without_starting_docker(tmp_path: Path) -> None:
    started = tmp_path / "started"
    _program(tmp_path / "bin/docker", f"touch {started}")
    _program(tmp_path / "config/cli-plugins/docker-compose")
    environment = {"PATH": str(tmp_path / "bin"), "DOCKER_CONFIG": str(tmp_path / "config")}
    assert plugin_available(environment)
    assert not started.exists()
