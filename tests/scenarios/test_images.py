"""A step's image: its definition counts, it is never built to find out, and its pins stay."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.workbench import Workbench

pytestmark = pytest.mark.docker

NOWHERE = {"DOCKER_HOST": "tcp://127.0.0.1:9"}
DOCKERFILE = """\
FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN cat requirements.txt > /installed
"""


def compose(bench: Workbench, dockerfile: str = DOCKERFILE, **keys: Any) -> None:
    """Write a project with one step, in an image that is built here."""
    bench.write({"Dockerfile": dockerfile, "requirements.txt": "numpy\n", "notes.md": "1"})
    step = {"inputs": [], "outputs": ["out.txt"]}
    source = {} if "image" in keys else {"image": "", "build": "."}
    command = ["sh", "-c", "cp /installed out.txt"]
    bench.compose({"train": {**source, "command": command, **keys, "step": step}})


def pins(bench: Workbench) -> dict[str, str]:
    """Give what `ml.lock` says that image names stand for."""
    block = bench.lock.partition("images:\n")[2].partition("\n\n")[0]
    found = re.findall(r'^  "?([^"\s]+?)"?: (sha256:\w+)$', block, re.MULTILINE)
    return {str(name): str(digest) for name, digest in found}


def build(tag: str, words: str) -> None:
    """Build a base image that differs by a label."""
    text = f"FROM python:3.11-slim\nLABEL words={words}\nRUN echo {words} > /installed\n"
    command = ["docker", "build", "--quiet", "--tag", tag, "-"]
    subprocess.run(command, input=text, text=True, capture_output=True, check=True)


@pytest.fixture
def base(bench: Workbench) -> Iterator[str]:
    tag = f"{bench.name}-base:latest"
    build(tag, "first")
    yield tag
    subprocess.run(["docker", "rmi", "--force", tag], capture_output=True, check=False)


def test_a_file_that_the_image_does_not_copy_changes_nothing(bench: Workbench) -> None:
    compose(bench)
    bench.run("run")
    bench.write({"notes.md": "2"})
    assert bench.states() == {"train": "fresh"}


def test_a_file_that_the_image_copies_counts_and_is_built_anew(bench: Workbench) -> None:
    compose(bench)
    bench.run("run")
    assert bench.read("out.txt") == "numpy\n"
    bench.write({"requirements.txt": "pandas\n"})
    assert bench.causes("train") == ["requirements.txt (in the image) changed"]
    assert bench.endings() == {"train": "done"}
    assert bench.read("out.txt") == "pandas\n"


def test_an_unchanged_definition_is_not_built_again(bench: Workbench) -> None:
    compose(bench)
    bench.run("run")
    first = bench.shown("train")["image"]
    bench.run("run", "--force")
    assert bench.shown("train")["image"] == first


def test_copy_everything_leaves_outputs_out_and_warns_with_the_line_to_add(
    bench: Workbench,
) -> None:
    dockerfile = "FROM python:3.11-slim\nCOPY . /src\nRUN ls -A /src > /installed\n"
    compose(bench, dockerfile)
    bench.run("run")
    done = bench.run("run")
    assert "add the line `out.txt` to .dockerignore" in done.stderr
    assert bench.endings() == {"train": "fresh"}
    bench.run("run", "--force")
    assert "out.txt" not in bench.read("out.txt").split()
    assert ".ml" not in bench.read("out.txt").split()
    bench.write({".dockerignore": "out.txt\n"})
    assert "add the line" not in bench.run("run").stderr


def test_planning_works_with_the_engine_stopped_once_the_pins_are_known(
    bench: Workbench,
) -> None:
    compose(bench)
    bench.run("run")
    assert bench.run("run", env=NOWHERE).returncode == 0
    bench.write({"requirements.txt": "pandas\n"})
    done = bench.run("why", "train", env=NOWHERE)
    assert "requirements.txt (in the image) changed" in done.stdout
    done = bench.run("run", code=1, env=NOWHERE)
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert bench.read("out.txt") == "numpy\n"


def test_status_of_a_new_project_works_with_the_engine_stopped(bench: Workbench) -> None:
    compose(bench)
    assert "train" in bench.run("status", env=NOWHERE).stdout


def test_restoring_needs_no_engine(bench: Workbench) -> None:
    compose(bench)
    bench.run("run")
    (bench.folder / "out.txt").unlink()
    bench.run("run", env=NOWHERE)
    assert bench.read("out.txt") == "numpy\n"


def test_a_base_image_that_moved_changes_nothing_until_build(bench: Workbench, base: str) -> None:
    compose(bench, f"FROM {base}\n")
    bench.run("run")
    before = pins(bench)
    build(base, "second")
    assert bench.endings() == {"train": "fresh"}
    assert pins(bench) == before
    assert bench.endings("--build") == {"train": "done"}
    assert pins(bench) != before
    assert bench.read("out.txt") == "second\n"


def test_a_forced_run_still_uses_the_pinned_base(bench: Workbench, base: str) -> None:
    compose(bench, f"FROM {base}\n")
    bench.run("run")
    build(base, "second")
    bench.run("run", "--force")
    assert bench.read("out.txt") == "first\n"


def test_a_changed_dockerfile_moves_the_pins(bench: Workbench, base: str) -> None:
    compose(bench, f"FROM {base}\n")
    bench.run("run")
    build(base, "second")
    compose(bench, f"FROM {base}\nENV A=1\n")
    bench.run("run")
    assert bench.read("out.txt") == "second\n"


def test_an_image_that_moved_changes_nothing_until_pull_or_build(
    bench: Workbench, base: str
) -> None:
    compose(bench, image=base)
    bench.run("run")
    build(base, "second")
    assert bench.endings() == {"train": "fresh"}
    assert bench.endings("--build") == {"train": "done"}
    assert bench.read("out.txt") == "second\n"


def test_pull_moves_the_pins_too_and_keeps_an_image_that_no_registry_knows(
    bench: Workbench, base: str
) -> None:
    compose(bench, image=base)
    bench.run("run")
    build(base, "second")
    assert bench.endings("--pull", "always") == {"train": "done"}
    assert bench.read("out.txt") == "second\n"


def test_an_image_that_cannot_be_had_is_an_error_that_names_it(bench: Workbench) -> None:
    compose(bench, image="localhost:9/no/such:image")
    done = bench.run("run", code=1)
    assert "image localhost:9/no/such:image: cannot be pulled" in done.stderr


def test_an_image_that_does_not_build_is_an_error_with_its_cause(bench: Workbench) -> None:
    compose(bench)
    bench.run("run")
    compose(bench, DOCKERFILE + "RUN echo the cause; exit 9\n")
    done = bench.run("run", code=1)
    assert "the cause" in done.stderr
    assert "Traceback" not in done.stderr
    assert bench.read("out.txt") == "numpy\n"
    assert bench.states() == {"train": "stale"}


def test_the_image_of_a_run_is_recorded_by_its_digest(bench: Workbench) -> None:
    compose(bench)
    bench.run("run")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", bench.shown("train")["image"])
    assert pins(bench).keys() == {"python:3.11-slim"}


def test_build_arguments_and_the_target_count(bench: Workbench) -> None:
    dockerfile = (
        "FROM python:3.11-slim AS small\nARG WORD=a\nRUN echo $WORD > /installed\n"
        "FROM small AS large\nRUN echo large >> /installed\n"
    )
    compose(bench, dockerfile, build={"context": ".", "target": "small"})
    bench.run("run")
    compose(bench, dockerfile, build={"context": ".", "target": "large"})
    assert bench.causes("train") == ["build target: small → large"]
    compose(bench, dockerfile, build={"context": ".", "target": "small", "args": {"WORD": "b"}})
    assert bench.causes("train") == ["build argument WORD added: b"]
    bench.run("run")
    assert bench.read("out.txt") == "b\n"
