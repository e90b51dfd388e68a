"""Runs sent to a shared hub: two homes, two hubs, whatever is killed in between."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from modelcompose.database.database import Database
from modelcompose.engine.protocol import Sample
from modelcompose.hub.sending import outbox
from modelcompose.hub.sending.destinations import set_destination
from modelcompose.hub.sending.earlier import add_earlier
from modelcompose.hub.sending.sender import Sender
from modelcompose.hub.tokens import store as tokens
from modelcompose.registry.aliases import set_alias
from modelcompose.registry.candidates import Candidate, register
from modelcompose.registry.models import create_model, model_named
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version
from modelcompose.store.content import Content
from modelcompose.tracking.contact import end_lost
from modelcompose.tracking.logged_runs import update_run
from modelcompose.tracking.logging import KeyValue, Point, set_tag
from modelcompose.tracking.plans import keep_plan
from modelcompose.tracking.run import Metric, Series
from tests import postgres
from tests.shared_hub import PROJECT, Own, Team, free_port, keep_file, step_run
from tests.workbench import wait_until

DIGEST = f"sha256:{'a' * 64}"


def has_more(team: Team, run: str, than: int) -> bool:
    return len(team.points(run, "loss")) > than


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def team(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Team]:
    home = tmp_path_factory.mktemp("team")
    database = str(home / "hub.db")
    if request.param == "postgresql":
        database = postgres.new_database(request.getfixturevalue("postgres_server"), "sending")
    team = Team(home, database)
    team.start()
    yield team
    team.stop()


@pytest.fixture
def own(tmp_path: Path, team: Team) -> Iterator[Own]:
    own = Own(tmp_path / "own", team.address)
    yield own
    own.close()


@contextmanager
def at_times(own: Own, address: str) -> Iterator[None]:
    """Send elsewhere while the block runs."""
    set_destination(own.raw, PROJECT, "/flights", address, time.time())
    yield
    set_destination(own.raw, PROJECT, "/flights", own.hub, time.time())


def test_a_run_is_there_as_it_is_here(own: Own, team: Team) -> None:
    run = step_run(
        status="succeeded",
        exit_code=0,
        cause="it never ran",
        parts={"command": ["python", "train.py"]},
        params={"lr": 0.1, "name": "größer"},
        metrics={"auc": Metric(0.9, 0.9, 0.9), "loss": Metric(float("nan"), -1.0, float("inf"))},
        inputs={"data": Content("folder", DIGEST, 10, 2)},
        outputs={"model": Content("file", DIGEST, 5)},
    )
    own.runs.create(run)
    with own.database.write() as connection:
        set_tag(connection, run.id, KeyValue("team", "red"))
    own.runs.add_samples(run.id, [Sample(1.0, cpu_s=2.0), Sample(2.0, memory_bytes=100)])
    log = own.runs.log_path(run.id)
    log.parent.mkdir(parents=True)
    log.write_bytes("epoch 1\ngrößer\n".encode())

    assert own.send()

    found = team.get(f"/runs/{run.id}")
    assert found["params"] == {"lr": 0.1, "name": "größer"}
    assert found["metrics"]["auc"]["last"] == 0.9
    assert (found["metrics"]["loss"]["last"], found["metrics"]["loss"]["min"]) == (None, -1.0)
    assert found["tags"] == {"team": "red"}
    assert found["outputs"]["model"]["digest"] == DIGEST
    assert found["parts"] == {"command": ["python", "train.py"]}
    assert (found["project"], found["step"], found["cause"]) == (PROJECT, "train", "it never ran")
    assert team.get(f"/runs/{run.id}/resources")["columns"]["memory_bytes"] == [None, 100]
    assert team.get(f"/runs/{run.id}/log")["text"] == "epoch 1\ngrößer\n"
    assert own.state().waiting == 0


def test_a_run_that_changed_is_sent_again_and_nothing_else(own: Own, team: Team) -> None:
    run = step_run(status="succeeded")
    own.runs.create(run)
    assert own.send()
    assert own.state().waiting == 0
    own.runs.update(run.id, params={"lr": 2})
    assert own.state().waiting == 1
    assert own.send()
    assert team.get(f"/runs/{run.id}")["params"] == {"lr": 2}


def test_runs_of_other_projects_stay_here(own: Own, team: Team) -> None:
    run = step_run(project="private", folder="/private")
    own.runs.create(run)
    assert own.send()
    assert httpx.get(f"{team.address}/api/v1/runs/{run.id}").status_code == 404


def test_points_come_once_though_they_are_compacted_before_they_are_sent(
    own: Own, team: Team
) -> None:
    run = own.client_run()
    points = [Point("loss", 1 / (step + 1), 1000 * step, step) for step in range(5000)]
    for start in range(0, 5000, 500):
        own.log(run, *points[start : start + 500])
    own.series.compact(1, is_idle=True)
    assert own.send()
    expected = [(point.step, point.value, point.timestamp / 1000) for point in points]
    assert team.points(run, "loss") == expected
    assert team.get(f"/runs/{run}")["metrics"]["loss"]["count"] == 5000


def test_runs_from_before_the_hub_are_sent_when_that_is_asked(own: Own, team: Team) -> None:
    with at_times(own, ""):
        run = own.client_run()
        for start in (0, 1000):
            own.log(run, *[Point("loss", 0.5, 1000, start + step) for step in range(1000)])
        own.series.compact(1, is_idle=True)
        own.log(run, Point("loss", 0.5, 1000, 2000))
        with own.database.write() as connection:
            update_run(connection, run, status="succeeded", ended_at=2.0)
    assert own.send()
    assert httpx.get(f"{team.address}/api/v1/runs/{run}").status_code == 404
    assert [add_earlier(own.database), add_earlier(own.database)] == [1, 0]
    assert own.send()
    assert [step for step, _, _ in team.points(run, "loss")] == list(range(2001))


def test_numbers_without_a_word_in_json_come_as_they_are(own: Own, team: Team) -> None:
    run = own.client_run()
    values = [float("nan"), float("inf"), float("-inf"), -0.0]
    own.log(run, *[Point("x", value, 1000 + i, i) for i, value in enumerate(values)])
    assert own.send()
    assert [str(value) for _, value, _ in team.points(run, "x")] == ["nan", "inf", "-inf", "-0.0"]


def test_what_was_recorded_anew_replaces_what_was_sent_of_it(own: Own, team: Team) -> None:
    run = step_run()
    own.runs.create(run)
    own.runs.add_series(run.id, [Series("loss", (0.0, 1.0), (5.0, 6.0), (1.0, 2.0))])
    own.send()
    own.runs.drop_series(run.id)
    own.runs.add_series(run.id, [Series("loss", (0.0,), (7.0,), (1.0,))])
    own.send()
    assert team.points(run.id, "loss") == [(0.0, 7.0, 1.0)]


def test_each_point_comes_once_whatever_is_killed(own: Own, team: Team) -> None:
    """Both ends die by kill -9 at moments of chance while points are logged and sent."""
    random.seed(4)
    run = own.client_run()
    is_over = threading.Event()
    logged: list[Point] = []

    def log() -> None:
        while not is_over.is_set():
            points = [Point("loss", 0.5, 1000, len(logged) + i) for i in range(200)]
            own.log(run, *points)
            logged.extend(points)
            is_over.wait(0.005)

    logging = threading.Thread(target=log)
    logging.start()
    try:
        for turn in range(6):
            sending = own.command("hub", "send", "--wait")
            seen = len(team.points(run, "loss")) if turn % 2 else 0
            try:
                if turn:
                    wait_until(partial(has_more, team, run, seen), "points to come")
                is_over.wait(random.random() * 0.05)
                if turn % 2:
                    team.stop(kill=True)
                else:
                    sending.kill()
            finally:
                sending.kill()
                sending.communicate()
            if turn % 2:
                team.start()
    finally:
        is_over.set()
        logging.join()
    assert own.send()
    steps = [step for step, _, _ in team.points(run, "loss")]
    assert sorted(steps) == list(range(len(logged)))


def test_two_senders_of_a_home_send_each_point_once(own: Own, team: Team) -> None:
    runs = [own.client_run() for _ in range(5)]
    for run in runs:
        own.log(run, *[Point("loss", 0.5, 1000, step) for step in range(1000)])
    senders = [own.command("hub", "send", "--wait") for _ in range(2)]
    for sender in senders:
        said, _ = sender.communicate(timeout=60)
        assert sender.returncode == 0, said
    for run in runs:
        assert [step for step, _, _ in team.points(run, "loss")] == list(range(1000))


def test_a_log_that_grows_is_appended_to(own: Own, team: Team) -> None:
    run = step_run()
    own.runs.create(run)
    log = own.runs.log_path(run.id)
    log.parent.mkdir(parents=True)
    for text in ("one\n", "one\ntwo\n"):
        log.write_text(text)
        own.send()
    assert team.get(f"/runs/{run.id}/log")["text"] == "one\ntwo\n"


def test_a_run_without_news_is_given_up_there_and_comes_back_with_the_next(
    own: Own, team: Team
) -> None:
    run = step_run()
    own.runs.create(run)
    own.send()
    with closing(Database.at(team.database)) as database, database.write() as connection:
        assert run.id not in end_lost(connection, time.time() - 60)
        assert run.id in end_lost(connection, time.time() + 1)
    assert team.get(f"/runs/{run.id}")["status"] == "killed"
    own.runs.add_samples(run.id, [Sample(1.0, cpu_s=2.0)])
    own.send()
    found = team.get(f"/runs/{run.id}")
    assert (found["status"], found["tags"], found["error"]) == ("running", {}, None)


def test_a_run_that_was_given_up_here_stays_so_there(own: Own, team: Team) -> None:
    run = own.client_run()
    own.send()
    with own.database.write() as connection:
        assert run in end_lost(connection, time.time() + 1)
    own.send()
    own.runs.add_samples(run, [Sample(1.0, cpu_s=2.0)])
    own.send()
    assert team.get(f"/runs/{run}")["status"] == "killed"


def test_a_hub_that_is_away_costs_a_moment_and_then_nothing(own: Own) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    with at_times(own, away):
        run = step_run(status="succeeded")
        own.runs.create(run)
    began = time.monotonic()
    with closing(Sender(own.home, own.database, away, None)) as sender:
        assert not sender.send()
        assert not sender.send()
        state = sender.state()
    assert time.monotonic() - began < 1.5
    assert state.waiting == 1
    assert state.trouble is not None
    assert "does not answer" in state.trouble


def test_what_waited_for_a_hub_is_sent_when_it_is_back(own: Own, team: Team) -> None:
    run = step_run(status="succeeded")
    own.runs.create(run)
    team.stop()
    try:
        assert not own.send()
        assert own.state().waiting == 1
    finally:
        team.start()
    assert own.send()
    assert own.state() == outbox.HubState(own.hub, 0, [], None)
    assert team.get(f"/runs/{run.id}")["status"] == "succeeded"


@pytest.mark.parametrize("grant", [("reader", ""), ("writer", "another")], ids=lambda one: one[0])
def test_a_token_that_may_not_write_to_the_project_is_refused(
    own: Own, team: Team, grant: tuple[str, str]
) -> None:
    run = step_run(status="succeeded")
    own.runs.create(run)
    artifact = own.home / "artifacts" / own.experiment() / run.id / "artifacts" / "a b" / "ä.txt"
    artifact.parent.mkdir(parents=True)
    artifact.write_text("an artifact")
    assert not own.send(team.token(*grant))
    [(refused, message)] = own.state().refused
    assert refused == run.id
    assert "no writer" in message
    assert own.send(team.token("writer", PROJECT))
    assert own.state().waiting == 0
    [folder] = team.get(f"/runs/{run.id}/artifacts")["artifacts"]
    assert folder["path"] == "a b"
    [file] = team.get(f"/runs/{run.id}/artifacts?path=a b")["artifacts"]
    assert httpx.get(team.address + file["url"]).text == "an artifact"


def test_a_token_that_is_not_valid_names_the_command_that_mends_it(own: Own) -> None:
    own.runs.create(step_run(status="succeeded"))
    assert not own.send("mc_wrong")
    trouble = own.state().trouble
    assert trouble is not None
    assert f"modelcompose hub login {own.hub}" in trouble
    assert "mc_wrong" not in trouble


def test_the_token_of_a_run_sends_no_runs(own: Own, team: Team) -> None:
    run = step_run()
    own.runs.create(run)
    own.send()
    with closing(Database.at(team.database)) as database, database.write() as connection:
        grants: dict[str, Any] = {PROJECT: "writer"}
        _, secret = tokens.create(connection, "step", grants, time.time(), run=run.id)
    answer = httpx.put(
        f"{team.address}/api/v1/runs/{'0' * 32}",
        json={"project": PROJECT, "status": "running", "created_at": 1},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 403


def test_a_run_id_of_another_project_is_refused(own: Own, team: Team) -> None:
    run = step_run(status="succeeded")
    own.runs.create(run)
    own.send()
    body = {"project": "thief", "status": "failed", "created_at": 1}
    answer = httpx.put(f"{team.address}/api/v1/runs/{run.id}", json=body)
    assert answer.status_code == 409
    assert team.get(f"/runs/{run.id}")["project"] == PROJECT


def test_a_hub_does_not_send_to_itself(own: Own, tmp_path: Path) -> None:
    itself = Team(own.home, str(own.home / "hub.db"))
    itself.start()
    try:
        with at_times(own, itself.address):
            run = step_run(status="succeeded")
            own.runs.create(run)
        with closing(Sender(own.home, own.database, itself.address, None)) as sender:
            assert not sender.send()
            [(_, message)] = sender.state().refused
        assert "the hub that they come from" in message
    finally:
        itself.stop()


def test_a_version_is_registered_with_its_alias_and_a_number_of_the_hub(
    own: Own, team: Team
) -> None:
    name = f"delay-{os.urandom(4).hex()}"
    with closing(Database.at(team.database)) as database, database.write() as connection:
        model = create_model(connection, name, 1.0)
        create_version(connection, model, Source("s3://x", "s3://x"), 1.0)
    run = step_run(status="succeeded")
    own.runs.create(run)
    content = own.home / "model.txt"
    content.write_text("a model")
    kept = keep_file(own.home, content)
    with own.database.write() as connection:
        candidate = Candidate(name, "model.txt", kept, {"train": run}, alias="champion")
        register(connection, candidate, time.time())
    assert own.send()
    assert own.send()
    found = team.get(f"/models/{name}")
    assert found["model"]["aliases"] == {"champion": 2}
    [version] = [v for v in found["versions"] if v["version"] == 2]
    assert version["run"] == run.id
    assert version["origin"]["content"]["digest"] == kept.digest
    place = version["storage"].removeprefix("mlflow-artifacts:/")
    at = f"{team.address}/api/2.0/mlflow-artifacts/artifacts"
    # What MLflow's client asks for, which takes a version for a folder.
    listed = httpx.get(at, params={"path": place}).json()["files"]
    assert [(file["path"], file["is_dir"]) for file in listed] == [("model.txt", False)]
    assert httpx.get(f"{at}/{place}/model.txt").text == "a model"


def test_an_alias_that_was_moved_on_the_hub_since_stays_there(own: Own, team: Team) -> None:
    name = f"delay-{os.urandom(4).hex()}"
    run = step_run(status="succeeded")
    own.runs.create(run)
    path = own.home / "model.txt"
    path.write_text(name)
    with own.database.write() as connection:
        kept = keep_file(own.home, path)
        candidate = Candidate(name, "model.txt", kept, {"train": run}, alias="champion")
        register(connection, candidate, time.time())
    own.send()
    with closing(Database.at(team.database)) as database, database.write() as connection:
        model = model_named(connection, name)
        other = create_version(connection, model, Source("s3://x", "s3://x"), 1.0)
        set_alias(connection, model, "champion", other, time.time())
    own.runs.update(run.id, cause="changed")
    with own.database.write() as connection:
        connection.execute("UPDATE outbox_runs SET models = ''")
    assert own.send()
    assert team.get(f"/models/{name}")["model"]["aliases"] == {"champion": 2}


def test_a_plan_is_there_for_a_project_without_a_run(own: Own, team: Team) -> None:
    project = f"new-{os.urandom(4).hex()}"
    set_destination(own.raw, project, "/new", own.hub, time.time())
    document = '{"taken_at":5.0,"steps":[{"name":"train","action":"run","state":"missing"}]}'
    with own.database.write() as connection:
        objective: dict[str, str] = {"train.auc": "max"}
        keep_plan(connection, project, document, taken_at=5.0, objective=objective, now=6.0)
    assert own.send()
    assert team.get(f"/projects/{project}/plan")["steps"][0]["state"] == "missing"
    assert project in [one["name"] for one in team.get("/projects")["projects"]]
