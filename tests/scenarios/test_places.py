"""Where the project lies, and how its mounts show it, changes nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.disks import needs_root, read_only, small_disk
from tests.workbench import Workbench, shell

COPY = shell(
    "cp in/a.txt out.txt; cp big.bin out.bin", "out.txt", "out.bin", inputs=("in", "big.bin")
)


def prepare(bench: Workbench, keys: dict[str, Any] = COPY) -> None:
    bench.compose({"copy": keys})
    bench.write({"in/a.txt": "1\n", "big.bin": "x" * (2 << 20)})


@pytest.fixture
def awkward(bench: Workbench, tmp_path: Path) -> Workbench:
    """Give a project in a folder with a name that shells and Compose could stumble over."""
    other = Workbench(tmp_path / "a $HOME b" / "données 'x'", home=bench.home, engine=bench.engine)
    other.name = bench.name
    return other


@pytest.mark.docker
def test_a_folder_with_spaces_dollars_quotes_and_accents_is_fine(awkward: Workbench) -> None:
    prepare(awkward)
    assert awkward.endings() == {"copy": "done"}
    assert awkward.read("out.txt") == "1\n"
    assert awkward.endings() == {"copy": "fresh"}
    awkward.clean()


@pytest.mark.docker
def test_a_service_with_such_a_name_in_its_environment_is_fine(bench: Workbench) -> None:
    words = {"environment": {"WORDS": "a $$HOME 'b' \"c\" é"}}
    bench.compose({"say": {**shell('printf %s "$WORDS" > o', "o"), **words}})
    bench.run("run")
    assert bench.read("o") == "a $HOME 'b' \"c\" é"


@pytest.mark.docker
def test_from_a_folder_below_the_project_is_found(bench: Workbench) -> None:
    prepare(bench)
    bench.run("run", folder=bench.folder / "in")
    assert bench.read("out.txt") == "1\n"
    assert not (bench.folder / "in" / ".ml").exists()


@pytest.mark.docker
def test_through_a_link_the_project_is_the_same(bench: Workbench, tmp_path: Path) -> None:
    prepare(bench)
    bench.run("run")
    (tmp_path / "link").symlink_to(bench.folder)
    done = bench.run("status", "--format", "json", folder=tmp_path / "link")
    assert [s["state"] for s in json.loads(done.stdout)["steps"]] == ["fresh"]


@pytest.mark.docker
def test_mounts_may_show_parts_of_the_project_in_other_places(bench: Workbench) -> None:
    keys = shell(
        "cp /data/a.txt /made/x; cp /big /made/y; ls /data > /made/names",
        "made",
        inputs=("in", "big.bin"),
    )
    mounts = ["./in:/data:ro", "./big.bin:/big", "./made:/made"]
    prepare(bench, {**keys, "volumes": mounts, "working_dir": "/tmp"})
    bench.write({"other.txt": ""})
    bench.run("run")
    assert bench.read("made/x") == "1\n"
    assert len(bench.read("made/y")) == 2 << 20
    assert bench.read("made/names") == "a.txt\n"


@pytest.mark.docker
def test_a_mount_with_a_subfolder_of_its_own_on_top_is_fine(bench: Workbench) -> None:
    keys = shell(
        "cp in/a.txt cache/kept; cp in/a.txt out.txt",
        "out.txt",
        inputs=("in",),
    )
    mounts = {"volumes": [".:/app", "kept:/app/cache"]}
    bench.compose({"copy": {**keys, **mounts}}, volumes={"kept": {}})
    bench.write({"in/a.txt": "1\n"})
    bench.run("run")
    again = shell("cp cache/kept out.txt", "out.txt")
    bench.compose({"copy": {**again, **mounts}}, volumes={"kept": {}})
    bench.run("run")
    assert bench.read("out.txt") == "1\n"


@pytest.mark.docker
def test_an_output_in_a_folder_that_is_not_there_yet_is_fine(bench: Workbench) -> None:
    bench.compose({"make": shell("echo 1 > deep/er/o; pwd", "deep/er/o")})
    bench.run("run")
    assert bench.read("deep/er/o") == "1\n"


@pytest.mark.docker
def test_an_output_folder_may_stand_beside_inputs_in_one_folder(bench: Workbench) -> None:
    keys = shell("mkdir -p data/new; cp data/raw/a data/new/b", "data/new", inputs=("data/raw",))
    bench.compose({"make": keys})
    bench.write({"data/raw/a": "1", "data/raw/big": "x" * (2 << 20), "data/other": ""})
    bench.run("run")
    assert bench.read("data/new/b") == "1"
    assert sorted(p.name for p in (bench.folder / "data").iterdir()) == ["new", "other", "raw"]


@pytest.mark.docker
def test_in_place_a_step_works_in_the_project_itself(bench: Workbench) -> None:
    script = "ls > names; cp in/a.txt out.txt"
    bench.compose({"copy": shell(script, "out.txt", inputs=("in",), workspace="project")})
    bench.write({"in/a.txt": "1\n", "undeclared": ""})
    assert bench.endings() == {"copy": "done"}
    assert "undeclared" in bench.read("names").split()
    assert bench.endings() == {"copy": "fresh"}
    (bench.folder / "out.txt").unlink()
    assert bench.endings() == {"copy": "restored"}


# Links


@pytest.fixture(params=["process", "docker"])
def either(request: pytest.FixtureRequest, bench: Workbench) -> Workbench:
    bench.engine = request.param
    return bench


@pytest.mark.docker
def test_an_input_may_be_a_link_to_a_folder_elsewhere(either: Workbench, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "a.txt").write_text("1\n")
    either.compose({"copy": shell("cp in/a.txt out.txt", "out.txt", inputs=("in",))})
    (either.folder / "in").symlink_to(tmp_path / "store")
    either.run("run")
    assert either.read("out.txt") == "1\n"
    (tmp_path / "store" / "a.txt").write_text("2\n")
    assert either.states() == {"copy": "stale"}
    either.run("run")
    assert either.read("out.txt") == "2\n"


@pytest.mark.docker
def test_an_input_may_be_a_link_to_a_file_elsewhere(either: Workbench, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("1\n")
    either.compose({"copy": shell("cp in.txt out.txt", "out.txt", inputs=("in.txt",))})
    (either.folder / "in.txt").symlink_to(tmp_path / "one.txt")
    either.run("run")
    assert either.read("out.txt") == "1\n"
    (tmp_path / "one.txt").write_text("2\n")
    assert either.states() == {"copy": "stale"}


@pytest.mark.docker
def test_an_input_may_be_a_link_to_another_path_of_the_project(either: Workbench) -> None:
    either.compose({"copy": shell("cat in/a.txt > out.txt", "out.txt", inputs=("in",))})
    either.write({"v1/a.txt": "1\n"})
    (either.folder / "in").symlink_to("v1")
    either.run("run")
    assert either.read("out.txt") == "1\n"
    either.write({"v1/a.txt": "2\n"})
    assert either.states() == {"copy": "stale"}


@pytest.mark.docker
def test_links_inside_an_input_folder_are_what_they_are(either: Workbench) -> None:
    either.compose({"copy": shell("cat in/latest > out.txt", "out.txt", inputs=("in",))})
    either.write({"in/v1": "1\n", "in/v2": "2\n"})
    (either.folder / "in" / "latest").symlink_to("v1")
    either.run("run")
    assert either.read("out.txt") == "1\n"
    (either.folder / "in" / "latest").unlink()
    (either.folder / "in" / "latest").symlink_to("v2")
    assert either.endings() == {"copy": "done"}
    assert either.read("out.txt") == "2\n"


@pytest.mark.docker
def test_an_output_that_is_a_link_into_the_project_is_settled(either: Workbench) -> None:
    either.compose({"make": shell("echo 1 > v1; ln -s v1 latest", "latest", "v1")})
    either.run("run", code=None)
    assert either.read("latest") == "1\n"


# Other file systems

SMALL_BYTES = 16 << 20


def keep_and_make(bench: Workbench) -> None:
    """Write a step with outputs of all kinds, and an input that is mounted, not copied."""
    script = (
        "ls kept > found; echo 1 > kept/$(ls kept | wc -l); echo 1 > shown/log; "
        'mkdir -p out; head -c 20 big.bin > out/head; cp in/a.txt out/a; test -z "$FAIL"'
    )
    keys = shell(script, inputs=("in", "big.bin"))
    outputs = {"out": None, "found": None, "kept": {"resume": True}, "shown": {"live": True}}
    step = {**keys["step"], "outputs": outputs}
    ignore = {"x-ml": {"identity": {"ignore": ["FAIL"]}}}
    environment = {"FAIL": "${FAIL:-}"}
    bench.compose({"make": {**keys, "step": step, "environment": environment}}, **ignore)
    bench.write({"in/a.txt": "1\n", "big.bin": "x" * (2 << 20)})


@needs_root
@pytest.mark.docker
@pytest.mark.parametrize("elsewhere", ["project", "home", "output"])
def test_project_home_and_outputs_may_lie_on_different_file_systems(
    bench: Workbench, tmp_path: Path, elsewhere: str
) -> None:
    places = {"project": bench.folder, "home": bench.home, "output": bench.folder / "out"}
    with small_disk(places[elsewhere], SMALL_BYTES):
        keep_and_make(bench)
        bench.run("run", env={"FAIL": "yes"}, code=1)
        bench.run("run")
        assert bench.read("found") == "0\n"
        assert bench.read("out/a") == "1\n"
        for path in (bench.folder / "out").iterdir():
            path.unlink()
        assert bench.endings() == {"make": "restored"}
        bench.write({"in/a.txt": "2\n", "out/head": "by hand"})
        told = bench.run("run").stderr
        command = told.partition("to bring it back: ")[2].splitlines()[0]
        assert bench.read("out/a") == "2\n"
        assert bench.read("out/head") == "x" * 20
        subprocess.run(["sh", "-c", command], cwd=bench.folder, check=True)
        assert bench.read("out/head") == "by hand"


# A project that cannot be written


@needs_root
@pytest.mark.docker
def test_services_of_a_read_only_project_start_when_their_steps_are_fresh(
    bench: Workbench,
) -> None:
    make = shell("mkdir -p out; cp in.txt out/a", "out", inputs=("in.txt",))
    done = {"make": {"condition": "service_completed_successfully"}}
    serve = {"command": ["sleep", "600"], "init": True, "volumes": ["./out:/out:ro"]}
    bench.compose({"make": make, "web": {**serve, "depends_on": done}})
    bench.write({"in.txt": "1\n"})
    bench.run("run")
    with read_only(bench.folder):
        bench.run("up", "--detach", "web")
        assert bench.run("exec", "-T", "web", "cat", "/out/a").stdout == "1\n"
        bench.run("down", "--timeout", "1")
        refused = bench.run("run", "--force", code=1).stderr
        assert "read-only file system" in refused
        assert "hint: mount that file system for writing" in refused


# All that a Compose file may name, in a folder with an awkward name


@pytest.mark.docker
def test_builds_secrets_and_services_in_an_awkward_folder_are_fine(awkward: Workbench) -> None:
    script = (
        "mkdir -p 'aus gabe'; cp 'ein gabe'/* /x' y'/* 'aus gabe'; "
        'test "$(cat /run/secrets/token)" = hidden; echo "$WORT" > \'aus gabe/wört\''
    )
    make = {
        "image": "",
        "build": {"context": "./bau stelle", "dockerfile": "Docker file é"},
        "working_dir": "/app/with space",
        "volumes": [".:/app/with space"],
        "env_file": ["./ümgebung.env"],
        "secrets": ["token"],
        **shell(script, "aus gabe", inputs=("ein gabe",)),
    }
    web = {
        "command": ["sleep", "600"],
        "init": True,
        "volumes": ["./aus gabe:/out:ro"],
        "depends_on": {"make": {"condition": "service_completed_successfully"}},
    }
    awkward.compose(
        {"make": make, "web": web}, secrets={"token": {"file": "./geheim nis/tok en.txt"}}
    )
    awkward.write(
        {
            "bau stelle/Docker file é": 'FROM python:3.11-slim\nCOPY ["da tei.txt", "/x y/"]\n',
            "bau stelle/da tei.txt": "built\n",
            "geheim nis/tok en.txt": "hidden",
            "ümgebung.env": "WORT='grüße $$x'\n",
            "ein gabe/a b é.txt": "1\n",
        }
    )
    awkward.run("up", "--detach", "web")
    try:
        listed = awkward.run("exec", "-T", "web", "ls", "-1", "/out").stdout.splitlines()
        assert sorted(listed) == ["a b é.txt", "da tei.txt", "wört"]
        assert awkward.read("aus gabe/wört") == "grüße $$x\n"
        assert awkward.endings("make") == {"make": "fresh"}
        assert awkward.run("runs", "show", "make").returncode == 0
    finally:
        awkward.clean()
