"""Compose volumes are versioned, and are inputs and outputs of steps, through the engine alone."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.workbench import IMAGE, Workbench, wait_until

pytestmark = pytest.mark.docker

DATASET: dict[str, Any] = {"x-ml": {"dataset": {}}}


@pytest.fixture
def lake(bench: Workbench) -> Iterator[Workbench]:
    """Give a project with two volumes of data; `corpus` is filled by hand."""
    write(bench)
    yield bench
    names = engine("volume", "ls", "--quiet", "--filter", f"name={bench.name}").split()
    subprocess.run(["docker", "volume", "rm", "--force", *names], capture_output=True, check=False)


def write(bench: Workbench, *, volumes: Any = None, **services: Any) -> None:
    bench.compose(
        {"keep": {"command": ["true"], "volumes": ["corpus:/corpus", "model:/model"]}, **services},
        volumes={"corpus": DATASET, "model": DATASET} if volumes is None else volumes,
        **{"x-ml": {"remote": str(bench.folder.parent / "remote")}},
    )


def engine(*arguments: str) -> str:
    return subprocess.run(
        ["docker", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def inside(bench: Workbench, script: str, volume: str = "corpus") -> str:
    """Run a script in the folder of a volume, as `docker compose run` would have it mounted."""
    label = f"com.docker.compose.project={bench.name}"
    engine(
        "volume",
        "create",
        "--label",
        label,
        "--label",
        f"com.docker.compose.volume={volume}",
        f"{bench.name}_{volume}",
    )
    mount = f"{bench.name}_{volume}:/v"
    return engine("run", "--rm", "--volume", mount, "--workdir", "/v", IMAGE, "sh", "-c", script)


def states(bench: Workbench) -> dict[str, str]:
    return {each["path"]: each["state"] for each in bench.json("data", "status")}


STEP: dict[str, Any] = {
    "command": ["sh", "-c", "wc -l < /corpus/a.txt > /model/lines && ls /model"],
    "volumes": ["corpus:/corpus", "model:/model"],
    "step": {"inputs": ["volume:corpus"], "outputs": ["volume:model"]},
}


def test_a_volume_is_versioned_and_comes_back_as_it_was(lake: Workbench) -> None:
    inside(
        lake,
        "echo one > a.txt; mkdir -m 700 deep; echo x > deep/b; ln -s a.txt l; "
        "chown -R 999:998 deep; chmod 750 a.txt; chown 999:999 .; chmod 711 .",
    )
    lake.run("data", "add", "volume:corpus")
    assert states(lake)["volume:corpus"] == "fresh"
    look = "find . -exec stat -c '%a %u:%g %n %N' {} + | sort"
    before = inside(lake, look)
    inside(lake, "rm -r deep l; echo two > a.txt; echo new > c.txt; chown 0:0 .")
    assert states(lake)["volume:corpus"] == "modified"
    told = lake.run("data", "checkout", "volume:corpus")
    assert inside(lake, look) == before
    assert inside(lake, "cat a.txt") == "one"
    assert "what was here is kept; to bring it back: modelcompose data checkout sha256:" in (
        told.stderr
    )
    again = told.stderr.split("data checkout ")[1].split()[0]
    lake.run("data", "checkout", again, "volume:corpus")
    assert inside(lake, "cat a.txt c.txt") == "two\nnew"


def test_a_volume_is_pushed_and_pulled_where_it_never_was(lake: Workbench) -> None:
    inside(lake, "echo one > a.txt")
    lake.run("data", "add")
    lake.run("push", "--no-images")
    engine("volume", "rm", f"{lake.name}_corpus")
    assert states(lake)["volume:corpus"] == "missing"
    fresh = {"MODELCOMPOSE_HOME": str(lake.home.parent / "other-home")}
    lake.run("pull", "--no-images", env=fresh)
    assert inside(lake, "cat a.txt") == "one"
    said = lake.run("up", "--detach", "keep").stderr
    assert "already exists" not in said


def test_without_the_engine_a_volume_is_unknown_and_the_rest_is_shown(lake: Workbench) -> None:
    lake.write({"raw": "one"})
    lake.run("data", "add", "raw")
    nowhere = {"DOCKER_HOST": "unix:///nowhere"}
    done = lake.run("data", "status", env=nowhere)
    told = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()}
    assert told == {"raw": "fresh", "volume:corpus": "unknown", "volume:model": "unknown"}
    assert "volume:corpus: /nowhere: no Docker engine answers there" in done.stderr


def test_a_volume_that_a_running_service_may_write_to_is_not_changed(lake: Workbench) -> None:
    inside(lake, "echo one > a.txt")
    lake.run("data", "add", "volume:corpus")
    inside(lake, "echo two > a.txt")
    busy = {"command": ["sleep", "60"], "init": True, "volumes": ["corpus:/corpus"]}
    write(lake, db=busy)
    lake.run("up", "--detach", "db")
    said = lake.run("data", "checkout", "volume:corpus", code=1).stderr
    assert "volume:corpus: db runs and may write to it" in said
    assert "docker compose stop db" in said
    assert "may have written to it meanwhile" in lake.run("data", "add", "volume:corpus").stderr
    lake.run("stop", "db")
    lake.run("data", "checkout", "volume:corpus")


def test_a_step_reads_one_volume_and_writes_another(lake: Workbench) -> None:
    write(lake, train=STEP)
    inside(lake, "echo one > a.txt")
    inside(lake, "echo old > lines; echo old > more", "model")
    lake.run("run")
    assert inside(lake, "cat lines; ls", "model") == "1\nlines"
    assert lake.states() == {"train": "fresh"}
    inside(lake, "echo two >> a.txt")
    assert lake.causes("train") == ["volume:corpus changed"]
    lake.run("run")
    assert inside(lake, "cat lines", "model") == "2"
    inside(lake, "sed -i 2d a.txt")
    assert lake.endings() == {"train": "restored"}
    assert inside(lake, "cat lines", "model") == "1"


def test_a_step_that_fails_leaves_its_volumes_as_they_were(lake: Workbench) -> None:
    spoiling = "echo half > /model/lines; echo x > /corpus/a.txt"
    write(lake, train={**STEP, "command": ["sh", "-c", spoiling]})
    inside(lake, "echo one > a.txt")
    inside(lake, "echo old > lines", "model")
    said = lake.run("run", code=1)
    assert "Read-only file system" in said.stdout + said.stderr
    assert inside(lake, "cat lines", "model") == "old"
    assert inside(lake, "cat a.txt") == "one"
    assert engine("volume", "ls", "--quiet", "--filter", f"name={lake.name}").split() == [
        f"{lake.name}_corpus",
        f"{lake.name}_model",
    ]


def test_an_output_volume_that_a_service_writes_to_is_refused_before_the_step_runs(
    lake: Workbench,
) -> None:
    busy = {"command": ["sleep", "60"], "init": True, "volumes": ["model:/model"]}
    write(lake, train=STEP, api=busy)
    inside(lake, "echo one > a.txt")
    lake.run("up", "--detach", "api")
    said = lake.run("run", "train", code=1)
    assert "volume:model: api runs and may write to it" in said.stdout + said.stderr
    lake.run("stop", "api")
    lake.run("run", "train")


def test_a_kill_of_a_run_leaves_the_volume_and_nothing_behind(lake: Workbench) -> None:
    command = ["sh", "-c", "echo half > /model/lines; sleep 300"]
    slow = {**STEP, "command": command, "stop_grace_period": "0s"}
    write(lake, train=slow)
    inside(lake, "echo one > a.txt")
    inside(lake, "echo old > lines", "model")
    process = lake.start("run")
    wait_until(lambda: "-run-" in engine("volume", "ls", "--quiet"), "the run's volume")
    process.kill()
    process.communicate()
    write(lake, train=STEP)
    lake.run("runs", "stop", "train")
    lake.run("run", "train")
    assert inside(lake, "cat lines", "model") == "1"
    assert "-run-" not in engine("volume", "ls", "--quiet", "--filter", f"name={lake.name}")


def test_a_step_names_the_datasets_that_it_mounts(lake: Workbench) -> None:
    write(lake, train={**STEP, "step": {"inputs": [], "outputs": ["volume:model"]}})
    said = lake.run("run", code=1).stderr
    assert "mounts the volume corpus, a dataset, and names it neither as input" in said
    assert "hint: write volume:corpus among its inputs" in said


def test_the_process_engine_says_that_it_has_no_volumes(lake: Workbench) -> None:
    write(lake, train=STEP)
    env = {"MODELCOMPOSE_ENGINE": "process"}
    said = lake.run("run", code=1, env=env).stderr
    assert "the process engine has no volumes, and volume:corpus is one" in said
    plain = lake.run("render").stdout
    assert "x-ml" not in plain
    assert "corpus" in plain


def test_a_volume_is_cleared_without_any_program_where_nothing_refers_to_it(
    lake: Workbench,
) -> None:
    image = f"mc-test/bare-{uuid.uuid4().hex[:8]}"
    subprocess.run(
        ["docker", "import", "-", image], input=bytes(1024), check=True, capture_output=True
    )
    document = json.loads(lake.read("compose.yaml"))
    document["services"]["keep"]["image"] = image
    lake.write({"compose.yaml": json.dumps(document)})
    try:
        inside(lake, "echo one > a.txt")
        lake.run("data", "add", "volume:corpus")
        inside(lake, "echo two > b.txt")
        lake.run("data", "checkout", "volume:corpus")
        assert inside(lake, "ls") == "a.txt"
    finally:
        engine("rmi", image)
