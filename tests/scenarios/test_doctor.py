"""The doctor finds what is wrong, says how to mend it, and mends what is safe."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modelcompose.compose.plugin import compose_program
from modelcompose.store.journal import write_journal
from tests.workbench import COMMAND, IMAGE, Workbench, wait_until

Finding = dict[str, Any]

STEP = {"command": ["sh", "-c", "echo 1 > out.txt"], "step": {"inputs": [], "outputs": ["out.txt"]}}
NOWHERE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
ENDLESS = {**STEP, "command": ["sh", "-c", "echo half > out.txt; sleep 1000"]}

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="mounts in a namespace of its own")


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    """Give a project that is well: in git, its step in a profile."""
    bench.compose({"make": {**STEP, "profiles": ["train"]}})
    bench.write({".gitignore": "/out.txt\n"})
    bench.commit()
    return bench


@pytest.fixture
def ran(project: Workbench) -> Workbench:
    """Give a project that is well, and whose step ran."""
    project.run("run", "make")
    project.commit("the lock")
    return project


def examined(
    bench: Workbench, *arguments: str, code: int | None = None, env: dict[str, str] | None = None
) -> list[Finding]:
    """Give what the doctor finds; well or not, unless an exit code is expected."""
    done = bench.run("doctor", "--format", "json", *arguments, code=code, env=env)
    found: list[Finding] = json.loads(done.stdout)["findings"]
    assert [one for one in found if "broke off" in one["what"]] == []
    return found


def of(found: list[Finding], code: str) -> list[Finding]:
    """Give what a check found to complain of."""
    return [one for one in found if one["code"] == code and one["severity"] != "ok"]


def the(found: list[Finding], code: str) -> Finding:
    """Give the one thing that a check complains of."""
    (one,) = of(found, code)
    return one


def complaints(found: list[Finding]) -> list[str]:
    return [one["what"] for one in found if one["severity"] in {"warning", "problem"}]


# A machine and a project that are well


@pytest.mark.docker
def test_where_all_is_well_it_says_so_and_succeeds(ran: Workbench) -> None:
    found = examined(ran, code=0)

    assert complaints(found) == []
    seen = {one["code"] for one in found}
    assert seen >= {"engine", "compose", "buildx", "disk", "compose-file", "content", "database"}
    assert "All is well." in ran.run("doctor").stdout


def test_it_changes_nothing_that_it_was_not_asked_to(ran: Workbench) -> None:
    before = ran.git("status", "--porcelain", "--ignored")
    ran.run("doctor", code=None)

    assert ran.git("status", "--porcelain", "--ignored") == before


def test_outside_of_a_project_it_looks_at_the_machine_and_the_store(
    bench: Workbench, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = bench.run("doctor", folder=elsewhere, code=0, env=NOWHERE)

    assert "no Compose file here, nor above" in done.stdout
    assert "no run is recorded yet" in done.stdout
    assert not bench.home.exists()


# The machine


def test_an_engine_that_is_nowhere_keeps_nothing_else_from_being_looked_at(
    project: Workbench,
) -> None:
    env = {**NOWHERE, "MODELCOMPOSE_ENGINE": "docker"}
    found = examined(project, code=1, env=env)

    engine = the(found, "engine")
    assert engine["severity"] == "problem"
    assert "/nowhere/docker.sock" in engine["what"]
    assert "unset DOCKER_HOST" in engine["fix"]
    assert {one["code"] for one in found} >= {"disk", "compose-file", "home", "database"}


def test_who_uses_the_process_engine_does_not_need_docker(project: Workbench) -> None:
    found = examined(project, code=0, env={**NOWHERE, "PATH": str(without_docker(project))})

    assert the(found, "engine")["severity"] == "note"


def test_what_an_engine_on_another_machine_cannot_see_is_named(project: Workbench) -> None:
    found = examined(project, code=1, env={"DOCKER_HOST": "tcp://127.0.0.1:1"})

    mount = the(found, "remote-mounts")
    assert f"services.make mounts {project.folder}" in mount["what"]
    assert mount["where"].startswith("compose.yaml:")


@pytest.mark.docker
def test_gpus_that_docker_cannot_hand_on_are_told_before_a_step_fails(project: Workbench) -> None:
    path = with_program(project, "nvidia-smi", "echo 'GPU 0: NVIDIA A100 (UUID: GPU-1)'")
    refused = subprocess.run(
        ["docker", "run", "--rm", "--gpus", "all", IMAGE, "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = the(examined(project, env={"PATH": path}), "gpu-runtime")

    assert "could not select device driver" in refused.stderr
    assert "could not select device driver" in found["what"]
    assert found["severity"] == "warning"
    assert "sudo apt-get install nvidia-container-toolkit" in found["fix"]
    assert "sudo nvidia-ctk runtime configure --runtime=docker" in found["fix"]


@pytest.mark.docker
def test_a_reservation_of_gpus_makes_that_a_problem(bench: Workbench) -> None:
    bench.compose({"train": {**STEP, "gpus": "all"}})
    path = with_program(bench, "nvidia-smi", "echo 'GPU 0: NVIDIA A100 (UUID: GPU-1)'")

    assert the(examined(bench, env={"PATH": path}), "gpu-runtime")["severity"] == "problem"
    without = examined(bench, code=1)
    assert (
        "reserves all GPUs, and this machine has none" in the(without, "gpu-reservations")["what"]
    )


@pytest.mark.docker
def test_an_old_compose_is_a_problem(project: Workbench, tmp_path: Path) -> None:
    plugins = tmp_path / "docker" / "cli-plugins"
    plugins.mkdir(parents=True)
    script = plugins / "docker-compose"
    real = compose_program(os.environ)
    script.write_text(f'#!/bin/sh\n[ "$1" = version ] && exec echo 2.17.3\nexec {real} "$@"\n')
    script.chmod(0o755)
    found = the(examined(project, env={"DOCKER_CONFIG": str(plugins.parent)}), "compose")

    assert (found["severity"], "2.17.3 is older than 2.24.4" in found["what"]) == ("problem", True)


@pytest.mark.docker
def test_without_buildx_nothing_that_builds_can_be_built(bench: Workbench) -> None:
    bench.compose({"web": {"build": "."}})
    bench.write({"Dockerfile": f"FROM {IMAGE}\n"})
    docker = shutil.which("docker")
    script = f'[ "$1" = buildx ] && exit 1; exec {docker} "$@"'
    found = the(examined(bench, env={"PATH": with_program(bench, "docker", script)}), "buildx")

    assert found["severity"] == "problem"
    assert "services.web build" in found["what"]


@linux_only
def test_a_disk_without_room_is_a_problem(project: Workbench, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    found = examined_after(project, f"mount -t tmpfs -o size=2m tmpfs {small}", home=small / "home")

    disk = [one for one in of(found, "disk") if "home folder" in one["what"]]
    assert [one["severity"] for one in disk] == ["problem"]
    assert disk[0]["what"].startswith("the disk is full: 2.1 MB free for the home folder")
    assert "gone at the next restart" in the(found, "home")["what"]


@linux_only
def test_a_project_that_cannot_be_written_is_looked_at_all_the_same(project: Workbench) -> None:
    (project.folder / ".gitignore").unlink()
    project.write({".env": "API_KEY=swordfish\n"})
    mount = f"mount --bind {project.folder} {project.folder}"
    read_only = f"mount -o remount,bind,ro {project.folder}"
    done = in_namespace(project, f"{mount} && {read_only}", "--fix", home=project.home)
    document = json.loads(done.stdout)

    assert the(document["findings"], "secrets")["where"] == ".env:1:1"
    (failed,) = document["failed"]
    assert "read-only file system" in failed["what"]


# The file


@pytest.mark.docker
def test_what_compose_only_warns_of_is_told_with_its_place(bench: Workbench) -> None:
    bench.write(
        {
            "compose.yaml": "version: '3'\n"
            "services:\n"
            "  web:\n"
            f"    image: {IMAGE}\n"
            "    command: echo ${GREETING}\n"
            "    ports: ['8080:80']\n"
        }
    )
    found = examined(bench, code=0)

    assert the(found, "unset-variables")["where"] == "compose.yaml:5:19"
    assert the(found, "compose-file")["where"] == "compose.yaml:1:1"
    assert '"127.0.0.1:8080:80"' in the(found, "open-ports")["fix"]
    assert the(found, "open-ports")["where"] == "compose.yaml:6:13"


@pytest.mark.docker
def test_the_health_check_of_an_image_counts(bench: Workbench) -> None:
    healthy = f"{bench.name}-healthy"
    dockerfile = f"FROM {IMAGE}\nHEALTHCHECK CMD true\n"
    build = ["docker", "build", "--quiet", "--tag", healthy, "-"]
    subprocess.run(build, input=dockerfile.encode(), capture_output=True, check=True)
    waits = {"depends_on": {n: {"condition": "service_healthy"} for n in ("bare", "checked")}}
    bench.compose({"bare": {}, "checked": {"image": healthy}, "web": waits})
    try:
        wait = the(examined(bench), "health-waits")
    finally:
        subprocess.run(["docker", "rmi", healthy], capture_output=True, check=True)

    assert wait["what"] == "services.web waits until bare is healthy, which has no health check"
    assert wait["severity"] == "problem"


def test_a_file_that_cannot_be_read_keeps_nothing_else_from_being_looked_at(
    bench: Workbench,
) -> None:
    bench.write({"compose.yaml": "services:\n  web: {image: x\n"})
    found = examined(bench, code=1)

    assert the(found, "compose-file")["severity"] == "problem"
    assert the(found, "compose-file")["where"].startswith("compose.yaml:")
    assert {one["code"] for one in found} >= {"disk", "home", "content"}


def test_all_variables_that_are_missing_are_named_at_once(bench: Workbench) -> None:
    image, tag = "${IMAGE:?which one}", "${TAG?}"
    bench.compose({"web": {"image": f"{image}:{tag}", "ports": ["80:80"]}})
    found = examined(bench, code=1)

    told = [one["what"] for one in of(found, "required-variables")]
    assert ["IMAGE" in told[0], "which one" in told[0], "TAG" in told[1]] == [True, True, True]
    assert len(of(found, "open-ports")) == 1  # the rest is looked at as it is written


# What is mended


def test_fix_mends_what_is_safe_and_says_what_it_did(bench: Workbench) -> None:
    bench.compose({"make": {**STEP, "image": bench.name, "build": ".", "profiles": ["train"]}})
    bench.write({"Dockerfile": f"FROM {IMAGE}\nCOPY . .\n", "out.txt": "old\n"})
    bench.git("init", "--quiet")
    bench.write({".env": "API_KEY=swordfish\n"})
    with (bench.folder / "out.txt").open("r+b") as stream:
        stream.truncate(20_000_000)

    done = bench.run("doctor", "--fix", code=0)

    for line in ("added `/out.txt` to", "added `/.env` to", "added `out.txt` to"):
        assert line in done.stdout
    assert bench.read(".gitignore").splitlines() == ["/out.txt", "/.env"]
    assert set(bench.read(".dockerignore").splitlines()) == {".git", "out.txt"}
    assert "API_KEY" not in done.stdout.replace("the value of API_KEY", "")
    assert "swordfish" not in done.stdout
    again = bench.run("doctor", "--fix", code=0)
    assert "mended" not in again.stdout
    assert bench.read(".gitignore").splitlines() == ["/out.txt", "/.env"]


def test_what_a_killed_command_left_is_found_and_mended(ran: Workbench) -> None:
    ran.compose({"make": {**ENDLESS, "profiles": ["train"]}})
    with ran.start("run", "make") as process:
        wait_until(lambda: workspaces(ran), "the step's workspace")
        assert of(examined(ran), "leftovers") == []  # somebody works there
        process.kill()
        process.wait()
        found = examined(ran)

        assert the(found, "leftovers")["is_fixable"]
        assert "of make still counts as running" in the(found, "unfinished-runs")["what"]
        done = ran.run("doctor", "--fix", code=None)

    assert "of make was left behind by a killed command: ended it" in done.stdout
    assert workspaces(ran) == []
    after = examined(ran)
    assert [*of(after, "leftovers"), *of(after, "unfinished-runs")] == []
    assert ran.read("out.txt") == "1\n"


def test_a_change_of_outputs_that_was_cut_short_is_brought_to_its_end(project: Workbench) -> None:
    staged = project.folder / ".ml" / "work" / "0123"
    staged.mkdir(parents=True)
    (staged / "out.txt").write_text("2\n")
    journal = project.folder / ".ml" / "journal" / "0123.json"
    write_journal(journal, project.folder, staged, [("move", "out.txt")])

    worst = of(examined(project, code=1), "leftovers")[0]
    assert worst["severity"] == "problem"
    assert "some are old and some are new" in worst["what"]
    done = project.run("doctor", "--fix", code=0)

    assert "finished bringing in outputs" in done.stdout
    assert project.read("out.txt") == "2\n"
    assert not journal.exists()


def test_damaged_content_is_found_set_aside_and_made_anew(ran: Workbench) -> None:
    blobs = ran.home / "store" / "blobs" / "sha256"
    (blob,) = [path for path in blobs.iterdir() if path.read_bytes() == b"1\n"]
    blob.chmod(0o644)
    blob.write_bytes(b"2\n")

    assert the(examined(ran, "--deep", code=1), "content")["where"] == str(blob)
    ran.run("doctor", "--fix", code=0)
    (ran.folder / "out.txt").unlink()

    assert ran.endings("make") == {"make": "done"}
    assert ran.read("out.txt") == "1\n"
    assert blob.read_bytes() == b"1\n"


def test_while_a_command_works_in_the_project_nothing_is_taken_from_it(project: Workbench) -> None:
    project.compose({"make": {**ENDLESS, "profiles": ["train"]}})
    with project.start("run", "make") as process:
        wait_until(lambda: workspaces(project), "the step's workspace")
        project.run("doctor", "--fix", code=None)

        assert len(workspaces(project)) == 1
        assert process.poll() is None
        process.terminate()


# How it is printed


@pytest.mark.parametrize(("no_color", "is_coloured"), [("", True), ("1", False)])
def test_a_terminal_sees_colours_unless_it_wants_none(
    project: Workbench, no_color: str, *, is_coloured: bool
) -> None:
    main, side = pty.openpty()
    env = {**project.environment({"NO_COLOR": no_color, "TERM": "xterm", "COLUMNS": "60"})}
    with subprocess.Popen(
        [*COMMAND, "doctor"], cwd=project.folder, env=env, stdin=side, stdout=side, stderr=side
    ):
        os.close(side)
        shown = read_all(main)

    assert ("\x1b[" in shown) == is_coloured
    assert "✓" in shown
    assert "\x1b[" not in project.run("doctor", code=None).stdout


# What the tests are made with


def workspaces(bench: Workbench) -> list[Path]:
    work = bench.folder / ".ml" / "work"
    return list(work.iterdir()) if work.is_dir() else []


def with_program(bench: Workbench, name: str, script: str) -> str:
    """Give a PATH on which a shell script comes first."""
    folder = bench.home.with_name("programs")
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def without_docker(bench: Workbench) -> Path:
    """Give a folder that holds git alone, as the PATH of a machine without Docker."""
    folder = bench.home.with_name("programs")
    folder.mkdir(exist_ok=True)
    (folder / "git").symlink_to(shutil.which("git") or "git")
    return folder


def in_namespace(
    bench: Workbench, prepare: str, *arguments: str, home: Path
) -> subprocess.CompletedProcess[str]:
    """Run the doctor after mounts that nothing else on the machine sees."""
    command = " ".join([*COMMAND, "doctor", "--format", "json", *arguments])
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", f"{prepare} && exec {command}"],
        cwd=bench.folder,
        env=bench.environment({"MODELCOMPOSE_HOME": str(home)}),
        capture_output=True,
        text=True,
        check=False,
    )


def examined_after(bench: Workbench, prepare: str, *, home: Path) -> list[Finding]:
    done = in_namespace(bench, prepare, home=home)
    assert done.stdout, done.stderr
    found: list[Finding] = json.loads(done.stdout)["findings"]
    return found


def read_all(terminal: int) -> str:
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            piece = b""
        if not piece:
            os.close(terminal)
            return shown.decode()
        shown += piece
