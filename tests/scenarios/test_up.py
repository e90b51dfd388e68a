"""`up` brings up to date the steps that services need, then starts the services."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.workbench import Workbench, shell

pytestmark = pytest.mark.docker

DONE = {"condition": "service_completed_successfully"}
LASTING: dict[str, Any] = {"command": ["sleep", "600"], "init": True}


SERVICES: dict[str, dict[str, Any]] = {
    "train": shell("cp in.txt model", "model", inputs=("in.txt",)),
    "report": shell("echo > report", "report"),
    "api": {**LASTING, "depends_on": {"train": DONE, "db": {"condition": "service_started"}}},
    "db": LASTING,
    "web": {**LASTING, "depends_on": ["api"]},
}


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    bench.compose(SERVICES)
    bench.write({"in.txt": "1"})
    return bench


def made(bench: Workbench) -> list[str]:
    """Give the steps that ran, oldest first."""
    return [run["step"] for run in reversed(bench.json("runs"))]


def test_only_the_steps_that_the_started_services_need_run(shop: Workbench) -> None:
    shop.run("up", "--detach", "api")
    assert made(shop) == ["train"]
    assert set(shop.containers()) == {"api", "db"}


def test_a_step_behind_another_service_runs_too(shop: Workbench) -> None:
    shop.run("up", "--detach", "web")
    assert made(shop) == ["train"]
    assert set(shop.containers()) == {"web", "api", "db"}


def test_without_names_every_step_of_the_active_profiles_runs(shop: Workbench) -> None:
    shop.run("up", "--detach")
    assert sorted(made(shop)) == ["report", "train"]
    assert set(shop.containers()) == {"web", "api", "db"}


def test_a_second_up_runs_no_step_and_makes_no_container_anew(shop: Workbench) -> None:
    shop.run("up", "--detach", "web")
    before = shop.containers()
    shop.run("up", "--detach", "web")
    assert shop.containers() == before
    assert made(shop) == ["train"]


def test_the_containers_are_those_that_plain_compose_would_make(shop: Workbench) -> None:
    shop.run("up", "--detach", "web")
    before = shop.containers()
    subprocess.run(
        ["docker", "compose", "up", "--detach", "--no-deps", "web", "api", "db"],
        cwd=shop.folder,
        capture_output=True,
        check=True,
    )
    assert shop.containers() == before


def test_a_failed_step_starts_no_service(shop: Workbench) -> None:
    shop.compose({**SERVICES, "train": shell("exit 3", "model")})
    done = shop.run("up", "--detach", "api", code=1)
    assert "train" in done.stderr
    assert "exit code 3" in done.stderr
    assert shop.containers() == {}


def test_steps_skip_starts_on_the_old_outputs(shop: Workbench) -> None:
    shop.run("run", "train")
    shop.write({"in.txt": "2"})
    shop.run("up", "--detach", "--steps=skip", "api")
    assert shop.read("model") == "1"
    assert set(shop.containers()) == {"api", "db"}


def test_steps_skip_works_in_a_new_project(shop: Workbench) -> None:
    shop.run("up", "--detach", "--steps", "skip", "api")
    assert made(shop) == []
    assert set(shop.containers()) == {"api", "db"}


def test_steps_fail_names_what_is_not_fresh_and_starts_nothing(shop: Workbench) -> None:
    shop.run("run", "train")
    shop.write({"in.txt": "2"})
    done = shop.run("up", "--detach", "--steps=fail", "api", code=1)
    assert "train: in.txt changed" in done.stderr
    assert "modelcompose run train" in done.stderr
    assert shop.containers() == {}
    shop.write({"in.txt": "1"})
    shop.run("up", "--detach", "--steps=fail", "api")
    assert set(shop.containers()) == {"api", "db"}


def test_a_wrong_word_for_steps_names_the_right_ones(shop: Workbench) -> None:
    done = shop.run("up", "--steps=maybe", code=2)
    assert "run, skip, fail" in done.stderr


def test_up_of_a_step_alone_brings_it_up_to_date(shop: Workbench) -> None:
    shop.run("up", "train")
    assert made(shop) == ["train"]
    assert shop.containers() == {}


def test_no_deps_starts_the_named_services_and_runs_no_step(shop: Workbench) -> None:
    shop.run("up", "--detach", "--no-deps", "api")
    assert made(shop) == []
    assert set(shop.containers()) == {"api"}


def test_where_no_step_is_involved_up_is_composes(shop: Workbench) -> None:
    shop.run("up", "--detach", "db")
    assert set(shop.containers()) == {"db"}
    assert not (shop.folder / ".ml").exists()


def test_a_missing_output_is_restored_before_the_services_start(shop: Workbench) -> None:
    shop.run("run", "train")
    (shop.folder / "model").unlink()
    shop.run("up", "--detach", "api")
    assert made(shop) == ["train"]
    assert shop.read("model") == "1"


def test_composes_own_dry_run_changes_nothing(shop: Workbench) -> None:
    done = shop.run("--dry-run", "up", "--detach", "api")
    assert "train" in done.stdout
    assert "DRY-RUN" in done.stderr
    shop.run("--dry-run", "run", "train")
    assert made(shop) == []
    assert shop.containers() == {}


def test_the_exit_code_of_a_service_in_the_foreground_is_ours(shop: Workbench) -> None:
    again = {"command": ["sh", "-c", "cat model; exit 7"], "depends_on": {"train": DONE}}
    shop.compose({"train": SERVICES["train"], "check": again})
    done = shop.run("up", "--exit-code-from", "check", "check", code=7)
    assert "check-1  | 1" in done.stdout


def test_the_project_may_come_by_standard_input(shop: Workbench) -> None:
    text = shop.read("compose.yaml")
    done = subprocess.run(
        [*shop.command, "-f", "-", "up", "--detach", "api"],
        cwd=shop.folder,
        env=shop.environment(),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(shop.containers()) == {"api", "db"}


def test_included_and_overriding_files_and_a_parents_env_file_count(shop: Workbench) -> None:
    document = json.loads(shop.read("compose.yaml"))
    inner = {name: document["services"].pop(name) for name in ("api", "db", "train")}
    inner["api"]["environment"] = {"WHO": "${WHO:-nobody}"}
    shop.write(
        {
            "compose.yaml": json.dumps({**document, "include": ["inner.yaml"]}),
            "inner.yaml": json.dumps({"services": inner}),
            "compose.override.yaml": json.dumps({"services": {"web": {"hostname": "w"}}}),
            "sub/.env": "WHO=ana\n",
        }
    )
    shop.run("up", "--detach", "web", folder=shop.folder / "sub")
    asked = shop.run("exec", "-T", "api", "sh", "-c", "echo $WHO").stdout
    assert asked == "ana\n"
    assert shop.run("exec", "-T", "web", "hostname").stdout == "w\n"
    assert made(shop) == ["train"]
