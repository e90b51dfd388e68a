"""Several users of one machine, each with a home folder of their own, in one project folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.people import SOCKET, Person, needs_root, python
from tests.workbench import Workbench, hear, shell, wait_until

pytestmark = needs_root

ANA, BEN, CLEO = 4301, 4302, 4303
TEAM = 4400

STEPS = {
    "make": shell(
        "mkdir -p out/deep; cp in.txt out/a; cp in.txt out/deep/b", "out", inputs=("in.txt",)
    ),
    "sum": shell("cat out/a out/deep/b > sum.txt", "sum.txt", inputs=("out",)),
}
DONE = {"make": "done", "sum": "done"}
FRESH = {"make": "fresh", "sum": "fresh"}


@pytest.fixture(params=[0o022, 0o002], ids=["umask 022", "umask 002"])
def umask(request: pytest.FixtureRequest) -> int:
    """Give the umask of the users: most have one of these."""
    chosen: int = request.param
    return chosen


@pytest.fixture
def project(request: pytest.FixtureRequest) -> Iterator[Workbench]:
    """Give a project of Ana's, closed to others; in a folder that all may see into."""
    root = Path(tempfile.mkdtemp(prefix="modelcompose-users-"))
    root.chmod(0o755)
    engine = "docker" if request.node.get_closest_marker("docker") else "process"
    bench = Workbench(root / "project", home=root / "home", engine=engine)
    os.chown(bench.folder, ANA, ANA)
    yield bench
    bench.clean()
    shutil.rmtree(root)


@pytest.fixture
def shared(project: Workbench) -> Workbench:
    """Give the project shared as Unix does it: with a group, which new files belong to."""
    os.chown(project.folder, ANA, TEAM)
    project.folder.chmod(0o2775)
    return project


def person(user: int, project: Workbench, umask: int = 0o022, *, team: int | None = TEAM) -> Person:
    groups = [SOCKET.stat().st_gid] if project.engine == "docker" else []
    return Person(user, project, umask=umask, groups=[*groups, *([team] if team else [])])


def put(project: Workbench, files: dict[str, str]) -> None:
    """Write files as an editor does for a team: its members may write them."""
    project.write(files)
    for name in files:
        path = project.folder / name
        os.chown(path, ANA, project.folder.stat().st_gid)
        path.chmod(0o664)


def prepare(project: Workbench, steps: dict[str, dict[str, Any]] = STEPS) -> None:
    project.compose(steps)
    put(project, {"compose.yaml": project.read("compose.yaml"), "in.txt": "1\n"})


def owners(project: Workbench, *names: str) -> set[tuple[int, int]]:
    """Give the users and groups that outputs, and all in them, belong to."""
    places = [project.folder / name for name in names]
    paths = [*places, *(inner for place in places for inner in place.rglob("*"))]
    return {(path.lstat().st_uid, path.lstat().st_gid) for path in paths}


# Sharing


def test_what_one_user_made_another_may_bring_up_to_date(shared: Workbench, umask: int) -> None:
    prepare(shared)
    ana, ben = person(ANA, shared, umask), person(BEN, shared, umask)
    assert ana.endings() == DONE
    assert ben.endings() == FRESH
    for number, somebody in enumerate((ben, ana, ben), start=2):
        put(shared, {"in.txt": f"{number}\n"})
        done = somebody.run("run")
        assert "by hand" not in done.stderr
        assert shared.read("sum.txt") == f"{number}\n{number}\n"
        assert owners(shared, "out/a", "out/deep/b", "sum.txt") == {(somebody.user, TEAM)}
    assert ana.states() == ben.states() == FRESH


@pytest.mark.docker
def test_what_a_container_made_belongs_to_the_caller_and_to_the_project_s_group(
    shared: Workbench,
) -> None:
    prepare(shared)
    ana, ben = person(ANA, shared), person(BEN, shared)
    assert ana.endings() == DONE
    assert owners(shared, "out", "sum.txt") == {(ANA, TEAM)}
    put(shared, {"in.txt": "2\n"})
    assert ben.endings() == DONE
    assert owners(shared, "out/a", "out/deep/b", "sum.txt") == {(BEN, TEAM)}
    shutil.rmtree(shared.folder / "out")
    assert ana.endings() == {"make": "done", "sum": "fresh"}
    assert owners(shared, "out") == {(ANA, TEAM)}


def test_an_edit_by_hand_is_kept_whoever_made_it(shared: Workbench) -> None:
    prepare(shared)
    ana, ben = person(ANA, shared), person(BEN, shared)
    ana.run("run")
    put(shared, {"out/a": "mine\n"})
    told = ben.run("run").stderr
    command = told.partition("out/a was changed by hand; to bring it back: ")[2].splitlines()[0]
    assert shared.read("out/a") == "1\n"
    ben.does("sh", "-c", command)
    assert shared.read("out/a") == "mine\n"


def test_home_folders_and_what_is_in_them_are_nobody_else_s(shared: Workbench) -> None:
    prepare(shared)
    ana = person(ANA, shared, 0o002)
    ana.run("status")
    ana.run("run")
    assert ana.home.stat().st_mode & 0o777 == 0o700


def test_an_exchange_that_one_user_began_another_finishes(shared: Workbench) -> None:
    prepare(shared)
    ana, ben = person(ANA, shared), person(BEN, shared)
    ana.run("run")
    ana.does("sh", "-c", "umask 002; mkdir -p .ml/work/dead/out; echo new > .ml/work/dead/out/a")
    moves = [["unlink", "out/deep/b"], ["move", "out/a"]]
    journal = {"version": 1, "staged": ".ml/work/dead", "operations": moves}
    put(shared, {".ml/journal/dead.json": json.dumps(journal)})
    told = ben.run("run", "sum").stderr
    assert "finished bringing in outputs, which a killed command had begun" in told
    assert not (shared.folder / ".ml" / "journal" / "dead.json").exists()
    assert shared.read("sum.txt") == "1\n1\n"


def test_no_wait_says_whose_command_is_in_the_way(shared: Workbench, tmp_path: Path) -> None:
    go = shared.folder.parent / "go"
    prepare(shared, {"make": shell(f"until test -e {go}; do sleep 0.02; done")})
    ana, ben = person(ANA, shared), person(BEN, shared)
    running = ana.start("run")
    hear(running, "runs")
    told = ben.run("run", "--no-wait", code=1).stderr
    assert f"`modelcompose run` (process {running.pid} of user {ANA}, since" in told
    go.touch()
    running.communicate()
    assert ben.endings() == {"make": "fresh"}


@pytest.mark.docker
def test_a_run_whose_command_was_killed_is_left_to_the_user_who_began_it(
    shared: Workbench,
) -> None:
    wait = "touch begun; until test -e go; do sleep 0.05; done; echo 1 > slow.txt"
    prepare(shared, {"slow": shell(wait, "slow.txt"), "quick": shell("echo 1 > q.txt", "q.txt")})
    ana, ben = person(ANA, shared), person(BEN, shared)
    with ana.start("run", "slow") as process:
        wait_until(lambda: list(shared.folder.glob(".ml/work/*/begun")), "the step to begin")
        process.kill()
    (workspace,) = shared.folder.glob(".ml/work/*")

    told = ben.run("run", "quick").stderr
    assert f"run {workspace.name[:8]} of user {ANA} goes on without its command" in told
    assert shared.read("q.txt") == "1\n"
    (workspace / "go").touch()

    ana.run("run", "slow")
    assert shared.read("slow.txt") == "1\n"
    assert len(ana.json("runs")) == 1
    assert ana.shown("slow")["status"] == "succeeded"
    assert "goes on" not in ben.run("run", "quick").stderr


@pytest.mark.docker
def test_what_one_user_s_tries_kept_another_s_go_on_from(shared: Workbench) -> None:
    script = 'cat in.txt >> kept/lines; test "$(wc -l < kept/lines)" -ge 2'
    keys = shell(script, inputs=("in.txt",))
    keys["step"]["outputs"] = {"kept": {"resume": True}}
    prepare(shared, {"train": keys})
    ana, ben = person(ANA, shared), person(BEN, shared)
    ana.run("run", code=1)
    assert ben.endings() == {"train": "done"}
    assert shared.read("kept/lines") == "1\n1\n"
    assert owners(shared, "kept") == {(BEN, TEAM)}


# Not shared


def test_a_project_that_is_not_shared_can_be_looked_at_and_names_the_command_that_shares_it(
    project: Workbench,
) -> None:
    os.chown(project.folder, ANA, TEAM)
    prepare(project)
    ana, ben = person(ANA, project), person(BEN, project)
    ana.run("run")
    assert ben.states() == FRESH
    done = ben.run("run", code=1)
    assert f"{project.folder}/.ml: steps keep their state here" in done.stderr
    hint = done.stderr.partition("hint: ")[2]
    assert f"it belongs to user {ANA}; share it with its group, {TEAM}: " in hint
    command = hint.partition(f"{TEAM}: ")[2].replace("sudo ", "")
    ana.does("sh", "-c", f"chgrp -R {TEAM} . && {command}")
    put(project, {"in.txt": "2\n"})
    assert ben.endings() == DONE
    assert ana.endings() == FRESH


def test_somebody_else_s_project_is_not_to_be_taken_away(project: Workbench) -> None:
    prepare(project)
    cleo = person(CLEO, project, team=None)
    done = cleo.run("run", code=1)
    assert "permission denied" in done.stderr
    assert f"it belongs to user {ANA}; work in a copy of your own: cp -r " in done.stderr
    assert "chown" not in done.stderr


def test_what_root_left_in_a_user_s_project_is_given_back_by_the_command_in_the_hint(
    project: Workbench,
) -> None:
    prepare(project)
    ana = person(ANA, project, team=None)
    project.run("run")  # as root
    put(project, {"in.txt": "2\n"})
    done = ana.run("run", code=1)
    told, _, command = done.stderr.partition("sudo chown -R $(id -u):$(id -g) ")
    assert (
        f"{project.folder}/.ml: steps keep their state here, and user {ANA} may not write there"
        in told
    )
    subprocess.run(["chown", "-R", f"{ANA}:{ANA}", command.strip()], check=True)
    assert ana.endings() == DONE
    assert owners(project, "out", "sum.txt") == {(ANA, ANA)}


def test_a_repository_that_git_does_not_trust_is_an_error_where_git_says_what_is_read(
    shared: Workbench,
) -> None:
    prepare(shared, {"make": {"command": ["cp", "in.txt", "o"], "step": {"outputs": ["o"]}}})
    ana, ben = person(ANA, shared), person(BEN, shared)
    ana.does("git", "init", "--quiet")
    assert ana.endings() == {"make": "done"}
    assert ben.states() == {"make": "blocked"}
    done = ben.run("run", code=1)
    assert "git does not read this repository: detected dubious ownership" in done.stderr
    command = done.stderr.partition("hint: if you trust the folder: ")[2].strip()
    ben.does("sh", "-c", command)
    assert ben.endings() == {"make": "fresh"}


@pytest.mark.docker
def test_a_user_who_may_not_use_docker_is_told_how_to_be_let_in(project: Workbench) -> None:
    prepare(project)
    ana = Person(ANA, project)
    done = ana.run("run", code=1)
    assert "docker.sock: permission denied: this user may not use the Docker engine" in done.stderr
    assert "hint: sudo usermod -aG docker $USER" in done.stderr
    assert ana.run("--engine", "process", "run").returncode == 0


def test_a_user_whom_the_system_gives_no_home_is_told_to_name_a_folder(project: Workbench) -> None:
    prepare(project)
    ana = person(ANA, project, team=None)
    homeless = ["env", "--unset=HOME", "--unset=MODELCOMPOSE_HOME"]
    told = ana.does(*homeless, *python(), "-m", "modelcompose", "status", code=1)
    assert f"error: HOME: user {ANA} has no home folder here" in told
    assert "hint: name a folder for them: export MODELCOMPOSE_HOME=" in told


@pytest.mark.parametrize("verb", ["run", "doctor"])
def test_no_hint_gives_a_folder_of_the_system_away(project: Workbench, verb: str) -> None:
    prepare(project)
    ana = person(ANA, project, team=None)
    home = {"MODELCOMPOSE_HOME": "/srv-of-nobody/hub"}
    done = ana.run(verb, code=1, env=home)
    assert " /\n" not in done.stdout + done.stderr
    assert " '/'\n" not in done.stdout + done.stderr
    assert "MODELCOMPOSE_HOME=/path/o" in done.stdout + done.stderr
