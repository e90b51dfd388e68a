"""What a step writes belongs to the user who called, also when its container runs as root."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.people import SOCKET, as_user, needs_root, python
from tests.workbench import Workbench

pytestmark = [pytest.mark.docker, needs_root]

USER = 4321


@pytest.fixture
def foreign() -> Iterator[Workbench]:
    """Give a project of a user who is not root and may use Docker."""
    root = Path(tempfile.mkdtemp(prefix="modelcompose-ownership-"))
    root.chmod(0o755)
    bench = Workbench(root / "project", home=root / "home", engine="docker")
    for path in (bench.folder, bench.home):
        path.mkdir(exist_ok=True)
        os.chown(path, USER, USER)
    groups = [SOCKET.stat().st_gid]
    bench.command = as_user(USER, bench.home, *python(), "-m", "modelcompose", groups=groups)
    yield bench
    bench.clean()
    shutil.rmtree(root)


def compose(bench: Workbench, script: str, *outputs: str, **keys: object) -> None:
    step = {"inputs": ["in.txt"], "outputs": list(outputs)}
    bench.compose({"make": {"command": ["sh", "-c", script], "step": step, **keys}})
    bench.write({"in.txt": "1\n"})
    for path in bench.folder.iterdir():
        os.chown(path, USER, USER, follow_symlinks=False)


def strangers(bench: Workbench) -> list[str]:
    """Name everything in the project and in the home folder that is not the user's."""
    found = [*bench.folder.rglob("*"), *bench.home.rglob("*")]
    return [str(path) for path in found if path.lstat().st_uid != USER]


def test_what_a_container_wrote_as_root_belongs_to_the_caller(foreign: Workbench) -> None:
    script = (
        "id -u; mkdir -p out/deep; cp in.txt out/deep/a; ln -s a out/deep/b; chmod 600 out/deep/a"
    )
    compose(foreign, script, "out")
    done = foreign.run("run")
    assert "make  │ 0\n" in done.stderr
    assert foreign.read("out/deep/a") == "1\n"
    assert strangers(foreign) == []


def test_a_locked_folder_that_root_wrote_can_be_read_and_replaced(foreign: Workbench) -> None:
    script = "mkdir -p out/locked; cp in.txt out/locked/a; chmod 700 out/locked"
    compose(foreign, script, "out")
    foreign.run("run")
    foreign.write({"in.txt": "2\n"})
    foreign.run("run")
    assert foreign.read("out/locked/a") == "2\n"
    assert strangers(foreign) == []


def test_a_failed_step_leaves_nothing_that_the_caller_cannot_remove(foreign: Workbench) -> None:
    compose(
        foreign, "mkdir -p out/locked; echo > out/locked/a; chmod 700 out/locked; exit 1", "out"
    )
    foreign.run("run", code=1)
    assert strangers(foreign) == []
    assert not any((foreign.folder / ".ml" / "work").iterdir())


def test_a_container_that_runs_as_another_user_can_write_and_gives_it_over(
    foreign: Workbench,
) -> None:
    compose(foreign, "id -u; echo made > out.txt", "out.txt", user="1234:1234")
    foreign.folder.chmod(0o777)  # as for plain Compose: that user must be let in
    done = foreign.run("run")
    assert "make  │ 1234\n" in done.stderr
    assert strangers(foreign) == []


def test_outputs_that_came_back_from_the_store_belong_to_the_caller(foreign: Workbench) -> None:
    compose(foreign, "mkdir out; echo > out/a", "out")
    foreign.run("run")
    shutil.rmtree(foreign.folder / "out")
    assert foreign.endings() == {"make": "restored"}
    assert strangers(foreign) == []


@pytest.mark.parametrize("user", ["0:0", "1234:1234"])
def test_kept_and_live_outputs_are_written_by_the_container_s_user_and_belong_to_the_caller(
    foreign: Workbench, user: str
) -> None:
    script = (
        "mkdir -p kept/deep logs/deep; echo $$(ls kept/deep) > logs/deep/found; "
        'touch kept/deep/$$(cat in.txt); cat in.txt >> kept/lines; test -z "$$FAIL"'
    )
    compose(foreign, script, user=user, environment={"FAIL": "${FAIL:-}"})
    text = foreign.read("compose.yaml")
    kept = '"outputs": {"kept": {"resume": true}, "logs": {"live": true}}'
    text = text.replace('"outputs": []', kept)
    text = text.replace('"services"', '"x-ml": {"identity": {"ignore": ["FAIL"]}}, "services"', 1)
    foreign.write({"compose.yaml": text})
    foreign.folder.chmod(0o777)  # as for plain Compose: that user must be let in

    foreign.run("run", env={"FAIL": "yes"}, code=1)
    assert strangers(foreign) == []
    foreign.run("run")
    assert foreign.read("kept/lines") == "1\n1\n"
    assert foreign.read("logs/deep/found") == "1\n"

    foreign.run("run", env={"FAIL": "yes"}, code=0)  # fresh
    foreign.write({"in.txt": "2\n"})
    foreign.run("run")
    assert foreign.read("kept/lines") == "2\n"
    assert strangers(foreign) == []
