from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from modelcompose.engine.protocol import Sample
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens import store
from modelcompose.store.content import Content
from modelcompose.tracking.run import Metric, Run
from modelcompose.tracking.runs import Runs
from modelcompose.tracking.series.points import batch
from tests.unit.tracking.making import a_full_run, a_run, digest

Get = Callable[..., Any]


@pytest.fixture
def runs(hub: Hub) -> Runs:
    """Give the runs as the command line writes them, beside the hub."""
    from modelcompose.database.connection import open_database

    return Runs(open_database(hub.home / "hub.db"))


@pytest.fixture
def get(hub: Hub) -> Get:
    app = create_app(hub)

    def getting(
        path: str, /, *, status: int = 200, token: str | None = None, method: str = "GET",
        body: Any = None, **query: Any,
    ) -> Any:  # fmt: skip
        async def sent() -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            transport = httpx.ASGITransport(app)
            base = "http://127.0.0.1:4750/api/v1"
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, params=query, headers=headers, json=body)

        answer = asyncio.run(sent())
        assert answer.status_code == status, answer.text
        return answer.json()

    return getting


def metrics(**values: float) -> dict[str, Metric]:
    return {name: Metric(value, value, value) for name, value in values.items()}


def flights(runs: Runs) -> list[Run]:
    made = [
        a_run(
            "train",
            status="succeeded",
            created_at=1_700_000_000.0 + i,
            params={"lr": "0.1" if i < 3 else "0.2", "seed": i},
            metrics=metrics(auc=0.5 + i / 10),
        )
        for i in range(5)
    ]
    for run in made:
        runs.create(run)
    return made


def test_runs_are_listed_page_by_page(get: Get, runs: Runs) -> None:
    made = flights(runs)
    first = get("/runs", sort="-metrics.auc", limit=2, count=True)
    assert [run["id"] for run in first["runs"]] == [made[4].id, made[3].id]
    assert first["count"] == 5
    second = get("/runs", sort="-metrics.auc", limit=2, page=first["next_page"])
    assert [run["id"] for run in second["runs"]] == [made[2].id, made[1].id]
    last = get("/runs", sort="-metrics.auc", limit=2, page=second["next_page"])
    assert last["next_page"] is None
    assert last["runs"][0]["metrics"]["auc"] == {
        "last": 0.5, "min": 0.5, "max": 0.5, "count": 1, "best_step": None
    }  # fmt: skip


def test_runs_are_filtered(get: Get, runs: Runs) -> None:
    made = flights(runs)
    found = get("/runs", filter="metrics.auc > 0.6 and params.lr = 0.1")
    assert [run["id"] for run in found["runs"]] == [made[2].id]
    wrong = get("/runs", filter="metrics.auc >", status=400)
    assert wrong["code"] == "usage"
    assert wrong["message"] == "filter:14: expected a value, found the end"


def test_a_table_has_the_columns_that_were_asked_for(get: Get, runs: Runs) -> None:
    made = flights(runs)
    found = get("/runs/table", columns="step,params.seed,metrics.auc.max,tags.none", limit=2)
    assert found["columns"] == ["step", "params.seed", "metrics.auc.max", "tags.none"]
    assert found["runs"] == [made[4].id, made[3].id]
    assert found["rows"] == [["train", 4, 0.9, None], ["train", 3, 0.8, None]]


def test_runs_are_put_into_groups(get: Get, runs: Runs) -> None:
    made = flights(runs)
    found = get("/runs/groups", by="params.lr", of="metrics.auc,params.seed")
    assert found["count"] == 2
    assert [group["values"] for group in found["groups"]] == [["0.1"], ["0.2"]]
    large = found["groups"][0]
    assert large["count"] == 3
    assert large["runs"] == [made[2].id, made[1].id, made[0].id]
    assert large["numbers"][0]["mean"] == pytest.approx(0.6)
    assert large["numbers"][0]["deviation"] == pytest.approx(0.1)
    assert (large["numbers"][0]["min"], large["numbers"][0]["max"]) == (0.5, 0.7)
    assert large["numbers"][1]["mean"] == 1


def test_a_run_is_given_whole(get: Get, runs: Runs) -> None:
    run = a_full_run()
    runs.finish(run)
    runs.add_samples(
        run.id, [Sample(1.0, cpu_s=0.5, memory_bytes=10), Sample(2.0, cpu_s=1.5, memory_bytes=5)]
    )
    found = get(f"/runs/{run.id}")
    assert found["duration_s"] == 29.75
    assert found["params"]["LR"] == "0.2"
    assert found["inputs"]["train.py"]["digest"] == digest("c")
    assert found["resources"]["memory_peak_bytes"] == 10
    used = get(f"/runs/{run.id}/resources")
    assert used["columns"]["cpu_s"] == [0.5, 1.5]
    assert get("/runs/unknown", status=404)["code"] == "not-found"


def test_a_list_has_the_shape_of_the_command_lines(
    get: Get, runs: Runs, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from modelcompose.cli.runs import runs_group

    flights(runs)
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(hub.home))
    printed = CliRunner().invoke(runs_group, ["--all", "--format", "json"])
    assert msgspec.json.decode(printed.stdout) == get("/runs")["runs"]


def a_log(hub: Hub, runs: Runs, text: bytes) -> str:
    run = a_run()
    runs.create(run)
    path = runs.log_path(run.id)
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    return run.id


def test_the_end_of_a_log_is_read(get: Get, hub: Hub, runs: Runs) -> None:
    run = a_log(hub, runs, b"".join(b"line %d\n" % i for i in range(1000)))
    found = get(f"/runs/{run}/log", tail=2)
    assert found["text"] == "line 998\nline 999\n"
    assert found["end"] == found["size_bytes"]
    whole = get(f"/runs/{run}/log", tail=5000)
    assert whole["text"].startswith("line 0\n")
    assert whole["begin"] == 0
    part = get(f"/runs/{run}/log", offset=7, limit=10)
    assert part["text"] == "line 1\n"
    assert get(f"/runs/{run}/log", offset=part["end"], limit=7)["text"] == "line 2\n"
    assert get(f"/runs/{run}/log", offset=10**9)["text"] == ""


def test_a_log_that_is_not_there_is_empty(get: Get, runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    assert get(f"/runs/{run.id}/log")["size_bytes"] == 0


@pytest.mark.parametrize("text", [b"", b"\n", b"a", b"a\nb", b"\n\n\n"])
def test_small_logs_are_read_whole(get: Get, hub: Hub, runs: Runs, text: bytes) -> None:
    run = a_log(hub, runs, text)
    assert get(f"/runs/{run}/log", tail=100)["text"] == text.decode()


def test_a_log_is_searched(get: Get, hub: Hub, runs: Runs) -> None:
    run = a_log(hub, runs, b"".join(b"Epoch %d loss 0.%d\n" % (i, i) for i in range(30)))
    found = get(f"/runs/{run}/log/search", text="epoch 1", limit=3)
    assert [match["text"] for match in found["matches"]] == [
        "Epoch 1 loss 0.1", "Epoch 10 loss 0.10", "Epoch 11 loss 0.11"
    ]  # fmt: skip
    more = get(f"/runs/{run}/log/search", text="epoch 1", offset=found["next_offset"])
    assert len(more["matches"]) == 8
    assert more["next_offset"] is None
    by_regex = get(f"/runs/{run}/log/search", text=r"Epoch \d$|0\.2[89]$", is_regex=True)
    assert len(by_regex["matches"]) == 2
    wrong = get(f"/runs/{run}/log/search", text="(", is_regex=True, status=400)
    assert "regular expression" in wrong["message"]


def test_artifacts_are_listed(get: Get, hub: Hub, runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    writing = hub.artifacts.create(("1", run.id, "artifacts", "plots", "a b.txt"))
    writing.write(b"hello")
    writing.commit()
    (folder,) = get(f"/runs/{run.id}/artifacts")["artifacts"]
    assert (folder["path"], folder["is_dir"], folder["url"]) == ("plots", True, None)
    (file,) = get(f"/runs/{run.id}/artifacts", path="plots")["artifacts"]
    assert (file["path"], file["size_bytes"]) == ("plots/a b.txt", 5)
    assert file["url"].endswith(f"/1/{run.id}/artifacts/plots/a%20b.txt")
    assert get(f"/runs/{run.id}/artifacts", path="../..", status=400)["code"] == "usage"


def test_two_runs_are_compared_as_the_command_line_does(get: Get, runs: Runs) -> None:
    old, new = flights(runs)[2:4]
    found = get("/comparison/pair", old=old.id, new=new.id)
    assert found["metrics"][0]["difference"] == pytest.approx(0.1)
    assert "lr: 0.1 → 0.2" in [one["text"] for one in found["params"]]


def test_many_runs_are_compared(get: Get, runs: Runs) -> None:
    made = flights(runs)
    ids = ",".join(run.id for run in made[:3])
    found = get("/comparison", run=ids, differing=True)
    lines = {(line["kind"], line["name"]): line["values"] for line in found["lines"]}
    assert lines == {
        ("param", "seed"): [0, 1, 2],
        ("metric", "auc"): [0.5, 0.6, 0.7],
    }
    assert ("param", "lr") in {
        (line["kind"], line["name"]) for line in get("/comparison", run=ids)["lines"]
    }


def test_lineage_goes_both_ways(get: Get, runs: Runs, hub: Hub) -> None:
    first = a_run(
        "prepare", status="succeeded", outputs={"data": Content("folder", digest("a"), 1)}
    )
    second = a_run(
        "train",
        status="succeeded",
        inputs={"data": Content("folder", digest("a"), 1)},
        outputs={"model": Content("file", digest("b"), 1)},
    )
    for run in (first, second):
        runs.create(run)
    up = get("/lineage", of=digest("b"), direction="up")
    assert {node["id"] for node in up["nodes"]} == {
        digest("b"), second.id, digest("a"), first.id
    }  # fmt: skip
    assert {"source": first.id, "target": digest("a"), "how": "wrote", "path": "data"} in up[
        "edges"
    ]
    down = get("/lineage", of=first.id, direction="down", depth=1)
    assert {node["id"] for node in down["nodes"]} == {first.id, digest("a")}
    assert down["is_cut"]
    assert get("/lineage", of="unknown", status=404)["code"] == "not-found"
    assert get("/lineage", of="a@champion", status=400)["code"] == "usage"


def test_projects_tell_how_their_runs_went(get: Get, runs: Runs) -> None:
    flights(runs)
    found = {one["name"]: one for one in get("/projects")["projects"]}
    assert found["flights"]["runs"] == {"succeeded": 5}
    assert found["flights"]["last_run_at"] == 1_700_000_004.0
    assert get("/projects/none", status=404)["code"] == "not-found"


def test_a_plan_is_kept_and_an_older_one_changes_nothing(get: Get, runs: Runs) -> None:
    flights(runs)
    plan = {
        "taken_at": 100.0,
        "steps": [{"name": "train", "action": "run", "cause": "lr: 0.1 → 0.2"}],
        "objective": {"train.auc": "min"},
    }
    get("/projects/flights/plan", method="PUT", body=plan)
    get("/projects/flights/plan", method="PUT", body={"taken_at": 50.0, "steps": []})
    assert get("/projects/flights/plan")["steps"][0]["cause"] == "lr: 0.1 → 0.2"
    assert get("/projects/flights")["planned_at"] == 100.0
    assert get("/projects/none/plan", status=404)["code"] == "not-found"
    wrong = {"taken_at": 1.0, "steps": [], "objective": {"auc": "up"}}
    assert get("/projects/flights/plan", method="PUT", body=wrong, status=400)["code"] == "usage"


def test_the_best_of_a_metric_follows_the_plans_objective(get: Get, runs: Runs) -> None:
    run = a_run(metrics={"loss": Metric(0.3, 0.1, 0.9, 3)})
    runs.create(run)
    assert get("/runs", filter="metrics.loss.best = 0.1")["runs"] == []
    plan = {"taken_at": 1.0, "steps": [], "objective": {"train.loss": "min"}}
    get("/projects/flights/plan", method="PUT", body=plan)
    assert len(get("/runs", filter="metrics.loss.best = 0.1")["runs"]) == 1


def test_a_token_sees_its_own_projects_alone(get: Get, runs: Runs, hub: Hub) -> None:
    (first, *_) = flights(runs)
    other = a_run("taxi", project="taxis", folder="/taxis")
    runs.create(other)
    with hub.database.write() as connection:
        _, token = store.create(connection, "ana", {"flights": "reader"}, hub.clock())
    assert [one["name"] for one in get("/projects", token=token)["projects"]] == ["flights"]
    seen = get("/runs", token=token, count=True)
    assert {run["project"] for run in seen["runs"]} == {"flights"}
    assert seen["count"] == 5
    refused = [
        ("/runs", {"project": "taxis"}),
        (f"/runs/{other.id}", {}),
        (f"/runs/{other.id}/log", {}),
        (f"/runs/{other.id}/artifacts", {}),
        (f"/runs/{other.id}/resources", {}),
        ("/comparison", {"run": f"{first.id},{other.id}"}),
        ("/projects/taxis", {}),
        ("/projects/taxis/plan", {}),
    ]
    for path, query in refused:
        assert get(path, token=token, status=403, **query)["code"] == "forbidden"
    get("/lineage", of=other.id, token=token, status=404)
    plan = {"taken_at": 1.0, "steps": []}
    get("/projects/flights/plan", method="PUT", body=plan, token=token, status=403)


def test_log_paths_are_those_of_the_command_line(hub: Hub, runs: Runs) -> None:
    from modelcompose.hub.api.logs import log_path

    assert log_path(hub.home, "ab" * 16) == Path(runs.log_path("ab" * 16))


def points_of(hub: Hub, run: str, values: list[float], name: str = "loss") -> None:
    count = len(values)
    with hub.database.write() as connection:
        number = connection.row("SELECT number FROM runs WHERE id = ?", (run,))
        assert number is not None
        times = [1_700_000_000.0 + i for i in range(count)]
        made = batch([name] * count, values, [float(i) for i in range(count)], times)
        hub.series.append(connection, number[0], made)


def test_series_of_many_runs_come_in_one_answer(get: Get, runs: Runs, hub: Hub) -> None:
    first, second = flights(runs)[:2]
    points_of(hub, first.id, [1.0, math.nan, 3.0])
    points_of(hub, second.id, [float(i) for i in range(5000)])
    found = get("/series", run=f"{first.id},{second.id}", name="loss,none", width=100)
    small, large = found["series"]
    assert (small["run"], small["count"], small["buckets"]) == (first.id, 3, None)
    assert small["points"]["values"] == [1.0, None, 3.0]
    assert large["points"] is None
    assert sum(large["buckets"]["counts"]) == 5000
    assert len(large["buckets"]["counts"]) <= 100
    assert (min(large["buckets"]["lows"]), max(large["buckets"]["highs"])) == (0.0, 4999.0)
    zoomed = get("/series", run=second.id, name="loss", start=1000, end=1010, axis="step")
    assert {1000.0, 1010.0} <= set(zoomed["series"][0]["points"]["steps"])


def test_points_are_given_page_by_page(get: Get, runs: Runs, hub: Hub) -> None:
    run = flights(runs)[0]
    points_of(hub, run.id, [1.0, 2.0, 3.0])
    first = get(f"/runs/{run.id}/points", name="loss", limit=2)
    assert first["values"] == [1.0, 2.0]
    last = get(f"/runs/{run.id}/points", name="loss", limit=2, page=first["next_page"])
    assert (last["values"], last["next_page"]) == ([3.0], None)


def test_series_are_bounded(get: Get, runs: Runs) -> None:
    run = flights(runs)[0]
    wrong = get("/series", run=run.id, name="a", start=2, end=1, status=400)
    assert wrong["message"] == "end: 1 is before the start, 2"
    get("/series", run="unknown", name="a", status=404)
