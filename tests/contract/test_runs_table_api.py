"""What the table of runs asks the hub for: an order, cells, names, values, groups and CSV."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Iterator
from typing import Any

import pytest

from modelcompose.database.database import Connection
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.logging import KeyValue, Point, log_batch
from modelcompose.tracking.series.store import SeriesStore
from tests import postgres
from tests.served_hub import Client, serving

RUNS = 12
OPTIMIZERS = ("adam", "sgd", "=1+1")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hub(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("hub")
    url = str(home / "hub.db")
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = postgres.new_database(server, "test_runs_table")
    with serving(home, url, fill) as client:
        yield client


def fill(connection: Connection, series: SeriesStore) -> None:
    """Write runs 0 to 11 of flights, each a second newer than the one before, and two of ships."""
    objective = {"modelcompose.objective.auc": "max", "modelcompose.objective.loss": "min"}
    flights = find_experiment(
        connection, str(create_experiment(connection, "flights", 1.0, tags=objective))
    )
    for number in range(RUNS):
        run = create_run(connection, flights, 1_700_000_000.0 + number, name=f"run {number}")
        points = [Point("auc", number / 7 + step, 1000 + step, step) for step in range(3)]
        points += [Point("loss", 1 / (1 + number), 1000, 0), Point("loss.min", 42.0, 1000, 0)]
        if number == 3:
            points += [Point("odd", math.nan, 1000, 0), Point("huge", math.inf, 1000, 0)]
        params = [KeyValue("lr", str(number % 4 / 10)), KeyValue("opt", OPTIMIZERS[number % 3])]
        log_batch(connection, series, run, points, params, [KeyValue("team", "red")])
        _rename(connection, run, number)
    ships = find_experiment(connection, str(create_experiment(connection, "ships", 1.0)))
    for number in (100, 101):
        run = create_run(connection, ships, 1_600_000_000.0 + number, name="sail")
        log_batch(connection, series, run, [Point("wind", 1.0, 1000, 0)])
        _rename(connection, run, number)


def _rename(connection: Connection, run: str, number: int) -> None:
    connection.execute("UPDATE runs SET id = ? WHERE id = ?", (run_id(number), run))


def run_id(number: int) -> str:
    return f"{number:032x}"


def order(client: Client, **query: Any) -> list[str]:
    """Give the ids of the runs in an order."""
    rows = client.get("/runs/order", **query)["rows"]
    runs: list[str] = client.post("/runs/cells", {"rows": rows, "columns": []})["runs"]
    return runs


def cells(client: Client, columns: list[str], **query: Any) -> list[list[Any]]:
    rows = client.get("/runs/order", **query)["rows"]
    found: list[list[Any]] = client.post("/runs/cells", {"rows": rows, "columns": columns})["rows"]
    return found


def ids(*numbers: int) -> list[str]:
    return [run_id(number) for number in numbers]


def test_an_order_has_all_runs_newest_first(hub: Client) -> None:
    found = hub.get("/runs/order", project="flights")
    assert (found["count"], found["is_cut"]) == (RUNS, False)
    assert order(hub, project="flights") == ids(*range(RUNS - 1, -1, -1))


def test_an_order_may_be_by_several_names(hub: Client) -> None:
    found = order(hub, project="flights", sort="params.opt,-metrics.auc", filter="params.lr = 0.1")
    assert found == ids(5, 9, 1)  # "=1+1", then adam, then sgd


def test_cells_come_in_the_order_asked_and_leave_out_what_is_not_there(hub: Client) -> None:
    first, *_, last = hub.get("/runs/order", project="flights")["rows"]
    found = hub.post("/runs/cells", {"rows": [last, 999_999, first], "columns": ["id", "name"]})
    assert found["rows"] == [[run_id(0), "run 0"], [run_id(RUNS - 1), f"run {RUNS - 1}"]]
    assert found["runs"] == ids(0, RUNS - 1)
    assert found["numbers"] == [last, first]


def test_cells_are_what_the_language_names(hub: Client) -> None:
    columns = [
        *("params.lr", "params.none", "tags.team", "created_at", "archived", "note"),
        *("metrics.auc", "metrics.auc.min", "metrics.auc.max", "metrics.auc.mean"),
        *("metrics.auc.best", "metrics.auc.count", "metrics.loss.best", "metrics.none"),
    ]
    (row,) = cells(hub, columns, filter=f"id = {run_id(7)}")
    assert row[:6] == ["0.3", None, "red", 1_700_000_007.0, False, None]
    assert row[6:10] == pytest.approx([3.0, 1.0, 3.0, 2.0])
    assert row[10:] == [3.0, 3, 0.125, None]


def test_a_metric_that_is_called_so_in_full_goes_before_a_part_of_another(hub: Client) -> None:
    columns = ["metrics.loss.min", "metrics.`loss.min`", "metrics.`loss`.min"]
    assert cells(hub, columns, filter=f"id = {run_id(1)}") == [[42.0, 42.0, 0.5]]


def test_numbers_without_a_word_in_json_are_texts(hub: Client) -> None:
    columns = ["metrics.odd", "metrics.huge", "metrics.odd.mean"]
    assert cells(hub, columns, filter=f"id = {run_id(3)}") == [["NaN", "Infinity", None]]


def test_a_thousand_columns_are_read_at_once(hub: Client) -> None:
    columns = [f"metrics.m{place}" for place in range(998)] + ["metrics.auc", "params.opt"]
    (row,) = cells(hub, columns, filter=f"id = {run_id(0)}")
    assert row[-2:] == [2.0, "adam"]
    assert set(row[:-2]) == {None}


def test_who_sees_one_project_gets_the_cells_of_no_other(hub: Client) -> None:
    everything = hub.get("/runs/order")["rows"]
    limited = hub.with_token(ships="reader")
    assert limited.get("/runs/order")["count"] == 2
    found = limited.post("/runs/cells", {"rows": everything, "columns": ["project"]})
    assert found["rows"] == [["ships"], ["ships"]]
    assert limited.ask("GET", "/runs/order", project="flights").status == 403


def test_names_in_use_are_told_with_their_kind(hub: Client) -> None:
    answer = hub.get("/runs/columns", project="flights")
    found = {one["name"]: one for one in answer["names"]}
    assert answer["is_whole"]
    assert found["params.lr"]["type"] == "number"
    assert found["params.opt"]["type"] == "text"
    assert found["metrics.auc"]["share"] == 1.0
    assert found["metrics.huge"]["share"] == pytest.approx(1 / RUNS)
    assert found["metrics.`loss.min`"]["label"] == "loss.min"
    assert found["duration"]["kind"] == "field"
    assert "metrics.wind" not in found


def test_who_sees_one_project_hears_no_name_of_another(hub: Client) -> None:
    found = hub.with_token(ships="reader").get("/runs/columns")["names"]
    assert [one["name"] for one in found if one["kind"] == "metrics"] == ["metrics.wind"]


@pytest.mark.parametrize(
    ("name", "prefix", "values"),
    [
        ("params.opt", "", ["=1+1", "adam", "sgd"]),
        ("params.opt", "AD", ["adam"]),
        ("params.lr", "0.", ["0.0", "0.1", "0.2", "0.3"]),
        ("tags.team", "", ["red"]),
        ("status", "s", ["scheduled", "succeeded"]),
        ("name", "run 1", ["run 1", "run 10", "run 11"]),
        ("archived", "", ["true", "false"]),
        ("metrics.auc", "", []),
    ],
)
def test_values_complete_a_filter(hub: Client, name: str, prefix: str, values: list[str]) -> None:
    found = hub.get("/runs/values", name=name, prefix=prefix)["values"]
    assert sorted(found) == sorted(values)


def test_who_sees_one_project_hears_no_value_of_another(hub: Client) -> None:
    limited = hub.with_token(ships="reader")
    assert limited.get("/runs/values", name="params.opt") == {"values": []}


@pytest.mark.parametrize(
    ("text", "position", "length"),
    [
        ("metrics.auc > ", 14, 1),
        ("metrcs.auc > 1", 1, len("metrcs.auc")),
        ("step = a and bogus = 1", 14, len("bogus")),
        ("step = a or duration > 'long'", 24, len("'long'")),
        ("step = 'open", 8, len("'open")),
        ("name ~ '('", 8, len("'('")),
    ],
)
def test_a_wrong_filter_is_told_where(hub: Client, text: str, position: int, length: int) -> None:
    found = hub.get("/runs/check", filter=text)
    assert not found["ok"]
    assert (found["place"], found["position"], found["length"]) == ("filter", position, length)
    refused = hub.ask("GET", "/runs/order", filter=text)
    assert refused.status == 400
    assert refused.json["message"] == f"filter:{position}: {found['message']}"


def test_a_right_filter_is_right(hub: Client) -> None:
    found = hub.get("/runs/check", filter="archived = false and note is null", sort="-metrics.auc")
    assert found["ok"]


def test_a_wrong_sort_key_is_told(hub: Client) -> None:
    found = hub.get("/runs/check", sort="-bogus")
    assert (found["ok"], found["place"], found["position"]) == (False, "sort", 2)


def test_groups_spread_and_open(hub: Client) -> None:
    query = {"project": "flights", "by": "params.lr,params.opt"}
    found = hub.get("/runs/groups", **query, of="metrics.auc,params.lr,metrics.odd")
    assert (found["count"], found["is_cut"]) == (12, False)
    for group in found["groups"]:
        opened = order(hub, **query, group=group["key"])
        assert opened == group["runs"]
        assert len(opened) == group["count"] == 1
        assert group["numbers"][2]["count"] == 0  # NaN does not count


def test_groups_have_mean_and_deviation_and_are_sorted_by_them(hub: Client) -> None:
    query = {"project": "flights", "by": "params.lr", "of": "metrics.auc"}
    found = hub.get("/runs/groups", **query, sort="-metrics.auc")["groups"]
    assert [group["values"] for group in found] == [["0.3"], ["0.2"], ["0.1"], ["0.0"]]
    values = [number / 7 + 2 for number in (3, 7, 11)]
    told = found[0]["numbers"][0]
    assert told["mean"] == pytest.approx(statistics.mean(values))
    assert told["deviation"] == pytest.approx(statistics.stdev(values))
    assert (told["min"], told["max"]) == pytest.approx((min(values), max(values)))


def test_groups_come_page_by_page(hub: Client) -> None:
    query = {"project": "flights", "by": "params.lr", "sort": "params.lr", "limit": 1}
    found = [hub.get("/runs/groups", **query, offset=n)["groups"][0]["values"] for n in range(4)]
    assert found == [["0.0"], ["0.1"], ["0.2"], ["0.3"]]


@pytest.mark.parametrize(
    "by",
    ["metrics.huge", "archived", "status", "user", "metrics.odd", "exit_code", "created", "note"],
)
def test_a_group_of_anything_opens(hub: Client, by: str) -> None:
    found = hub.get("/runs/groups", project="flights", by=by)["groups"]
    opened = [order(hub, project="flights", by=by, group=group["key"]) for group in found]
    assert [len(runs) for runs in opened] == [group["count"] for group in found]
    assert sum(map(len, opened)) == RUNS


@pytest.mark.parametrize("key", ["", "1", "[]", "[1]", "{", '["a","b"]', "[[1]]"])
def test_a_group_that_was_not_given_out_is_refused(hub: Client, key: str) -> None:
    refused = hub.ask("GET", "/runs/order", by="params.lr", group=key)
    assert refused.status == (400 if key else 200)


def table(hub: Client, **query: Any) -> list[list[str]]:
    answer = hub.ask("GET", "/runs/csv", **query)
    assert answer.status == 200, answer.body
    return list(csv.reader(io.StringIO(answer.body.decode(), newline="")))


def test_the_table_is_written_as_csv(hub: Client) -> None:
    columns = "id,created,metrics.auc,params.lr,metrics.none,archived"
    head, *rows = table(hub, project="flights", sort="created", columns=columns)
    assert head == columns.split(",")
    assert len(rows) == RUNS
    assert rows[7] == [run_id(7), "2023-11-14T22:13:27.000Z", "3.0", "0.3", "", "false"]


def test_no_cell_of_the_csv_is_a_formula(hub: Client) -> None:
    _, *rows = table(hub, project="flights", columns="params.opt", filter="params.opt = '=1+1'")
    assert {row[0] for row in rows} == {"'=1+1"}


def test_the_csv_is_a_file_with_a_name(hub: Client) -> None:
    headers = hub.ask("GET", "/runs/csv", project="flights").headers
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["content-disposition"].startswith('attachment; filename="flights-runs-20')


def test_a_csv_that_cannot_be_is_refused(hub: Client) -> None:
    assert hub.ask("GET", "/runs/csv", filter="bogus = 1").status == 400
    assert hub.ask("GET", "/runs/csv", columns="bogus").status == 400
    limited = hub.with_token(ships="reader")
    assert limited.ask("GET", "/runs/csv", project="flights").status == 403
    assert len(table(limited)) == 1 + 2
