"""Series as columns: what `/series` tells, in whole spans, ready for typed arrays."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from modelcompose.hub.access import Rules
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub
from modelcompose.tracking.series.points import batch
from tests.asgi import Caller
from tests.unit.hub.api.columns_answer import PATH, columns, read
from tests.unit.hub.api.test_access import a_run, a_token, an_experiment, asking_of

MLFLOW = "/api/2.0/mlflow"
BEGAN = 1.7e9


@pytest.fixture
def caller(hub: Hub) -> Caller:
    return Caller(create_app(hub))


@pytest.fixture
def run(caller: Caller) -> str:
    answer = caller.post(f"{MLFLOW}/runs/create", json={"experiment_id": "0"}).json()
    made: str = answer["run"]["info"]["run_id"]
    return made


def log(hub: Hub, run: str, values: list[float], start: int = 0, name: str = "loss") -> None:
    """Log values one step and a tenth of a second apart."""
    with hub.database.write() as connection:
        row = connection.row("SELECT number FROM runs WHERE id = ?", (run,))
        assert row is not None
        steps = range(start, start + len(values))
        times = [BEGAN + step / 10 for step in steps]
        hub.series.append(connection, row[0], batch([name] * len(values), values, steps, times))


def compact(hub: Hub, run: str) -> None:
    with hub.database.read() as connection:
        row = connection.row("SELECT number FROM runs WHERE id = ?", (run,))
    assert row is not None
    hub.series.compact(row[0], is_idle=True)


def noise(count: int, seed: int = 1) -> list[float]:
    chance = random.Random(seed)
    return [chance.gauss(0, 1) for _ in range(count)]


def told(caller: Caller, run: str, **asked: Any) -> dict[str, Any]:
    """Give what `/series` tells of the same."""
    answer = caller.get("/api/v1/series", params={"run": run, "name": "loss", **asked})
    (found,) = answer.json()["series"]
    series: dict[str, Any] = found
    return series


@pytest.mark.parametrize("axis", ["step", "time", "relative"])
def test_few_points_are_told_one_by_one(hub: Hub, caller: Caller, run: str, axis: str) -> None:
    log(hub, run, [0.5, math.nan, math.inf, -math.inf, 2.0])
    found = columns(caller, run, "loss", axis=axis, other=True)
    expected = told(caller, run, axis=axis)["points"]
    assert found["kind"] == "points"
    x, y = ("steps", "times") if axis == "step" else ("times", "steps")
    assert found["columns"]["x"] == expected[x]
    assert found["columns"]["y"] == expected[y]
    values = found["columns"]["values"]
    assert math.isnan(values[1])
    assert [values[0], *values[2:]] == [0.5, math.inf, -math.inf, 2.0]
    assert (found["start"], found["end"]) == (None, None)
    assert (found["count"], found["total"]) == (5, 5)
    assert (found["first"], found["last"]) == (expected[x][0], expected[x][-1])


@pytest.mark.parametrize("axis", ["step", "time"])
@pytest.mark.parametrize("count", [3_000, 40_000])
@pytest.mark.parametrize("where", ["in the log", "compacted", "in both"])
def test_buckets_are_those_of_the_series(
    hub: Hub, caller: Caller, run: str, *, axis: str, count: int, where: str
) -> None:
    values = noise(count)
    later = 700 if where == "in both" else 0
    log(hub, run, values[: count - later])
    if where != "in the log":
        compact(hub, run)
    if later:
        log(hub, run, values[count - later :], count - later)
    found = columns(caller, run, "loss", axis=axis, width=128, other=True)
    # The same width of a bucket is asked for in both, by what was kept.
    width = 2.0 ** found["level"]
    span = count if axis == "step" else count / 10
    asked = math.ceil(span / width) + 2
    while (expected := told(caller, run, axis=axis, width=asked))["width"] < width:
        asked -= 1
    assert expected["width"] == width
    buckets = expected["buckets"]
    for name in ("counts", "lows", "highs", "lasts"):
        assert found["columns"][name] == buckets[name], name
    assert found["columns"]["means"] == pytest.approx(buckets["means"], abs=1e-12)
    x, y = ("steps", "times") if axis == "step" else ("times", "steps")
    for end in ("first", "last"):
        assert found["columns"][f"{end}_x"] == buckets[f"{end}_{x}"]
        assert found["columns"][f"{end}_y"] == buckets[f"{end}_{y}"]
    assert found["count"] == count


def test_a_range_is_widened_to_whole_spans_and_says_so(hub: Hub, caller: Caller, run: str) -> None:
    log(hub, run, noise(40_000))
    compact(hub, run)
    found = columns(caller, run, "loss", start=20_000, end=20_500, level=5, width=10)
    assert (found["kind"], found["level"]) == ("buckets", 5)
    span = 256 * 2**5
    assert found["start"] == 20_000 // span * span
    assert found["end"] == (20_500 // span + 1) * span
    assert found["columns"]["first_x"][0] == found["start"]
    assert found["columns"]["last_x"][-1] == found["end"] - 1
    assert found["count"] == span
    assert (found["first"], found["last"], found["total"]) == (0, 39_999, 40_000)


@pytest.mark.parametrize("other", [False, True])
def test_a_level_finer_than_what_is_kept_comes_of_the_points(
    hub: Hub, caller: Caller, run: str, *, other: bool
) -> None:
    values = noise(40_000)
    values[30_001] = math.nan
    log(hub, run, values)
    compact(hub, run)
    for start in (10_000, 30_000):
        found = columns(
            caller, run, "loss", start=start, end=start + 399, level=2, width=20, other=other
        )
        assert (found["kind"], found["level"], found["size"]) == ("buckets", 2, 100)
        assert (found["start"], found["end"]) == (start, start + 400)
        parts = [values[at : at + 4] for at in range(start, start + 400, 4)]
        known = [[one for one in part if not math.isnan(one)] for part in parts]
        assert found["columns"]["lows"] == list(map(min, known))
        assert found["columns"]["highs"] == list(map(max, known))
        assert found["columns"]["means"] == pytest.approx([sum(one) / len(one) for one in known])
        assert found["columns"]["lasts"] == [part[-1] for part in parts]
        assert found["columns"]["first_x"] == list(range(start, start + 400, 4))


def test_a_narrow_range_of_a_long_series_has_the_very_points(
    hub: Hub, caller: Caller, run: str
) -> None:
    values = noise(40_000)
    log(hub, run, values)
    compact(hub, run)
    found = columns(caller, run, "loss", start=20_001, end=20_003, level=0, width=100)
    assert found["kind"] == "points"
    assert found["columns"]["x"] == [20_001, 20_002, 20_003]
    assert found["columns"]["values"] == values[20_001:20_004]


def test_what_came_since_is_there_from_the_last_place_on(
    hub: Hub, caller: Caller, run: str
) -> None:
    log(hub, run, noise(40_000))
    compact(hub, run)
    last = columns(caller, run, "loss", width=100)["last"]
    log(hub, run, noise(50, 2), 40_000)
    found = columns(caller, run, "loss", start=last, width=100)
    assert found["end"] is None
    assert found["start"] <= last
    assert (found["last"], found["total"]) == (40_049, 40_050)
    assert found["columns"]["last_x" if found["kind"] == "buckets" else "x"][-1] == 40_049


def test_points_that_come_out_of_order_are_in_order(hub: Hub, caller: Caller, run: str) -> None:
    log(hub, run, noise(20_000), 20_000)
    compact(hub, run)
    log(hub, run, noise(20_000, 2), 0)
    compact(hub, run)
    found = columns(caller, run, "loss", start=19_990, end=20_010, level=0, width=100)
    assert found["columns"]["x"] == list(range(19_990, 20_011))


@pytest.mark.parametrize("beyond", [{"start": 1e6}, {"end": -1e6}, {"start": 5e5, "end": 6e5}])
def test_a_range_beyond_all_points_has_none(
    hub: Hub, caller: Caller, run: str, beyond: dict[str, float]
) -> None:
    log(hub, run, noise(40_000))
    compact(hub, run)
    found = columns(caller, run, "loss", level=5, **beyond)
    assert (found["count"], found["size"]) == (0, 0)
    assert found["total"] == 40_000


def test_more_points_come_one_by_one_to_those_who_make_buckets_themselves(
    hub: Hub, caller: Caller, run: str
) -> None:
    values = noise(1_000)
    log(hub, run, values)
    compact(hub, run)
    assert columns(caller, run, "loss", width=250)["kind"] == "buckets"
    found = columns(caller, run, "loss", width=250, points=1_000)
    assert (found["kind"], found["columns"]["values"]) == ("points", values)
    assert columns(caller, run, "loss", width=249, points=10_000)["kind"] == "buckets"


def test_columns_that_are_the_same_are_there_once(hub: Hub, caller: Caller, run: str) -> None:
    log(hub, run, noise(500), name="loss")
    log(hub, run, noise(500, 2), name="other")
    answer = caller.get(PATH, params={"run": run, "name": "loss,other"})
    first, second = read(answer.content)["series"]
    assert first["at"][0] == second["at"][0]
    assert first["columns"]["x"] == second["columns"]["x"] == list(range(500))
    assert first["columns"]["values"] != second["columns"]["values"]
    assert len(answer.content) < 4 * 500 * 8


def test_a_series_that_is_not_there_is_left_out(hub: Hub, caller: Caller, run: str) -> None:
    log(hub, run, [1.0], name="other")
    answer = caller.get(PATH, params={"run": run, "name": "loss,other"})
    assert [series["name"] for series in read(answer.content)["series"]] == ["other"]


@pytest.mark.parametrize("level", [-30, 64])
def test_any_level_of_any_range_is_bounded(hub: Hub, caller: Caller, run: str, level: int) -> None:
    log(hub, run, noise(40_000))
    compact(hub, run)
    found = columns(caller, run, "loss", level=level, start=-1e300, end=1e300)
    assert found["total"] == 40_000
    assert sum(found["columns"].get("counts", [1] * found["size"])) == 40_000


@pytest.mark.parametrize(
    "asked",
    [
        {"start": 2, "end": 1},
        {"level": 65},
        {"level": -31},
        {"width": 1},
        {"axis": "loss"},
        {"name": ",".join(f"m{i}" for i in range(201))},
        {"start": "nan"},
    ],
)
def test_what_cannot_be_asked_is_refused(caller: Caller, run: str, asked: dict[str, Any]) -> None:
    answer = caller.get(PATH, params={"run": run, "name": "loss", **asked})
    assert answer.status_code == 400


def test_a_run_that_is_not_there_is_not_found(caller: Caller, run: str) -> None:
    answer = caller.get(PATH, params={"run": f"{run},{'0' * 32}", "name": "loss"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


def test_a_run_of_another_project_is_not_shown(hub: Hub) -> None:
    ask = asking_of(hub, Rules())
    mine, theirs = an_experiment(ask, "mine"), an_experiment(ask, "theirs")
    runs = [a_run(ask, mine), a_run(ask, theirs)]
    for run in runs:
        log(hub, run, [1.0])
    token = a_token(hub, mine="reader")
    path = f"{PATH}?name=loss&run="
    assert ask("GET", path + runs[0], token=token).status_code == 200
    assert ask("GET", path + runs[1], token=token).status_code == 403
    assert ask("GET", path + ",".join(runs), token=token).status_code == 403
    assert ask("GET", path + runs[0]).status_code == 401
