"""A service that loads a model from a folder gets the version that an alias names."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from typing import Any

import pytest

from tests import hub_server
from tests.workbench import IMAGE, Workbench, wait_until

pytestmark = pytest.mark.docker

TRAIN: dict[str, Any] = {
    "command": ["sh", "-c", "mkdir -p model && echo $$AUC > model/weights"],
    "environment": {"AUC": "${AUC:-0.6}"},
    "profiles": ["train"],
    "step": {"inputs": [], "outputs": ["model"], "params": ["AUC"]},
}
SAY = "trap 'cat /models/weights' HUP; cat /models/weights; while :; do sleep 0.1; done"
MODELS = {"delay": {"path": "model", "alias": "challenger"}}


def serving(on_change: Any = None, model: str = "delay@champion", **keys: Any) -> dict[str, Any]:
    """Give a service that prints its model when it starts, and when it is told by SIGHUP."""
    about = {"model": model, **({} if on_change is None else {"on_change": on_change})}
    mount = {"type": "bind", "source": "./served", "target": "/models", "x-ml": about}
    script = SAY.replace("$", "$$")
    return {"command": ["sh", "-c", script], "init": True, "volumes": [mount], **keys}


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    write(bench, api=serving())
    return bench


def write(bench: Workbench, **services: Any) -> None:
    bench.compose({"train": TRAIN, **services}, **{"x-ml": {"models": MODELS}})


def train(bench: Workbench, auc: str) -> str:
    return bench.run("run", "train", env={"AUC": auc}).stderr


def up(bench: Workbench, auc: str = "0.6", *services: str, code: int = 0) -> str:
    train(bench, auc)
    bench.run("promote", "delay@challenger", "champion")
    return bench.run("up", "--detach", *services, code=code).stderr


def logs(bench: Workbench, service: str, lines: int) -> list[str]:
    """Give the first lines that a service prints; waits for them."""
    follow = subprocess.Popen(
        ["docker", "compose", "logs", "--follow", "--no-log-prefix", service],
        cwd=bench.folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert follow.stdout is not None
    with follow:
        said = [follow.stdout.readline().strip() for _ in range(lines)]
        follow.terminate()
    return said


def test_the_folder_is_filled_before_the_service_starts_and_read_only(shop: Workbench) -> None:
    said = up(shop)
    assert "api: served holds delay@1 (@champion)" in said
    assert logs(shop, "api", 1) == ["0.6"]
    assert shop.read("served/weights") == "0.6\n"
    denied = shop.run("exec", "-T", "api", "touch", "/models/mine", code=1)
    assert "Read-only file system" in denied.stderr


def test_a_second_up_fills_nothing_and_makes_no_container_anew(shop: Workbench) -> None:
    up(shop)
    before = shop.containers()
    assert "served" not in shop.run("up", "--detach").stderr
    assert shop.containers() == before


def test_promoting_another_version_restarts_the_service_on_it(shop: Workbench) -> None:
    up(shop)
    before = shop.containers()
    train(shop, "0.7")

    said = shop.run("promote", "delay@challenger", "champion").stderr

    assert "api: served holds delay@2 (@champion), which was 1; api restarted" in said
    assert logs(shop, "api", 2) == ["0.6", "0.7"]
    assert shop.containers(running=True) == before


def test_an_alias_that_a_run_moves_brings_the_version_to_a_signalled_service(
    bench: Workbench,
) -> None:
    write(bench, api=serving("signal", "delay@challenger"))
    up(bench)
    assert logs(bench, "api", 1) == ["0.6"]
    said = train(bench, "0.8")
    assert "api: served holds delay@2 (@challenger), which was 1; api told by SIGHUP" in said
    assert logs(bench, "api", 2) == ["0.6", "0.8"]


def test_none_changes_the_folder_under_the_running_service(bench: Workbench) -> None:
    write(bench, api=serving("none"))
    up(bench)
    train(bench, "0.7")
    said = bench.run("alias", "set", "delay@2", "champion").stderr
    assert said == "api: served holds delay@2 (@champion), which was 1\n"
    assert bench.run("exec", "-T", "api", "cat", "/models/weights").stdout == "0.7\n"
    assert logs(bench, "api", 1) == ["0.6"]


def test_services_that_follow_a_restarted_one_restart_with_it(bench: Workbench) -> None:
    after = {"depends_on": {"api": {"condition": "service_started", "restart": True}}}
    write(bench, api=serving(), web={"command": ["sleep", "60"], "init": True, **after})
    up(bench)
    train(bench, "0.7")
    assert "; api, web restarted" in bench.run("promote", "delay@2", "champion").stderr


def test_a_number_names_a_version_that_stays(bench: Workbench) -> None:
    write(bench, api=serving(model="delay@v1"))
    up(bench)
    train(bench, "0.7")
    assert bench.run("promote", "delay@2", "champion").stderr.count("served") == 0
    assert bench.read("served/weights") == "0.6\n"


def test_up_brings_in_what_was_moved_elsewhere_and_status_says_it_before(shop: Workbench) -> None:
    up(shop)
    train(shop, "0.7")
    for record in (shop.home / "mounts").iterdir():
        record.unlink()  # as if another machine's client had moved it
    shop.run("promote", "delay@2", "champion")
    assert shop.read("served/weights") == "0.6\n"

    assert "api: served holds delay@1, and delay@champion is version 2" in shop.run("status").stderr
    said = shop.run("up", "--detach").stderr

    assert "api: served holds delay@2 (@champion), which was 1; api restarted" in said
    assert logs(shop, "api", 2) == ["0.6", "0.7"]


def test_an_alias_that_a_client_moves_by_the_hub_is_followed_too(shop: Workbench) -> None:
    up(shop)
    train(shop, "0.7")
    with hub_server.running(shop.home) as hub:
        move = {"name": "delay", "alias": "champion", "version": "2"}
        request = urllib.request.Request(  # as MLflow's client sends it
            f"{hub.address}/api/2.0/mlflow/registered-models/alias",
            data=json.dumps(move).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
        wait_until(lambda: "api restarted" in hub.errors.read_text(), "the restart")
    assert "api: served holds delay@2 (@champion), which was 1" in hub.errors.read_text()
    assert logs(shop, "api", 2) == ["0.6", "0.7"]


def test_a_model_that_is_not_there_is_said_with_the_command_that_makes_one(
    shop: Workbench,
) -> None:
    said = shop.run("up", "--detach", code=1).stderr
    assert "services.api: served is to hold delay@champion, and no version of delay" in said
    assert "modelcompose run" in said
    train(shop, "0.6")
    said = shop.run("up", "--detach", code=1).stderr
    assert "delay has no alias champion" in said
    assert "modelcompose alias set delay@1 champion" in said
    assert shop.containers() == {}


def test_a_folder_that_holds_something_else_is_left_alone(shop: Workbench) -> None:
    shop.write({"served/thesis.txt": "mine"})
    said = up(shop, code=1)
    assert "served: is to hold a model, and holds files that did not come from one" in said
    assert "mv served served.old" in said
    assert shop.read("served/thesis.txt") == "mine"


def test_the_moved_alias_stays_where_a_service_cannot_be_told(shop: Workbench) -> None:
    up(shop)
    train(shop, "0.7")
    away = {"DOCKER_HOST": "unix:///nowhere.sock"}
    said = shop.run("promote", "delay@2", "champion", env=away)
    assert "served holds delay@2 (@champion), which was 1; api was not restarted" in said.stderr
    assert shop.json("models", "show", "delay")["model"]["aliases"]["champion"] == 2
    assert shop.read("served/weights") == "0.7\n"


def test_a_version_says_which_service_runs_on_it(shop: Workbench) -> None:
    up(shop)
    tag = f"modelcompose.served.{shop.name}/api"
    assert shop.json("models", "show", "delay@1")["version"]["tags"] == {tag: "served"}
    train(shop, "0.7")
    shop.run("promote", "delay@2", "champion")
    assert shop.json("models", "show", "delay@1")["version"]["tags"] == {}
    assert shop.json("models", "show", "delay@2")["version"]["tags"] == {tag: "served"}


def test_a_service_that_a_step_needs_has_its_model_too(bench: Workbench) -> None:
    ready = {"test": "test -s /models/weights", "interval": "1s", "start_interval": "0.1s"}
    api = serving(model="delay@challenger", healthcheck={**ready, "start_period": "9s"})
    ask = {
        "command": ["sh", "-c", "echo done > asked"],
        "depends_on": {"api": {"condition": "service_healthy"}},
        "profiles": ["ask"],
        "step": {"inputs": [], "outputs": ["asked"]},
    }
    write(bench, api=api, ask=ask)
    train(bench, "0.6")
    said = bench.run("run", "ask").stderr
    assert "api: served holds delay@1 (@challenger)" in said
    assert bench.read("asked") == "done\n"


def test_the_project_may_come_by_standard_input(shop: Workbench) -> None:
    train(shop, "0.6")
    shop.run("promote", "delay@1", "champion")
    done = subprocess.run(
        [*shop.command, "-f", "-", "up", "--detach"],
        cwd=shop.folder,
        env=shop.environment(),
        input=shop.read("compose.yaml"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert logs(shop, "api", 1) == ["0.6"]


def test_a_wrong_key_is_said_with_its_place(bench: Workbench) -> None:
    wrong = serving()
    wrong["volumes"][0]["x-ml"] = {"modle": "delay@champion"}
    bench.compose({"api": {"image": IMAGE, **wrong}})
    said = bench.run("up", code=1).stderr
    assert "services.api.volumes[0].x-ml.modle: unknown key" in said
    assert "did you mean model?" in said
    assert json.loads(bench.read("compose.yaml"))  # stands as it was
