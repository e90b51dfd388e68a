"""Projects of the real DVC, worked in as they are: looked at, pulled, checked out, pushed."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.dvc_projects import dvc, dvc_files, legacy_object
from tests.ssh_servers import ssh_server
from tests.workbench import Workbench, shell

FILES = {
    "a.txt": b"a\r\nb\n",
    "empty": b"",
    "sub/\u00fc b.txt": b"b\n",
    "large.bin": b"\0x" * 200_000,
}
PIPELINE = """\
stages:
  count:
    cmd: mkdir -p counts && wc -l < data/raw/a.txt > counts/lines && echo '{"n":1}' > metrics.json
    deps: [data/raw]
    outs: [counts]
    metrics: [{metrics.json: {cache: false}}]
"""
TRACKED = {"counts", "data/raw", "note.txt", "tool"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project that DVC made and pushed to a folder beside it; not to be changed."""
    folder = tmp_path_factory.mktemp("dvc") / "project"
    for name, data in FILES.items():
        path = folder / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "note.txt").write_text("of one file")
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o755)
    (folder / "dvc.yaml").write_text(PIPELINE)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    dvc(folder, "init", "--quiet")
    dvc(folder, "remote", "add", "--quiet", "--default", "origin", "../remote")
    dvc(folder, "add", "--quiet", "data/raw", "note.txt", "tool")
    dvc(folder, "repro", "--quiet")
    dvc(folder, "push", "--quiet")
    return folder


@pytest.fixture
def project(made: Path, bench: Workbench) -> Workbench:
    """Give a copy of that project, with a Compose file; its remote is a copy, too."""
    shutil.rmtree(bench.folder)
    shutil.copytree(made, bench.folder, symlinks=True)
    shutil.copytree(made.parent / "remote", bench.folder.parent / "remote")
    reads = shell("cat data/raw/a.txt counts/lines > last", "last", inputs=["data/raw", "counts"])
    bench.compose({"last": reads})
    git(bench.folder, "add", "--all")
    git(bench.folder, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "One")
    return bench


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def states(bench: Workbench) -> dict[str, str]:
    return {e["path"]: f"{e['state']} {e['tracker']}" for e in bench.json("data", "status")}


def drop(bench: Workbench, *paths: str) -> None:
    for path in paths:
        target = bench.folder / path
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)


def drop_all(bench: Workbench) -> None:
    """Leave what a clone has: DVC's files alone."""
    drop(bench, *TRACKED, ".dvc/cache")


def raw(bench: Workbench) -> dict[str, bytes]:
    root = bench.folder / "data" / "raw"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def paths(outcome: Any) -> dict[str, str]:
    return {each["path"]: each["state"] for each in outcome["paths"]}


def test_what_dvc_tracks_is_shown_and_nothing_of_dvc_is_changed(project: Workbench) -> None:
    before = dvc_files(project.folder)

    assert states(project) == dict.fromkeys(TRACKED, "fresh dvc")
    assert "data/raw  fresh (dvc)  4 files, 400 kB" in project.run("data", "status").stdout
    listed = project.json("data", "ls")
    assert set(listed) == TRACKED
    assert listed["data/raw"]["digest"].removeprefix("md5:") in project.read("data/raw.dvc")
    inside = project.json("data", "ls", "data/raw")
    assert {each["path"] for each in inside} == set(FILES)
    assert dvc_files(project.folder) == before


def test_a_clone_pulls_from_the_remote_of_dvc_what_dvc_itself_finds_up_to_date(
    project: Workbench,
) -> None:
    drop_all(project)
    assert states(project) == dict.fromkeys(TRACKED, "missing dvc")
    blocked = project.run("run", code=1).stderr
    assert "data/raw is missing" in blocked
    assert "modelcompose pull data/raw" in blocked
    before = dvc_files(project.folder)

    part = project.json("pull", "data/raw/sub", "--no-images")
    assert paths(part) == {"data/raw/sub": "fetched"}
    assert set(raw(project)) == {"sub/\u00fc b.txt"}
    whole = project.json("pull", "--no-images")

    assert paths(whole) == dict.fromkeys(TRACKED, "fetched")
    assert raw(project) == FILES
    assert os.access(project.folder / "tool", os.X_OK)
    assert states(project) == dict.fromkeys(TRACKED, "fresh dvc")
    assert paths(project.json("pull", "--no-images")) == dict.fromkeys(TRACKED, "there")
    assert dvc_files(project.folder) == before
    assert "modified" not in dvc(project.folder, "status")  # its cache alone is as empty as it was
    assert project.endings() == {"last": "done"}


def test_inputs_count_the_same_wherever_they_came_from(project: Workbench) -> None:
    assert project.endings() == {"last": "done"}
    drop_all(project)

    project.run("pull", "--no-images")

    assert project.endings() == {"last": "fresh"}


def test_changes_are_told_and_a_checkout_out_of_the_cache_undoes_them(project: Workbench) -> None:
    root = project.folder / "data" / "raw"
    (root / "a.txt").chmod(0o644)
    (root / "a.txt").unlink()
    (root / "a.txt").write_text("other")
    (root / "empty").rename(root / "void")
    (root / "large.bin").rename(root / "big.bin")

    (found,) = project.json("data", "diff", "data/raw")
    kinds = {(change["kind"], change["path"]) for change in found["changes"]}
    assert kinds == {
        ("changed", "a.txt"),
        ("removed", "empty"),
        ("added", "void"),
        ("renamed", "big.bin"),
    }
    assert states(project)["data/raw"] == "modified dvc"
    left = project.run("pull", "data/raw", code=1)
    assert "was changed here, and is left as it is" in left.stderr

    drop(project, "counts")
    shutil.rmtree(project.folder.parent / "remote")
    done = project.run("data", "checkout")

    assert raw(project) == FILES
    assert states(project) == dict.fromkeys(TRACKED, "fresh dvc")
    command = done.stderr.split("to bring it back: ")[1].split()
    project.run(*command[1:])
    assert (root / "a.txt").read_text() == "other"
    assert not (project.folder / "ml.lock").exists()


def test_git_revisions_of_the_files_of_dvc_can_be_compared_and_brought_back(
    project: Workbench,
) -> None:
    (project.folder / "data" / "raw" / "new.txt").write_text("new")
    dvc(project.folder, "add", "--quiet", "data/raw")
    git(project.folder, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qam", "Two")

    (found,) = project.json("data", "diff", "HEAD~1", "HEAD", "data/raw")
    assert [(each["kind"], each["path"]) for each in found["changes"]] == [("added", "new.txt")]
    assert project.json("data", "ls", "--rev", "HEAD~1")["data/raw"]["files"] == 4
    log = project.json("data", "log", "data/raw")
    assert [each["commit"]["subject"] for each in log] == ["Two", "One"]
    assert [each["content"]["files"] for each in log] == [5, 4]
    done = project.run("data", "checkout", "HEAD~1", "data/raw")

    assert raw(project) == FILES
    assert "git checkout HEAD~1 -- data/raw.dvc" in done.stderr
    project.run("data", "get", "data/raw", "--rev", "HEAD~1", "--output", "out")
    project.run("data", "get", "data/raw/new.txt", "--output", "one")
    assert (project.folder / "one").read_text() == "new"
    assert {path.name for path in (project.folder / "out").iterdir()} == {
        name.partition("/")[0] for name in FILES
    }
    assert states(project)["data/raw"] == "modified dvc"


def test_what_dvc_tracks_goes_to_our_own_remote_and_comes_from_there(project: Workbench) -> None:
    ours = str(project.folder.parent / "ours")
    assert paths(project.json("push", "--remote", ours, "--no-images")) == {}
    pushed = project.json("push", "--remote", ours, "--no-images", "data", "tool")
    assert paths(pushed) == {"data/raw": "pushed", "tool": "pushed"}
    config = project.read(".dvc/config")
    project.write({".dvc/config": ""})  # no remote of DVC's own: ours is the only place
    rest = project.json("push", "--remote", ours, "--no-images")
    assert paths(rest) == {
        "counts": "pushed",
        "data/raw": "there",
        "note.txt": "pushed",
        "tool": "there",
    }
    project.write({".dvc/config": config})
    drop_all(project)
    shutil.rmtree(project.home)
    shutil.rmtree(project.folder / ".ml")
    shutil.rmtree(project.folder.parent / "remote")

    failed = project.run("pull", "--no-images", code=1).stderr
    assert "hint: push what DVC tracks from where it is: dvc push" in failed
    pulled = project.json("pull", "--remote", ours, "--no-images")

    assert paths(pulled) == dict.fromkeys(TRACKED, "fetched")
    assert raw(project) == FILES
    assert states(project) == dict.fromkeys(TRACKED, "fresh dvc")


def test_what_came_from_dvc_outlasts_its_cache_and_may_be_taken_over(project: Workbench) -> None:
    drop(project, "data/raw")
    project.run("pull", "data/raw")
    drop_all(project)
    shutil.rmtree(project.folder.parent / "remote")

    project.run("data", "gc", "--yes", "--grace", "1s")
    project.run("data", "checkout", "data/raw")
    assert raw(project) == FILES

    project.run("data", "add", "data/raw")
    assert states(project)["data/raw"] == "fresh None"
    assert set(project.json("data", "ls")) == TRACKED
    (project.folder / "data" / "raw" / "a.txt").write_text("ours")
    project.run("data", "add", "data/raw")
    (found,) = project.json("data", "diff", "HEAD", "data/raw")
    assert [(each["kind"], each["path"]) for each in found["changes"]] == [("changed", "a.txt")]
    project.run("data", "checkout", "HEAD", "data/raw")
    assert raw(project) == FILES
    assert states(project)["data/raw"] == "fresh None"


def test_damage_in_the_cache_is_noticed_named_and_mended_from_the_remote(
    project: Workbench,
) -> None:
    md5 = hashlib.md5(FILES["large.bin"]).hexdigest()
    broken = project.folder / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    broken.chmod(0o644)
    broken.write_bytes(b"damage" * 100_000)
    drop(project, "data/raw")

    told = project.run("data", "checkout", "data/raw", code=1).stderr
    assert f"{broken}: is damaged" in told
    done = project.run("pull", "data/raw")

    assert f"{broken}: is damaged, and nothing of it was used" in done.stderr
    assert raw(project) == FILES


@pytest.mark.parametrize("path", ["../evil", "/evil"])
def test_a_listing_that_leads_out_of_its_folder_is_refused(project: Workbench, path: str) -> None:
    data = hashlib.md5(b"evil").hexdigest()
    cache = project.folder / ".dvc" / "cache" / "files" / "md5"
    listing = json.dumps([{"md5": data, "relpath": path}]).encode()
    name = hashlib.md5(listing).hexdigest()
    for oid, content in ((data, b"evil"), (f"{name}.dir", listing)):
        target = cache / oid[:2] / oid[2:]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    out = f"outs:\n- md5: {name}.dir\n  size: 4\n  nfiles: 1\n  hash: md5\n  path: bad\n"
    project.write({"bad.dvc": out})

    done = project.run("pull", "bad", "--no-images", code=1)

    assert "no path inside of its folder" in done.stderr
    assert not list(project.folder.parent.rglob("evil"))
    assert not (project.folder / "bad").exists()


@pytest.mark.parametrize("path", ["../evil", "/evil"])
def test_a_dvc_file_that_names_a_path_elsewhere_is_refused(project: Workbench, path: str) -> None:
    md5 = hashlib.md5(FILES["a.txt"]).hexdigest()
    project.write({"bad.dvc": f"outs:\n- md5: {md5}\n  size: 5\n  hash: md5\n  path: {path}\n"})

    done = project.run("pull", "--no-images", code=1)

    assert done.stderr.startswith("error: bad.dvc: names ")
    assert not (project.folder.parent / "evil").exists()


def test_a_cache_of_dvc_2_is_read(project: Workbench) -> None:
    cache = project.folder / ".dvc" / "cache"
    files = {"b.bin": b"\0\r\n", "t.txt": b"one\r\ntwo\r\n"}
    entries = [{"md5": legacy_object(cache, data), "relpath": name} for name, data in files.items()]
    folder = legacy_object(cache, json.dumps(entries, sort_keys=True).encode(), suffix=".dir")
    single = legacy_object(cache, b"x\r\n")
    project.write(
        {
            "old.dvc": f"outs:\n- md5: {folder}\n  size: 13\n  nfiles: 2\n  path: old\n",
            "one.txt.dvc": f"outs:\n- md5: {single}\n  size: 3\n  path: one.txt\n",
        }
    )
    assert {states(project)[path] for path in ("old", "one.txt")} == {"missing dvc"}

    project.run("pull", "old", "one.txt")

    found = {path.name: path.read_bytes() for path in (project.folder / "old").iterdir()}
    assert found == files
    assert (project.folder / "one.txt").read_bytes() == b"x\r\n"
    assert {states(project)[path] for path in ("old", "one.txt")} == {"fresh dvc"}
    assert "old" not in dvc(project.folder, "status", "old.dvc", "one.txt.dvc")


def test_remotes_of_dvc_in_buckets_are_read(
    project: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.server import ThreadedMotoServer
    from obstore import put
    from obstore.store import S3Store

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address, bucket = f"http://{host}:{port}", f"b-{uuid.uuid4().hex}"
        request = urllib.request.Request(f"{address}/{bucket}", method="PUT")
        urllib.request.urlopen(request, timeout=10).close()
        store = S3Store(
            bucket,
            endpoint=address,
            region="us-east-1",
            access_key_id="ana",
            secret_access_key="hush",
            client_options={"allow_http": True},
        )
        remote = project.folder.parent / "remote"
        for path in remote.rglob("*"):
            if path.is_file():
                put(store, f"team/{path.relative_to(remote).as_posix()}", path.read_bytes())
        dvc(project.folder, "remote", "add", "--quiet", "s3", f"s3://{bucket}/team")
        dvc(project.folder, "config", "--quiet", "core.remote", "s3")
        local = f"['remote \"s3\"']\n    endpointurl = {address}\n    region = us-east-1\n"
        local += "    access_key_id = ana\n    secret_access_key = hush\n"
        project.write({".dvc/config.local": local})
        drop_all(project)

        project.run("pull", "--no-images")
    finally:
        server.stop()

    assert raw(project) == FILES
    assert states(project) == dict.fromkeys(TRACKED, "fresh dvc")


def test_remotes_of_dvc_on_web_servers_are_read(project: Workbench) -> None:
    with web_server(project.folder.parent / "remote") as address:
        project.write({".dvc/config.local": f"['remote \"origin\"']\n    url = {address}\n"})
        drop_all(project)

        project.run("pull", "--no-images")

    assert raw(project) == FILES


def test_remotes_of_dvc_on_other_machines_are_read(
    project: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = project.folder.parent / "remote"
    with ssh_server(tmp_path / "sshd") as server:
        server.sign_in(monkeypatch)
        url = f"ssh://127.0.0.1{remote}"
        text = f"['remote \"origin\"']\n    url = {url}\n    port = {server.port}\n"
        project.write({".dvc/config.local": text})
        drop_all(project)

        project.run("pull", "--no-images")

    assert raw(project) == FILES


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Say nothing."""
