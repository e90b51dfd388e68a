"""Inputs that lie elsewhere: URLs, buckets, and what services answer."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reading import reading
from tests.web_files import WebFiles, web_files
from tests.workbench import IMAGE, Workbench, wait_until

COPY = "mkdir -p out && cp -r data out/seen"
FETCHED = "data/a.csv"


@pytest.fixture(scope="module")
def served() -> Iterator[WebFiles]:
    with web_files() as files:
        yield files


@pytest.fixture
def web(served: WebFiles) -> WebFiles:
    served.files = {"/a.csv": b"first\n", "/b.csv": b"b\n"}
    served.downloads()
    return served


# URLs


def test_a_url_with_a_path_is_fetched_once_and_shown_there(bench: Workbench, web: WebFiles) -> None:
    item = {"url": f"{web.address}/a.csv", "path": FETCHED}
    bench.compose({"read": reading(item, script=f"cat {FETCHED} > out.txt")})

    assert bench.endings() == {"read": "done"}
    assert bench.read("out.txt") == "first\n"
    assert not (bench.folder / "data").exists()
    assert bench.shown("read")["inputs"].keys() == {FETCHED}
    assert bench.endings() == {"read": "fresh"}
    assert bench.endings("--force") == {"read": "done"}
    assert web.downloads() == ["/a.csv"]


def test_a_url_that_changed_is_named_fetched_and_read(bench: Workbench, web: WebFiles) -> None:
    item = {"url": f"{web.address}/a.csv", "path": FETCHED}
    bench.compose({"read": reading(item, script=f"cat {FETCHED} > out.txt")})
    bench.run("run")
    web.files["/a.csv"] = b"second\n"
    web.downloads()

    assert re.search(r"/a\.csv changed: etag .* → etag", bench.causes_text("read"))
    assert web.downloads() == []
    assert bench.endings() == {"read": "done"}
    assert bench.read("out.txt") == "second\n"
    assert bench.shown("read")["cause"] == f"{FETCHED} changed"
    web.files["/a.csv"] = b"first\n"
    assert bench.endings() == {"read": "restored"}


def test_all_that_changed_is_named_beside_a_url_that_was_not_fetched_yet(
    bench: Workbench, web: WebFiles, tmp_path: Path
) -> None:
    inputs = ({"url": f"{web.address}/a.csv", "path": FETCHED}, {"probe": "cat rows.txt"})
    step = reading(*inputs, params=["LR"])
    bench.compose({"read": {**step, "environment": {"LR": "1"}}})
    bench.write({"rows.txt": "12\n"})
    bench.run("run")
    bench.commit()
    other = bench.clone(tmp_path / "clone", home=tmp_path / "other")
    web.files["/a.csv"] = b"second\n"
    web.downloads()
    for each in (bench, other):
        each.compose({"read": {**step, "environment": {"LR": "2"}}})
        each.write({"rows.txt": "14\n"})

    url, *others = bench.causes("read")
    assert re.search(r"/a\.csv changed: etag .* → etag", url)
    assert others == ["probe cat rows.txt: 12 → 14", "LR: 1 → 2"]
    url, *others = other.causes("read")
    assert "/a.csv changed" in url
    assert others == ["LR: 1 → 2"], "a clone's probe is not asked by a look"
    assert web.downloads() == []


def test_a_url_without_a_path_counts_by_its_mark_alone(bench: Workbench, web: WebFiles) -> None:
    url = f"{web.address}/a.csv?sig=hush-hush"
    bench.compose({"read": reading(url)})
    bench.run("run")
    web.files["/a.csv"] = b"second\n"

    told = bench.causes_text("read")
    assert bench.endings() == {"read": "done"}
    assert web.downloads() == []
    assert "a.csv?sig=***: etag" in told
    for text in (told, bench.lock, json.dumps(bench.shown("read"))):
        assert "hush-hush" not in text


def test_another_clone_knows_by_the_lock_what_need_not_be_fetched(
    bench: Workbench, web: WebFiles, tmp_path: Path
) -> None:
    item = {"url": f"{web.address}/a.csv", "path": FETCHED}
    bench.compose({"read": reading(item, f"{web.address}/b.csv")})
    bench.run("run")
    bench.commit()
    web.downloads()

    other = bench.clone(tmp_path / "clone", home=tmp_path / "other")

    assert other.states() == {"read": "fresh"}
    assert other.endings() == {"read": "fresh"}
    assert web.downloads() == []
    assert other.lock == bench.lock


def test_where_a_url_cannot_be_looked_at_a_look_says_so_and_a_run_stops(
    bench: Workbench, web: WebFiles
) -> None:
    item = {"url": f"{web.address}/a.csv", "path": FETCHED}
    bench.compose({"read": reading(item, f"{web.address}/b.csv")})
    bench.run("run")
    web.files = {"/a.csv": None, "/b.csv": None}

    told = bench.json("status")["steps"][0]
    assert told["state"] == "fresh"
    assert [cause.partition(": ")[0] for cause in told["causes"]] == [
        f"{web.address}/a.csv was not looked at",
        f"{web.address}/b.csv was not looked at",
    ]
    refused = bench.run("run", code=1).stderr
    assert re.search(r"compose\.yaml:\d+:\d+: services\.read\.x-ml\.step\.inputs: ", refused)
    assert "a.csv: the server answers 403" in refused


def test_what_was_fetched_is_there_to_reproduce_a_run_and_what_only_counts_is_looked_at(
    bench: Workbench, web: WebFiles
) -> None:
    item = {"url": f"{web.address}/a.csv", "path": FETCHED}
    url = f"{web.address}/b.csv"
    bench.compose({"read": reading(item, url, script=f"cat {FETCHED} > out.txt")})
    bench.run("run")
    del web.files["/a.csv"]

    assert "1 of 1 outputs identical" in bench.run("reproduce", "read").stdout
    web.files["/b.csv"] = b"another\n"
    refused = bench.run("reproduce", "read", code=1).stderr
    assert f"cannot be reproduced:\n  - {url}: etag" in refused


def test_what_is_fetched_has_to_be_shown_by_a_mount(bench: Workbench, web: WebFiles) -> None:
    item = {"url": f"{web.address}/a.csv", "path": FETCHED}
    bench.compose({"read": {**reading(item), "volumes": ["./out.txt:/app/out.txt"]}})

    assert f"no mount of 'read' shows {FETCHED}" in bench.causes_text("read")


def test_what_is_not_at_a_url_is_an_error_that_names_it(bench: Workbench, web: WebFiles) -> None:
    bench.compose({"read": reading(f"{web.address}/gone.csv")})

    refused = bench.run("run", code=1).stderr

    assert "services.read.x-ml.step.inputs: " in refused
    assert "/gone.csv: nothing is there" in refused


def test_a_url_that_changes_while_a_step_runs_makes_its_result_no_use_again(
    bench: Workbench, web: WebFiles, go: Path
) -> None:
    wait = f"echo ready; while ! [ -e '{go}' ]; do sleep 0.05; done; date +%s%N > out.txt"
    bench.compose({"read": reading(f"{web.address}/a.csv", script=wait)})
    running = bench.start("run")
    wait_until(lambda: "running" in bench.states().values(), "the step runs")
    web.files["/a.csv"] = b"second\n"
    go.touch()

    told = running.communicate()[0]

    assert f"read: {web.address}/a.csv changed while it ran; what it made is not reused" in told
    assert bench.states() == {"read": "stale"}


# In containers


@pytest.fixture
def database(bench: Workbench) -> Workbench:
    """Give a project whose `db` keeps its rows in a volume."""
    probe = {"probe": "cat /rows/number 2>/dev/null || echo none", "service": "db"}
    bench.compose(
        {
            "db": {
                "command": "sleep 600",
                "volumes": ["rows:/rows"],
                "stop_grace_period": "0s",
                "working_dir": "/",
            },
            "read": reading(probe),
        },
        volumes={"rows": {}},
    )
    return bench


def set_rows(bench: Workbench, number: int) -> None:
    volume = f"{bench.name}_rows:/rows"
    command = ["sh", "-c", f"echo {number} > /rows/number"]
    subprocess.run(["docker", "run", "--rm", "-v", volume, IMAGE, *command], check=True)


@pytest.mark.docker
def test_a_service_is_started_to_be_asked_and_stopped_after(database: Workbench) -> None:
    assert database.endings() == {"read": "done"}
    assert database.containers() == {}
    set_rows(database, 14)

    assert database.states() == {"read": "fresh"}
    assert database.containers() == {}, "to look starts nothing"
    assert "was not asked: db is not running" in database.causes_text("read")

    assert database.endings() == {"read": "done"}
    assert re.search(r"probe db: .*: none → 14", database.shown("read")["cause"])
    assert database.endings() == {"read": "fresh"}
    assert database.containers() == {}


@pytest.mark.docker
def test_a_service_that_runs_is_asked_by_a_look_and_left_running(database: Workbench) -> None:
    database.run("run")
    database.run("up", "--detach", "db")
    before = database.containers(running=True)
    set_rows(database, 15)

    assert re.search(r"probe db: .*: none → 15", database.causes_text("read"))
    assert database.endings() == {"read": "done"}
    assert database.containers(running=True) == before
    refused = database.run("reproduce", _first_run(database), code=1).stderr
    assert re.search(r"cannot be reproduced:\n  - probe db: .*: none → 15", refused)
    database.run("down")


@pytest.mark.docker
def test_a_probe_in_a_service_that_fails_or_hangs_is_a_problem(database: Workbench) -> None:
    document = json.loads(database.read("compose.yaml"))
    inputs = document["services"]["read"]["x-ml"]["step"]["inputs"]
    inputs[0] |= {"probe": "echo gone >&2; exit 4"}
    inputs.append({"probe": ["sleep", "600"], "service": "db", "timeout": "500ms"})
    database.write({"compose.yaml": json.dumps(document)})
    assert "exit code 4: gone\n\nhint: try it: docker compose exec db sh -c" in (
        database.run("run", code=1).stderr
    )
    refused = database.run("run", "--no-deps", code=1).stderr
    assert "db is not running\n\nhint: start it: modelcompose up --detach db" in refused
    del inputs[0]
    database.write({"compose.yaml": json.dumps(document)})
    assert "probe db: sleep 600: took longer than 0.5 s" in database.run("run", code=1).stderr
    assert database.containers() == {}


@pytest.mark.docker
def test_a_prefix_of_a_bucket_is_a_folder_that_the_container_cannot_write(
    bench: Workbench, s3: str
) -> None:
    bucket = _bucket(bench, s3, {"raw/a.csv": "1\n", "raw/deep/b.csv": "2\n", "other": "3\n"})
    script = "(echo no > data/raw/a.csv) 2>/dev/null; find data -type f | sort > out.txt"
    item = {"url": f"s3://{bucket}/raw", "path": "data/raw"}
    bench.compose({"read": reading(item, script=script)})

    assert bench.endings() == {"read": "done"}
    assert bench.read("out.txt").split() == ["data/raw/a.csv", "data/raw/deep/b.csv"]
    assert bench.endings() == {"read": "fresh"}
    _put(s3, f"{bucket}/raw/a.csv", "changed\n")
    assert bench.states() == {"read": "stale"}
    assert bench.endings() == {"read": "done"}
    assert bench.shown("read")["cause"] == "data/raw/a.csv changed"
    shutil.rmtree(bench.folder / ".ml" / "cache")
    assert bench.endings() == {"read": "fresh"}, "the lock holds the mark"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def _bucket(bench: Workbench, server: str, files: dict[str, str]) -> str:
    """Make a bucket with files, and have the project's commands know the way to it."""
    bench.variables |= {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "ana",
        "AWS_SECRET_ACCESS_KEY": "hush-hush",
        "AWS_REGION": "us-east-1",
    }
    bucket = f"b-{uuid.uuid4().hex}"
    request = urllib.request.Request(f"{server}/{bucket}", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    for name, text in files.items():
        _put(server, f"{bucket}/{name}", text)
    return bucket


def _put(server: str, path: str, text: str) -> None:
    from obstore.store import S3Store

    bucket, _, name = path.partition("/")
    store = S3Store(
        bucket,
        endpoint=server,
        access_key_id="ana",
        secret_access_key="hush-hush",
        region="us-east-1",
        client_options={"allow_http": True},
    )
    store.put(name, text.encode())


def _first_run(bench: Workbench) -> str:
    runs: list[dict[str, Any]] = bench.json("runs")
    return str(runs[-1]["id"])
