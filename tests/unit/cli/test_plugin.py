"""`modelcompose plugin`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from modelcompose import __version__
from modelcompose.cli.plugin import plugin
from modelcompose.errors import UsageError


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker config"))
    return tmp_path / "docker config" / "cli-plugins" / "docker-ml"


def call(*arguments: str) -> str:
    return (
        CliRunner().invoke(plugin, arguments, catch_exceptions=False, standalone_mode=False).output
    )


def test_install_writes_a_launcher_that_docker_accepts(launcher: Path) -> None:
    said = call("install")

    done = subprocess.run(
        [launcher, "docker-cli-plugin-metadata"], capture_output=True, check=True, text=True
    )
    metadata = json.loads(done.stdout)
    assert said.startswith(f"installed `docker ml`: {launcher}")
    assert metadata["SchemaVersion"] == "0.1.0"
    assert metadata["Version"] == __version__


def test_the_launcher_answers_like_the_command(launcher: Path) -> None:
    call("install")

    done = subprocess.run([launcher, "ml", "--version"], capture_output=True, check=True, text=True)

    assert done.stdout == f"modelcompose {__version__}\n"


def test_installing_again_changes_nothing_and_says_so(launcher: Path) -> None:
    call("install")
    before = launcher.stat()

    assert call("install").startswith("`docker ml` is already installed")
    assert launcher.stat() == before


def test_a_launcher_of_another_installation_is_replaced(launcher: Path) -> None:
    launcher.parent.mkdir(parents=True)
    launcher.write_text("#!/old/python\nfrom modelcompose.__main__ import plugin\n")

    assert call("install").startswith("installed")
    assert "/old/python" not in launcher.read_text()


def test_a_program_of_somebody_else_is_left_alone(launcher: Path) -> None:
    launcher.parent.mkdir(parents=True)
    launcher.write_text("#!/bin/sh\n")

    for verb in ("install", "remove"):
        with pytest.raises(UsageError, match="belongs to another program"):
            call(verb)
    assert launcher.read_text() == "#!/bin/sh\n"


def test_remove_undoes_install(launcher: Path) -> None:
    call("install")

    assert call("remove").startswith("removed")
    assert not launcher.exists()
    assert call("remove").startswith("`docker ml` is not installed")
