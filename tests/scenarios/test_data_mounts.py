"""Versions of data are mounted straight from the store: by `x-ml: {data: …}` and `link: mount`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import IMAGE, Workbench

pytestmark = pytest.mark.docker

READ = ["sh", "-c", "cat /data/a.csv > seen.txt"]


def mount(data: str, target: str = "/data", **keys: Any) -> dict[str, Any]:
    return {"type": "bind", "source": "./raw", "target": target, "x-ml": {"data": data}, **keys}


def reading(data: str, **keys: Any) -> dict[str, Any]:
    """Give a step that copies what it sees of the data to an output."""
    return {
        "command": READ,
        "volumes": [".:/app", mount(data)],
        "step": {"inputs": [], "outputs": ["seen.txt"]},
        **keys,
    }


def git(bench: Workbench, *arguments: str) -> None:
    names = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    subprocess.run(["git", *names, *arguments], cwd=bench.folder, check=True, capture_output=True)


@pytest.fixture
def versions(bench: Workbench) -> Workbench:
    """Give a project with two versions of `raw`, the first one tagged."""
    git(bench, "init", "--quiet")
    bench.write({"raw/a.csv": "one\n"})
    write(bench)
    bench.run("data", "add", "raw")
    git(bench, "add", "ml.lock", ".gitignore")
    git(bench, "commit", "--quiet", "--message", "first")
    git(bench, "tag", "v1")
    bench.write({"raw/a.csv": "two\n"})
    bench.run("data", "add", "raw")
    return bench


def write(bench: Workbench, link: str | None = None, **steps: Any) -> None:
    about = {} if link is None else {"link": link}
    bench.compose(steps or {"read": reading("raw@v1")}, **{"x-ml": {"data": {"raw": about}}})


def test_a_step_sees_the_version_that_its_mount_names(versions: Workbench) -> None:
    versions.run("run")
    assert versions.read("seen.txt") == "one\n"
    assert versions.read("raw/a.csv") == "two\n"


def test_a_mount_without_a_revision_shows_what_the_lock_names(versions: Workbench) -> None:
    write(versions, read=reading("raw"))
    versions.run("run")
    versions.write({"raw/a.csv": "edited, and not added\n"})
    assert versions.states() == {"read": "fresh"}
    assert versions.read("seen.txt") == "two\n"


def test_a_step_is_fresh_as_long_as_the_version_is_the_same_by_any_name(
    versions: Workbench,
) -> None:
    versions.run("run")
    git(versions, "tag", "also-v1", "v1")
    write(versions, read=reading("raw@also-v1"))
    assert versions.states() == {"read": "fresh"}
    write(versions, read=reading("raw@HEAD"))
    assert versions.states() == {"read": "fresh"}
    write(versions, read=reading("raw"))
    assert versions.causes("read") == ["raw at /data changed"]


def test_a_digest_names_a_version(versions: Workbench) -> None:
    digest = versions.json("data", "status")[0]["locked"]["digest"]
    write(versions, read=reading(f"raw@{digest}"))
    versions.run("run")
    assert versions.read("seen.txt") == "two\n"


def test_a_run_on_a_mounted_version_is_reproduced_from_that_version(versions: Workbench) -> None:
    versions.run("run")
    first = versions.shown("read")["id"]
    write(versions, read=reading("raw"))
    versions.run("run")
    assert "identical" in versions.run("reproduce", first).stdout
    versions.run("reproduce", "--check")


def test_a_path_in_versioned_data_can_be_mounted_alone(versions: Workbench) -> None:
    versions.write({"raw/more/b.csv": "b\n"})
    versions.run("data", "add", "raw")
    step = reading("raw/more", command=["sh", "-c", "ls /data > seen.txt"])
    write(versions, read=step)
    versions.run("run")
    assert versions.read("seen.txt") == "b.csv\n"


def test_a_version_that_is_not_there_is_an_error_with_the_command_that_brings_it(
    versions: Workbench,
) -> None:
    empty = {"MODELCOMPOSE_HOME": str(versions.home.parent / "other-home")}
    said = versions.run("run", code=1, env=empty).stderr
    assert "is to show raw@v1, and the store does not hold all of it" in said
    assert "modelcompose fetch raw@v1" in said


def test_a_version_that_nobody_knows_is_an_error(versions: Workbench) -> None:
    other = reading("row", step={"inputs": [], "outputs": ["other.txt"]})
    write(versions, read=reading("raw@v9"), other=other)
    done = versions.run("status", code=None)
    said = done.stdout + done.stderr
    assert "git knows no such revision" in said
    assert "did you mean raw?" in said


def test_a_service_sees_the_version_read_only_and_plain_compose_its_source(
    versions: Workbench,
) -> None:
    api = {"command": ["sleep", "60"], "init": True, "volumes": [mount("raw@v1")]}
    write(versions, api=api)
    versions.run("up", "--detach")
    assert versions.run("exec", "-T", "api", "cat", "/data/a.csv").stdout == "one\n"
    denied = versions.run("exec", "-T", "api", "sh", "-c", "echo x > /data/a.csv", code=2)
    assert "Read-only file system" in denied.stderr
    said = versions.run("run", "--rm", "-T", "api", "cat", "/data/a.csv")
    assert said.stdout == "one\n"
    plain = versions.run("render").stdout
    assert "x-ml" not in plain
    assert "source: " + str(versions.folder / "raw") in plain


def test_a_service_that_a_step_needs_sees_the_version(versions: Workbench) -> None:
    api = {"command": ["sleep", "60"], "init": True, "volumes": [mount("raw@v1")]}
    asking = {
        "command": ["sh", "-c", "getent hosts api > /dev/null && echo up > seen.txt"],
        "depends_on": {"api": {"condition": "service_healthy"}},
        "step": {"inputs": [], "outputs": ["seen.txt"]},
    }
    api["healthcheck"] = {"test": ["CMD", "grep", "one", "/data/a.csv"], "interval": "1s"}
    write(versions, api=api, ask=asking)
    versions.run("run")
    assert versions.read("seen.txt") == "up\n"


def reading_by_path(**keys: Any) -> dict[str, Any]:
    return {
        "command": ["sh", "-c", "cat raw/a.csv > seen.txt"],
        "step": {"inputs": ["raw"], "outputs": ["seen.txt"]},
        **keys,
    }


def test_data_with_link_mount_lies_in_the_store_alone_and_steps_see_it(bench: Workbench) -> None:
    big = "x" * 300_000
    bench.write({"raw/a.csv": "one\n", "raw/large.bin": big})
    write(bench, "mount", read=reading_by_path())
    bench.run("run")
    bench.run("data", "add")
    assert list((bench.folder / "raw").iterdir()) == []
    status = bench.run("data", "status").stdout
    assert "fresh" in status
    assert "in the store alone" in status
    assert bench.states() == {"read": "fresh"}
    bench.run("run", "--force", "read")
    assert bench.read("seen.txt") == "one\n"
    assert _held(bench.home) < 2 * len(big)


def test_data_with_link_mount_is_shown_to_services(bench: Workbench) -> None:
    bench.write({"raw/a.csv": "one\n"})
    api = {"command": ["sleep", "60"], "init": True, "volumes": [".:/app"]}
    write(bench, "mount", api=api)
    bench.run("data", "add")
    bench.run("up", "--detach")
    assert bench.run("exec", "-T", "api", "cat", "/app/raw/a.csv").stdout == "one\n"
    denied = bench.run("exec", "-T", "api", "touch", "/app/raw/mine", code=1)
    assert "Read-only file system" in denied.stderr


def test_data_with_link_mount_comes_back_as_files_without_it(bench: Workbench) -> None:
    bench.write({"raw/a.csv": "one\n"})
    write(bench, "mount", read=reading_by_path())
    bench.run("data", "add")
    write(bench, "copy", read=reading_by_path())
    assert "1 removed" in bench.run("data", "status").stdout
    bench.run("data", "checkout")
    assert bench.read("raw/a.csv") == "one\n"
    write(bench, "mount", read=reading_by_path())
    bench.run("data", "checkout")
    assert list((bench.folder / "raw").iterdir()) == []


def test_a_root_in_a_container_writes_through_a_hardlink_that_is_read_only(
    bench: Workbench,
) -> None:
    """This is why `link: hardlink` is nobody's default, and why views are mounted read-only."""
    bench.write({"raw/large.bin": "x" * 300_000})
    writing = {
        "command": ["sh", "-c", "echo damage > raw/large.bin && touch done.txt"],
        "user": "0",
        "step": {"inputs": ["raw"], "outputs": ["done.txt"], "workspace": "project"},
    }
    write(bench, "hardlink", spoil=writing)
    bench.run("data", "add")
    (bench.folder / "raw/large.bin").unlink()
    bench.run("data", "checkout")
    file = bench.folder / "raw/large.bin"
    assert file.stat().st_nlink == 2
    assert file.stat().st_mode & 0o222 == 0
    command = ["docker", "run", "--rm", "--volume", f"{bench.folder}:/app", IMAGE]
    subprocess.run([*command, "sh", "-c", "echo damage > /app/raw/large.bin"], check=True)
    assert "damaged" in bench.run("data", "verify", code=1).stdout


def test_a_view_goes_when_nothing_shows_it_any_more(versions: Workbench) -> None:
    api = {"command": ["sleep", "60"], "init": True, "volumes": [mount("raw@v1")]}
    write(versions, api=api)
    versions.run("up", "--detach")
    write(versions, read=reading_by_path())
    versions.run("data", "gc", "--yes", "--grace", "0s")
    views = versions.home / "store/views"
    assert len(list(views.iterdir())) == 1
    assert versions.run("exec", "-T", "api", "cat", "/data/a.csv", code=None).stdout in (
        "",
        "one\n",
    )
    command = ["docker", "compose", "--project-name", versions.name, "down", "--remove-orphans"]
    subprocess.run(command, cwd=versions.folder, check=True, capture_output=True)
    versions.run("data", "gc", "--yes", "--grace", "0s")
    assert list(views.iterdir()) == []


def test_a_clone_fetches_data_with_link_mount_and_touches_no_file(bench: Workbench) -> None:
    bench.write({"raw/a.csv": "one\n"})
    remote = {"remote": str(bench.folder.parent / "remote")}
    about = {"data": {"raw": {"link": "mount"}}, **remote}
    bench.compose({"read": reading_by_path()}, **{"x-ml": about})
    bench.run("data", "add")
    bench.run("push", "--no-images")
    (bench.folder / "raw").rmdir()
    bench.variables["MODELCOMPOSE_HOME"] = str(bench.home.parent / "other-home")
    assert "to be fetched" in bench.run("data", "status").stdout
    said = bench.run("run", code=1)
    assert "modelcompose fetch raw" in said.stdout + said.stderr
    bench.run("pull", "--no-images")
    assert list((bench.folder / "raw").iterdir()) == []
    bench.run("run")
    assert bench.read("seen.txt") == "one\n"


def _held(home: Path) -> int:
    """Give the bytes that the files of a store take, each inode once."""
    seen: dict[int, int] = {}
    for folder, _, files in os.walk(home / "store"):
        for name in files:
            status = (Path(folder) / name).lstat()
            seen[status.st_ino] = status.st_size
    return sum(seen.values())
