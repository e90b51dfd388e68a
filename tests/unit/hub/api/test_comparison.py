from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from modelcompose.database.connection import open_database
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub
from modelcompose.hub.previews.image_series import name_and_step
from modelcompose.hub.tokens import store
from modelcompose.tracking.run import Code, Host, Metric
from modelcompose.tracking.runs import Runs
from tests.unit.tracking.making import a_run

Get = Callable[..., Any]
ONE, TWO, GONE = (f"{number:032x}" for number in (1, 2, 3))


@pytest.fixture
def runs(hub: Hub) -> Runs:
    return Runs(open_database(hub.home / "hub.db"))


@pytest.fixture
def get(hub: Hub) -> Get:
    app = create_app(hub)

    def getting(path: str, *, status: int = 200, token: str | None = None, **query: Any) -> Any:
        async def sent() -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            base = "http://127.0.0.1:4750/api/v1"
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.get(path, params=query, headers=headers)

        answer = asyncio.run(sent())
        assert answer.status_code == status, answer.text
        return answer.json()

    return getting


def two_runs(runs: Runs) -> None:
    image = {"interpreter": "CPython 3.11", "distributions": {"numpy": "1.26", "scipy": "1.11"}}
    newer = {**image, "distributions": {"numpy": "2.0", "scipy": "1.11"}}
    first = a_run(
        "train", id=ONE, code=Code(commit="a" * 40, branch="main"),
        metrics={"loss": Metric(2, 1, 3)}, host=Host("left", "Linux", 4),
        parts={"image": image, "environment": {"SEED": "1"}},
    )  # fmt: skip
    second = a_run(
        "train", id=TWO, code=Code(commit="b" * 40, branch="main"),
        metrics={"loss": Metric(4, 2, 9)}, host=Host("left", "Linux", 8),
        parts={"image": newer, "environment": {"SEED": "2"}},
    )  # fmt: skip
    runs.create(first)
    runs.create(second)


def lines(found: Any) -> dict[tuple[str, str], list[Any]]:
    return {(line["kind"], line["name"]): line["values"] for line in found["lines"]}


def test_code_environment_image_and_packages_are_compared(get: Get, runs: Runs) -> None:
    two_runs(runs)
    found = lines(get("/comparison", run=f"{ONE},{TWO}", differing=True))
    assert found["code", "commit"] == ["a" * 40, "b" * 40]
    assert ("code", "branch") not in found
    assert found["environment", "host cpus"] == [4, 8]
    assert found["environment", "$SEED"] == ["1", "2"]
    assert found["package", "numpy"] == ["1.26", "2.0"]
    assert ("package", "scipy") not in found
    assert ("image", "distributions") not in found


def test_a_metric_says_its_smallest_and_largest_value(get: Get, runs: Runs) -> None:
    two_runs(runs)
    (loss,) = (
        line for line in get("/comparison", run=f"{TWO},{ONE}")["lines"] if line["kind"] == "metric"
    )
    assert (loss["values"], loss["least"], loss["most"]) == ([4, 2], [2, 1], [9, 3])


def test_the_runs_are_named_in_the_order_asked_for(get: Get, runs: Runs) -> None:
    two_runs(runs)
    found = get("/comparison", run=f"{TWO},{ONE},{TWO}")
    assert [head["id"] for head in found["heads"]] == [TWO, ONE]
    assert {head["step"] for head in found["heads"]} == {"train"}


def test_a_run_that_is_gone_is_named_where_that_was_asked(get: Get, runs: Runs) -> None:
    two_runs(runs)
    get("/comparison", run=f"{ONE},{GONE}", status=404)
    found = get("/comparison", run=f"{ONE},{GONE},{TWO}", skip_gone=True)
    assert found["gone"] == [GONE]
    assert found["runs"] == [ONE, TWO]


def test_a_comparison_of_runs_that_may_not_be_seen_is_refused(
    get: Get, runs: Runs, hub: Hub
) -> None:
    two_runs(runs)
    with hub.database.write() as connection:
        _, token = store.create(connection, "ana", {"other": "reader"}, hub.clock())
    for path in ("/comparison", "/comparison/files"):
        get(path, run=ONE, skip_gone=True, token=token, status=403)


def test_files_that_can_be_set_side_by_side_are_found(get: Get, runs: Runs, hub: Hub) -> None:
    two_runs(runs)
    for name in ("plots/roc.csv", "a/epoch_3.png", "logo.png", "model.pkl"):
        writing = hub.artifacts.create(("1", ONE, "artifacts", *name.split("/")))
        writing.write(b"x")
        writing.commit()
    found = get("/comparison/files", run=f"{ONE},{TWO}")
    told = {(one["path"], one["kind"], one["series"], one["step"]) for one in found["files"]}
    assert found["cut"] == []
    assert told == {
        ("plots/roc.csv", "table", "plots/roc.csv", None),
        ("a/epoch_3.png", "image", "a/epoch_#.png", 3),
        ("logo.png", "image", "logo.png", None),
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("logo.png", ("logo.png", None)),
        ("samples/step_0400.png", ("samples/step_#.png", 400)),
        ("images/a+step+3+timestamp+12+ab-1.png", ("images/a", 3)),
        ("images/a+step+3+timestamp+12+ab-1+compressed.webp", None),
    ],
)
def test_an_image_says_what_it_shows_and_of_which_step(path: str, expected: object) -> None:
    assert name_and_step(path) == expected
