"""What stands in for an image in the identity of a step."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import pytest

from modelcompose.engine.process.interpreter import Interpreters, distributions_digest

SYSTEM_PATH = os.defpath


def python(folder: Path, *, name: str = "python", site: str = "") -> dict[str, str]:
    """Put a Python on a PATH of its own, which also sees the folder `site`."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{site}" exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_the_running_python_and_one_that_is_asked_describe_themselves_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = {"PATH": str(Path(sys.executable).parent)}

    own = Interpreters().describe(running, tmp_path)
    asked = Interpreters().describe(python(tmp_path / "bin"), tmp_path)

    assert own == asked
    assert str(own["interpreter"]).startswith(f"CPython {platform.python_version()} ")


def test_an_installed_distribution_changes_the_description(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    variables = python(tmp_path / "bin", site=str(site))
    interpreters = Interpreters()
    before = interpreters.describe(variables, tmp_path)

    (site / "numpy-2.0.0.dist-info").mkdir()
    os.utime(site, (1, 1))

    assert interpreters.describe(variables, tmp_path) != before


def test_model_compose_itself_is_no_part_of_it(tmp_path: Path) -> None:
    before = distributions_digest([str(tmp_path)])
    (tmp_path / "docker_ml-9.9.dist-info").mkdir()

    assert distributions_digest([str(tmp_path)]) == before


def test_a_path_without_python_has_no_interpreter(tmp_path: Path) -> None:
    described = Interpreters().describe({"PATH": str(tmp_path)}, tmp_path)

    assert described["interpreter"] is None


def test_a_hundred_services_ask_an_interpreter_once(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    variables = python(tmp_path / "bin")
    program = tmp_path / "bin" / "python"
    program.write_text(program.read_text().replace("PYTHONPATH", f"echo >>{asked}; PYTHONPATH"))
    interpreters = Interpreters()

    for _ in range(100):
        interpreters.describe(variables, tmp_path)

    assert asked.read_text() == "\n"
