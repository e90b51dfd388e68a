"""Data that comes from elsewhere: brought, brought again where it changed, given, sent on."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web_servers import Web, web_server
from tests.workbench import Workbench, shell, wait_until

DATA = b"flight,delay\n1,5\n"
LARGE = os.urandom(6 << 20)


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as web:
        web.files = {"/raw.csv": DATA, "/large.bin": LARGE}
        yield web


@pytest.fixture
def project(bench: Workbench, web: Web) -> Workbench:
    """Give a project whose data comes from the web, with git and a remote."""
    step = shell("wc -l < data/raw.csv > count.txt", "count.txt", inputs=["data/raw.csv"])
    data = {"data/raw.csv": {"source": f"{web.url}/raw.csv"}}
    remote = str(bench.folder.parent / "remote")
    bench.compose({"count": step}, **{"x-ml": {"remote": remote, "data": data}})
    bench.git("init", "--quiet", "--initial-branch", "main")
    return bench


def updated(bench: Workbench, *words: str) -> dict[str, str]:
    return {each["path"]: each["state"] for each in bench.json("data", "update", *words)}


def test_data_is_brought_once_and_again_only_when_its_source_changed(
    project: Workbench, web: Web
) -> None:
    assert updated(project, "--check") == {"data/raw.csv": "changed"}
    assert not (project.folder / "data").exists()

    first = project.run("data", "update")
    assert first.stdout == "data/raw.csv  added      17 B  fb5b7b533d3f\n"
    assert "git ignores it from now on" in first.stderr
    assert "ml.lock names the new version: commit that file" in first.stderr
    assert (project.folder / "data" / "raw.csv").read_bytes() == DATA
    project.commit()

    again = project.run("data", "update")
    assert again.stdout == "data/raw.csv  unchanged  17 B\n"
    assert len(web.gets()) == 1
    assert project.git("status", "--porcelain") == ""

    web.files["/raw.csv"] += b"2,7\n"
    assert updated(project, "--check") == {"data/raw.csv": "changed"}
    changed = project.run("data", "update")
    assert changed.stdout.startswith("data/raw.csv  updated    21 B")
    assert "(1 changed)" in changed.stdout
    assert (project.folder / "data" / "raw.csv").read_bytes() == web.files["/raw.csv"]


def test_paths_and_addresses_are_added_at_once_and_told_of_when_they_are_new(
    project: Workbench, web: Web
) -> None:
    project.write({"mine/1.csv": "one\n"})
    words = ("data", "add", "mine", f"{web.url}/raw.csv")

    first = project.run(*words)
    assert [line.split()[0] for line in first.stdout.splitlines()] == ["raw.csv", "mine"]
    assert first.stderr.count("ml.lock names it: commit that file") == 2

    assert "commit that file" not in project.run(*words).stderr


def test_what_was_changed_here_is_kept_before_it_is_replaced(project: Workbench, web: Web) -> None:
    project.run("data", "update")
    file = project.folder / "data" / "raw.csv"
    file.write_text("mine\n")

    assert updated(project) == {"data/raw.csv": "unchanged"}
    assert file.read_text() == "mine\n"

    web.files["/raw.csv"] = b"theirs\n"
    done = project.run("data", "update")
    assert file.read_text() == "theirs\n"
    command = done.stderr.split("to bring it back: ")[1].split("\n")[0].split()
    project.run(*command[1:])
    assert file.read_text() == "mine\n"


def test_a_version_of_ones_own_stays_until_the_source_changes(project: Workbench, web: Web) -> None:
    project.run("data", "update")
    (project.folder / "data" / "raw.csv").write_text("corrected\n")
    project.run("data", "add")
    web.etags = False  # the mark says nothing any more: only the content does

    assert updated(project) == {"data/raw.csv": "unchanged"}
    assert (project.folder / "data" / "raw.csv").read_text() == "corrected\n"
    assert project.json("data", "status")[0]["state"] == "fresh"


def test_an_older_version_is_updated_to_what_the_source_holds(project: Workbench, web: Web) -> None:
    project.run("data", "update")
    project.commit()
    web.files["/raw.csv"] = b"newer\n"
    project.run("data", "update")
    project.commit()

    project.run("data", "checkout", "HEAD~1", "data/raw.csv")
    assert (project.folder / "data" / "raw.csv").read_bytes() == DATA
    assert updated(project) == {"data/raw.csv": "updated"}
    assert project.git("status", "--porcelain") == ""


def test_missing_data_is_named_with_the_command_that_brings_it(project: Workbench) -> None:
    refused = project.run("run", code=1)
    assert re.search(
        r"bring it from http\S+: modelcompose data update data/raw.csv", refused.stderr
    )

    added = project.run("data", "add", "data/raw.csv")
    assert added.stdout.startswith("data/raw.csv  added")
    project.run("run")
    assert project.read("count.txt").strip() == "2"


def test_another_machine_brings_what_the_lock_names_from_the_source(
    project: Workbench, web: Web, tmp_path: Path
) -> None:
    project.run("data", "update")
    project.commit()
    project.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    project.folder = tmp_path / "clone"

    done = project.run("data", "update", env={"MODELCOMPOSE_HOME": str(tmp_path / "other")})
    assert done.stdout == "data/raw.csv  unchanged  17 B  (1 file put into place)\n"
    assert project.git("status", "--porcelain") == ""


def test_one_source_that_fails_keeps_no_other_from_being_brought(
    project: Workbench, web: Web
) -> None:
    document = json.loads(project.read("compose.yaml"))
    document["x-ml"]["data"]["data/gone"] = {"source": f"{web.url}/gone?token=s3cret"}
    project.write({"compose.yaml": json.dumps(document)})

    failed = project.run("data", "update", code=1)
    assert "data/raw.csv  added" in failed.stdout
    assert "gone?token=***: nothing is there" in failed.stderr
    assert "s3cret" not in failed.stdout + failed.stderr + project.read("ml.lock")


def test_a_killed_download_goes_on_where_it_was(project: Workbench, web: Web) -> None:
    document = json.loads(project.read("compose.yaml"))
    document["x-ml"]["data"] = {"large": {"source": f"{web.url}/large.bin"}}
    project.write({"compose.yaml": json.dumps(document)})
    web.holds_after = 4 << 20
    running = project.start("data", "update")
    wait_until(
        lambda: any(p.stat().st_size > 3 << 20 for p in project.home.rglob("*.partial/*")),
        "most of the download",
    )
    running.kill()
    running.communicate()
    web.holds_after = None
    web.go_on.set()
    before = web.sent_bytes

    project.run("data", "update")
    assert (project.folder / "large").read_bytes() == LARGE
    assert web.gets()[-1].range is not None
    assert web.sent_bytes - before < 4 << 20
    assert not list((project.home / "store" / "incoming").glob("*/*"))


def test_data_add_of_a_url_writes_its_source_and_leaves_every_other_line(
    bench: Workbench, web: Web
) -> None:
    text = "# mine\nname: t\n\nservices:\n  a: {image: x}  # stays\n"
    bench.write({"compose.yaml": text})

    bench.run("data", "add", f"{web.url}/raw.csv", "--to", "data/raw.csv")
    added = f'\nx-ml:\n  data:\n    data/raw.csv:\n      source: "{web.url}/raw.csv"\n'
    assert bench.read("compose.yaml") == text.replace("name: t\n", f"name: t\n{added}")
    assert updated(bench) == {"data/raw.csv": "unchanged"}

    refused = bench.run("data", "add", f"{web.url}/raw.csv?token=s3cret", code=2)
    assert "s3cret" not in refused.stderr
    assert "s3cret" not in bench.read("compose.yaml")
    bench.write({"large.bin": "mine"})
    there = bench.run("data", "add", f"{web.url}/large.bin", code=1)
    assert "large.bin: is there already" in there.stderr
    assert bench.read("large.bin") == "mine"
    failed = bench.run("data", "add", f"{web.url}/nothing", code=1)
    assert "nothing is there" in failed.stderr
    assert "nothing" not in bench.read("compose.yaml")


def test_data_get_gives_one_thing_and_records_nothing(
    project: Workbench, web: Web, tmp_path: Path
) -> None:
    project.run("data", "update")
    project.commit()
    web.files["/raw.csv"] = b"newer\n"
    project.run("data", "update")
    project.run("run")
    before = project.read("ml.lock")
    out = tmp_path / "out"
    out.mkdir()

    project.run("data", "get", f"{web.url}/large.bin", "-o", str(out))
    assert (out / "large.bin").read_bytes() == LARGE
    project.run("data", "get", "data/raw.csv", "-o", str(out / "now"))
    project.run("data", "get", "data/raw.csv", "--rev", "HEAD", "-o", str(out / "then"))
    project.run("data", "get", "count.txt", "-o", str(out))
    project.run("data", "get", "compose.yaml", "--rev", "HEAD", "-o", str(out))
    assert (out / "now").read_bytes() == b"newer\n"
    assert (out / "then").read_bytes() == DATA
    assert (out / "count.txt").read_text().strip() == "1"
    assert (out / "compose.yaml").exists()
    assert project.read("ml.lock") == before

    there = project.run("data", "get", "data/raw.csv", "-o", str(out / "then"), code=1)
    assert "is there already" in there.stderr
    project.run("data", "get", "data/raw.csv", "-o", str(out / "then"), "--force")
    assert (out / "then").read_bytes() == b"newer\n"


def test_data_of_another_project_comes_from_its_remote(project: Workbench, tmp_path: Path) -> None:
    project.write({f"data/many/{n:03}.txt": f"{n}\n" for n in range(80)})
    project.run("data", "add", "data/many")
    project.run("data", "update")
    project.run("push", "--no-images")
    project.commit()
    elsewhere = Workbench(tmp_path / "second", home=tmp_path / "second-home", engine="process")
    source = f"git+{project.folder}@main#data/many"
    elsewhere.compose({}, **{"x-ml": {"data": {"many": {"source": source}}}})

    done = elsewhere.run("data", "update")
    assert "80 files" in done.stdout
    assert (elsewhere.folder / "many" / "007.txt").read_text() == "7\n"
    elsewhere.run("data", "get", f"git+{project.folder}#data/many/011.txt")
    assert (elsewhere.folder / "011.txt").read_text() == "11\n"
    assert updated(elsewhere) == {"many": "unchanged"}


def test_add_to_remote_streams_past_the_store(project: Workbench, web: Web, tmp_path: Path) -> None:
    project.write({f"data/many/{n:03}.txt": f"{n}\n" for n in range(80)})
    project.write({"data/many/large": "x" * 400_000})
    web.files["/large.bin"] = LARGE
    (tmp_path / "remote").mkdir(exist_ok=True)

    project.run("data", "add", "--to-remote", f"{web.url}/large.bin", "--to", "far.bin")
    project.run("data", "add", "--to-remote", "data/many")
    assert not (project.folder / "far.bin").exists()
    kept = sum(path.stat().st_size for path in (project.home / "store").rglob("*"))
    assert kept < 300_000
    states = {each["path"]: each["state"] for each in project.json("data", "status")}
    assert states["far.bin"] == "missing"
    assert states["data/many"] == "fresh"

    shutil.rmtree(project.folder / "data")
    project.run("pull", "--no-images", env={"MODELCOMPOSE_HOME": str(tmp_path / "other")})
    assert (project.folder / "far.bin").read_bytes() == LARGE
    assert (project.folder / "data" / "many" / "042.txt").read_text() == "42\n"
    assert project.run("push", "--no-images").stdout.count("there already") == 2


def test_what_was_added_to_the_remote_alone_is_updated_from_its_source(
    project: Workbench, web: Web, tmp_path: Path
) -> None:
    (tmp_path / "remote").mkdir(exist_ok=True)
    done = project.run("data", "add", "--to-remote", f"{web.url}/large.bin", "--to", "far.bin")
    assert "x-ml.data names far.bin and its source" in done.stderr
    assert not (project.folder / "far.bin").exists()
    assert updated(project, "--check", "far.bin") == {"far.bin": "unchanged"}

    web.files["/large.bin"] = b"smaller"
    assert updated(project, "far.bin") == {"far.bin": "updated"}
    assert (project.folder / "far.bin").read_bytes() == b"smaller"

    secret = f"{web.url}/large.bin?token=hunter2"
    refused = project.run("data", "add", "--to-remote", secret, "--to", "other", code=2)
    assert "holds a secret" in refused.stderr
    assert "hunter2" not in refused.stderr + project.read("compose.yaml") + project.lock
