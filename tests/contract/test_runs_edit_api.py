"""Runs and projects changed by hand over the API, and views that are saved."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from modelcompose.database.database import Connection
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.series.store import SeriesStore
from tests import postgres
from tests.served_hub import Client, serving


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("hub")
    url = str(home / "hub.db")
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = postgres.new_database(server, "test_runs_edit")
    with serving(home, url, fill) as client:
        yield client


_TWO = ("ships", "flights")


def fill(connection: Connection, _series: SeriesStore) -> None:
    for project in ("flights", "ships", "views"):
        experiment = find_experiment(connection, str(create_experiment(connection, project, 1.0)))
        for number in range(3):
            create_run(connection, experiment, 1.0 + number, name=f"{project} {number}")


@pytest.fixture
def hub(served: Client) -> Iterator[Client]:
    """Give the hub; its runs are as they were after each test."""
    yield served
    trash = served.get("/trash")["items"]
    items = [{"kind": one["kind"], "id": one["id"]} for one in trash]
    if items:
        served.post("/trash/restore", {"items": items})
    tags = ["team", "mlflow.note.content", "modelcompose.archived"]
    for project in ("flights", "ships"):
        for number, run in enumerate(runs_of(served, project, archived="all")):
            edit = {"runs": [run], "name": f"{project} {number}", "remove_tags": tags}
            served.post("/runs/edit", edit)


def runs_of(client: Client, project: str, **query: Any) -> list[str]:
    """Give the ids of a project's runs, the oldest first."""
    rows = client.get("/runs/order", project=project, sort="created", **query)["rows"]
    found: list[str] = client.post("/runs/cells", {"rows": rows, "columns": []})["runs"]
    return found


def over_mlflow(client: Client, run: str) -> dict[str, Any]:
    """Give a run as MLflow's client sees it."""
    import json

    url = f"{client.address}/api/2.0/mlflow/runs/get?run_id={run}"
    with urllib.request.urlopen(url) as answer:
        found: dict[str, Any] = json.load(answer)["run"]
    return {
        "name": found["info"]["run_name"],
        "stage": found["info"]["lifecycle_stage"],
        **{tag["key"]: tag["value"] for tag in found["data"].get("tags", [])},
    }


def test_what_is_edited_is_seen_by_mlflow(hub: Client) -> None:
    first, second, third = runs_of(hub, "flights")
    edit = {"name": "best", "note": "# Why", "set_tags": {"team": "red"}, "archived": True}
    assert hub.post("/runs/edit", {"runs": [first, second], **edit}) == {"count": 2}
    seen = over_mlflow(hub, second)
    assert seen["name"] == seen["mlflow.runName"] == "best"
    assert seen["mlflow.note.content"] == "# Why"
    assert (seen["team"], seen["modelcompose.archived"]) == ("red", "true")
    assert over_mlflow(hub, third)["name"] == "flights 2"


def test_what_was_edited_is_taken_back(hub: Client) -> None:
    (run, *_) = runs_of(hub, "flights")
    hub.post("/runs/edit", {"runs": [run], "note": "x", "set_tags": {"a": "b"}, "archived": True})
    undo = {"note": "", "remove_tags": ["a", "never there"], "archived": False}
    hub.post("/runs/edit", {"runs": [run], **undo})
    assert set(over_mlflow(hub, run)) == {"name", "stage", "mlflow.runName"}


def test_archived_runs_are_out_of_the_way(hub: Client) -> None:
    first, second, third = runs_of(hub, "flights")
    hub.post("/runs/edit", {"runs": [second], "archived": True})
    assert runs_of(hub, "flights") == [first, third]
    assert runs_of(hub, "flights", archived="only") == [second]
    assert runs_of(hub, "flights", archived="all") == [first, second, third]
    assert runs_of(hub, "flights", archived="all", filter="archived = true") == [second]


@pytest.mark.parametrize(
    "edit",
    [{"name": " "}, {"remove_tags": ["mlflow.runName"]}, {"set_tags": {"a\n": "b"}}, {"note": 1}],
)
def test_a_wrong_edit_changes_nothing(hub: Client, edit: dict[str, Any]) -> None:
    (run, *_) = runs_of(hub, "flights")
    before = over_mlflow(hub, run)
    assert (
        hub.ask("POST", "/runs/edit", {"runs": [run], "set_tags": {"a": "b"}, **edit}).status == 400
    )
    assert over_mlflow(hub, run) == before


def test_an_edit_of_a_run_that_is_not_there_changes_none(hub: Client) -> None:
    (run, *_) = runs_of(hub, "flights")
    answer = hub.ask("POST", "/runs/edit", {"runs": [run, "0" * 32], "name": "new"})
    assert answer.status == 404
    assert over_mlflow(hub, run)["name"] == "flights 0"


def test_deleted_runs_are_in_the_trash_and_come_back(hub: Client) -> None:
    first, second, third = runs_of(hub, "flights")
    assert hub.post("/runs/delete", {"runs": [first, second]}) == {"count": 2}
    assert runs_of(hub, "flights") == [third]
    assert over_mlflow(hub, first)["stage"] == "deleted"
    trash = hub.get("/trash", kind="run")
    assert {one["id"] for one in trash["items"]} == {first, second}
    assert trash["counts"] == {"run": 2}
    assert hub.ask("POST", "/runs/edit", {"runs": [first], "name": "x"}).status == 400
    assert hub.post("/runs/restore", {"runs": [first, second]}) == {"count": 2}
    assert runs_of(hub, "flights") == [first, second, third]


def test_a_writer_of_one_project_changes_no_run_of_another(hub: Client) -> None:
    writer = hub.with_token(flights="reader", ships="writer")
    (own, *_), (other, *_) = runs_of(hub, "ships"), runs_of(hub, "flights")
    for call in ("edit", "delete", "restore"):
        edit = {"name": "mine"} if call == "edit" else {}
        assert writer.ask("POST", f"/runs/{call}", {"runs": [own], **edit}).status == 200
        assert writer.ask("POST", f"/runs/{call}", {"runs": [own, other], **edit}).status == 403
    assert (
        hub.with_token(flights="reader").ask("POST", "/runs/delete", {"runs": [other]}).status
        == 403
    )
    assert over_mlflow(hub, other)["name"] == "flights 0"


def test_a_project_is_described(hub: Client) -> None:
    hub.post("/projects/ships/edit", {"note": "Ships.", "set_tags": {"team": "blue"}})
    assert hub.get("/projects/ships")["tags"] == {"mlflow.note.content": "Ships.", "team": "blue"}
    hub.post("/projects/ships/edit", {"note": "", "remove_tags": ["team"]})
    assert hub.get("/projects/ships")["tags"] == {}


def test_a_project_goes_into_the_trash_with_its_runs_and_comes_back(hub: Client) -> None:
    (run, *_) = runs_of(hub, "ships")
    hub.post("/projects/ships/delete")
    assert hub.ask("GET", "/projects/ships").status == 404
    trash = hub.get("/trash")
    assert [(one["kind"], one["id"], one["runs"]) for one in trash["items"]] == [
        ("project", "ships", 3)
    ]
    assert hub.ask("POST", "/runs/restore", {"runs": [run]}).status == 400
    hub.post("/projects/ships/restore")
    assert len(runs_of(hub, "ships")) == 3


def test_a_view_is_saved_changed_and_deleted(hub: Client) -> None:
    root = "/projects/views/views"
    saved = hub.post(root, {"name": "best / worst", "query": "sort=-metrics.auc"})
    taken = hub.ask("POST", root, {"name": "best / worst", "query": ""})
    assert taken.status == 409
    other = hub.post(root, {"name": "all", "query": ""})
    one = f"{root}/{saved['id']}"
    assert hub.ask("PUT", one, {"name": "all"}).status == 409
    changed = hub.ask("PUT", one, {"query": "filter=a"}).json
    assert (changed["name"], changed["query"]) == ("best / worst", "filter=a")
    assert changed["created_at"] <= changed["updated_at"]
    assert [view["name"] for view in hub.get(root)["views"]] == ["all", "best / worst"]
    for view in (saved, other):
        assert hub.ask("DELETE", f"{root}/{view['id']}").status == 200
    assert hub.get(root) == {"views": []}
    assert hub.ask("DELETE", one).status == 404


def test_the_views_of_all_projects_that_one_sees_are_listed_by_project(hub: Client) -> None:
    saved = [hub.post(f"/projects/{one}/views", {"name": one, "query": ""}) for one in _TWO]
    listed = [(view["project"], view["name"]) for view in hub.get("/views")["views"]]
    assert listed == [("flights", "flights"), ("ships", "ships")]
    ships = hub.with_token(ships="reader").get("/views")["views"]
    assert [view["project"] for view in ships] == ["ships"]
    for view, project in zip(saved, _TWO, strict=True):
        hub.ask("DELETE", f"/projects/{project}/views/{view['id']}")


def test_a_view_belongs_to_its_project_and_says_who_wrote_it(hub: Client) -> None:
    writer = hub.with_token(views="writer", ships="reader")
    saved = writer.post("/projects/views/views", {"name": "mine", "query": "a=1"})
    assert saved["updated_by"] == "somebody"
    assert writer.ask("PUT", f"/projects/ships/views/{saved['id']}", {"name": "x"}).status == 403
    assert hub.ask("DELETE", f"/projects/ships/views/{saved['id']}").status == 404
    assert hub.with_token(flights="admin").ask("GET", "/projects/views/views").status == 403
    assert writer.ask("DELETE", f"/projects/views/views/{saved['id']}").status == 200
    assert hub.ask("GET", "/projects/nowhere/views").status == 404
    assert hub.ask("POST", "/projects/views/views", {"name": " ", "query": ""}).status == 400
