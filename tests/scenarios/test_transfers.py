"""Push, pull and fetch: what they say, what they leave alone, and what they mend."""

from __future__ import annotations

import shutil
import signal
import socket
from pathlib import Path

import pytest

from tests.workbench import Workbench, shell


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with data, two steps, git, and all of it on a remote; give its parent."""
    folder = tmp_path_factory.mktemp("pushed")
    bench = Workbench(folder / "project", home=folder / "home", engine="process")
    steps = {
        "count": shell("cat data/* | wc -l > count.txt", "count.txt", inputs=["data"]),
        "last": shell("mkdir -p out && cat data/* | tail -1 > out/last", "out", inputs=["data"]),
    }
    bench.compose(steps, **{"x-ml": {"remote": "../remote", "data": {"data": None}}})
    bench.write({f"data/{n}.txt": f"{n}\n" for n in range(3)})
    bench.write({".gitignore": "/data\n/count.txt\n/out\n"})
    bench.git("init", "--quiet", "--initial-branch", "main")
    bench.run("data", "add")
    bench.run("run")
    bench.commit()
    bench.run("push")
    return folder


@pytest.fixture
def project(bench: Workbench, pushed: Path) -> Workbench:
    """Give a copy of all that, remote and home folder too."""
    shutil.copytree(pushed, bench.folder.parent, symlinks=True, dirs_exist_ok=True)
    return bench


def machine(project: Workbench) -> Workbench:
    folder = project.folder.parent
    return project.clone(folder / "other", home=folder / "other-home")


def states(bench: Workbench, *words: str, code: int = 0) -> dict[str, str]:
    return {each["path"]: each["state"] for each in bench.json(*words, code=code)["paths"]}


def blob_of(home: Path, text: str) -> Path:
    """Give the blob that holds a text."""
    blobs = (home / "blobs" / "sha256").iterdir()
    return next(path for path in blobs if path.read_bytes() == text.encode())


def damage(home: Path, text: str) -> None:
    path = blob_of(home, text)
    path.chmod(0o644)
    path.write_text(text.replace(text[0], "x", 1))


def test_a_step_is_pulled_alone(project: Workbench) -> None:
    other = machine(project)

    assert states(other, "pull", "count") == {"count.txt": "fetched"}

    assert other.read("count.txt") == "3\n"
    assert not (other.folder / "data").exists()


def test_a_dry_run_says_what_is_lacking_and_moves_nothing(project: Workbench) -> None:
    other = machine(project)
    other.run("pull", "data")

    wanted = {"count.txt": "wanted", "data": "there", "out": "wanted"}
    assert states(other, "pull", "--dry-run") == wanted
    assert not (other.folder / "count.txt").exists()
    assert "data  " in other.run("push", "--dry-run").stdout


def test_no_data_leaves_content_alone(project: Workbench) -> None:
    other = machine(project)

    other.run("pull", "--no-data")

    assert not (other.folder / "data").exists()


def test_what_another_branch_left_is_replaced_and_what_was_edited_is_not(
    project: Workbench,
) -> None:
    project.git("checkout", "--quiet", "-b", "more")
    project.write({"data/0.txt": "more\n"})
    project.run("data", "add")
    project.run("run")
    project.commit()
    project.run("push")
    project.git("checkout", "--quiet", "main")

    project.run("pull")

    assert project.read("data/0.txt") == "0\n"
    assert project.run("data", "status").stdout.split()[1] == "fresh"
    project.write({"data/0.txt": "mine\n"})
    assert states(project, "pull", code=1)["data"] == "changed"
    assert project.read("data/0.txt") == "mine\n"


def test_a_pull_brings_all_it_can_names_the_rest_and_fails(project: Workbench) -> None:
    blob_of(project.folder.parent / "remote", "3\n").unlink()
    other = machine(project)

    done = other.run("pull", code=1)

    assert "count.txt: " in done.stderr
    assert "hint: " in done.stderr
    assert other.read("data/2.txt") == "2\n"
    assert other.read("out/last") == "2\n"


def test_without_a_remote_images_alone_are_moved_and_that_is_said(project: Workbench) -> None:
    project.write({"compose.yaml": project.read("compose.yaml").replace("../remote", "")})
    for verb in ("push", "pull"):
        assert "note: no data is moved: " in project.run(verb).stderr
        assert project.run(verb, "count").stderr == ""
        assert "names no remote" in project.run(verb, "--no-images", code=1).stderr


def test_a_path_that_no_version_holds_is_said(project: Workbench) -> None:
    other = machine(project)
    for verb in ("pull", "fetch"):
        said = other.run(verb, "data/7.txt", code=1).stderr
        assert "holds no 7.txt" in said
        assert "modelcompose data ls" in said


def test_an_older_version_is_fetched_by_its_revision(project: Workbench) -> None:
    project.write({"data/0.txt": "more\n"})
    project.run("data", "add")
    project.commit()
    other = machine(project)

    assert states(other, "fetch", "data@HEAD~1") == {"data": "fetched"}

    other.run("data", "checkout", "HEAD~1", "data")
    assert other.read("data/0.txt") == "0\n"


def test_an_older_version_that_was_never_pushed_is_sent_by_its_revision(
    project: Workbench,
) -> None:
    for text in ("more\n", "most\n"):
        project.write({"data/0.txt": text})
        project.run("data", "add")
        project.commit()
    project.run("push")
    other = machine(project)
    said = other.run("fetch", "data@HEAD~1", code=1).stderr
    tag = project.folder.parent / "remote" / "tags" / "data"
    newest = tag.read_bytes()

    assert said.split("hint: ")[1].strip().endswith("modelcompose push data@HEAD~1")
    assert states(project, "push", "data@HEAD~1") == {"data": "pushed"}

    assert tag.read_bytes() == newest
    assert states(other, "fetch", "data@HEAD~1") == {"data": "fetched"}
    hint = other.run("pull", "data@HEAD~1", code=1).stderr.split("hint: ")[1]
    assert "modelcompose data checkout HEAD~1 data" in hint


def test_damage_in_the_store_is_named_and_mended_where_it_is_noticed(project: Workbench) -> None:
    store = project.home / "store"
    damage(store, "0\n")
    damage(store, "1\n")
    shutil.rmtree(project.folder / "data")

    said = project.run("data", "checkout").stderr

    assert "the bytes are not those of sha256:" in said
    assert "fetched again from" in said
    assert project.read("data/0.txt") == "0\n"
    assert project.run("data", "verify").stdout == "data: whole\n"


def test_a_damaged_output_is_mended_and_its_step_does_not_run(project: Workbench) -> None:
    damage(project.home / "store", "3\n")
    (project.folder / "count.txt").unlink()

    assert project.endings()["count"] == "restored"

    assert project.read("count.txt") == "3\n"


def test_verify_mends_when_told_to(project: Workbench) -> None:
    store = project.home / "store"
    damage(store, "0\n")
    blob_of(store, "1\n").unlink()

    done = project.run("data", "verify", code=1)
    assert "data verify --fix" in done.stderr
    done = project.run("data", "verify", "--fix")

    assert "data/1.txt: missing" in done.stdout
    assert "data: whole again, " in done.stdout
    assert project.run("data", "verify").stdout == "data: whole\n"


def test_data_that_was_never_pulled_is_named_with_the_command(project: Workbench) -> None:
    other = machine(project)

    done = other.run("run", code=1)

    assert "data is missing" in done.stderr
    assert "hint: bring the version of ml.lock: modelcompose pull data" in done.stderr


@pytest.mark.parametrize("verb", ["push", "pull"])
def test_ctrl_c_says_that_nothing_is_lost(project: Workbench, verb: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        remote = f"oci://127.0.0.1:{server.getsockname()[1]}/team/data"
        here = project if verb == "push" else machine(project)
        moving = here.start(verb, "--remote", remote)
        asking, _ = server.accept()  # and it gets no answer
        moving.send_signal(signal.SIGINT)
        told = moving.communicate(timeout=60)[0]
        asking.close()

    assert moving.returncode == 130
    assert told == "interrupted: what was moved is kept; go on with the same command\n"
