"""Our API keeps to its own document: checked by schemathesis against a hub over real HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from modelcompose.database.database import Database
from modelcompose.hub.api.endpoint import ROOT, Endpoint
from modelcompose.hub.api.logs import log_path
from modelcompose.hub.api.routes import described, endpoints
from modelcompose.registry.models import create_model
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.logging import KeyValue, Point, log_batch
from modelcompose.tracking.series.store import SeriesStore
from tests import postgres

DIGEST = f"sha256:{'a' * 64}"
_CONTENT = """
    INSERT INTO contents (run, role, path, kind, digest, size_bytes, files, executable)
    VALUES (?, ?, 'data', 'folder', ?, 1, 1, FALSE)
"""
LANGUAGES = [schemathesis.checks.positive_data_acceptance]
"""Filters, sort keys and page tokens are text to a schema: most of it is rightly refused."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    home = tmp_path_factory.mktemp("hub")
    url = str(home / "hub.db")
    if request.param == "postgresql":
        url = postgres.new_database(request.getfixturevalue("postgres_server"), "test_api")
    _fill(home, url)
    process = subprocess.Popen(
        [sys.executable, "-m", "modelcompose", "hub", "--port", "0", "--database", url],
        env={**os.environ, "MODELCOMPOSE_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait()
    process.stdout.close()


def _fill(home: Path, url: str) -> None:
    with closing(Database.at(url)) as database:
        series = SeriesStore(database)
        with database.write() as connection:
            objective = {"modelcompose.objective.auc": "max"}
            create_experiment(connection, "flights", 1.0, tags=objective)
            experiment = find_experiment(connection, "1")
            for number in range(5):
                run = create_run(connection, experiment, 1_700_000_000.0 + number, name="train")
                points = [Point("auc", step / 7, 1000 + step, step) for step in range(20)]
                params = [KeyValue("lr", str(number)), KeyValue("note", 'a "b"')]
                tags = [KeyValue("team", "red")]
                log_batch(connection, series, run, points, params, tags)
                connection.execute("UPDATE runs SET id = ? WHERE id = ?", (f"{number:032x}", run))
            connection.executemany(_CONTENT, [(1, "output", DIGEST), (2, "input", DIGEST)])
            model = create_model(connection, "delay", 1.0)
            source = Source("models:/x", "mlflow-artifacts:/1/x", run=f"{1:032x}")
            create_version(connection, model, source, 2.0)
    log = log_path(home, f"{0:032x}")
    log.parent.mkdir(parents=True)
    log.write_bytes(b"epoch 1\nepoch 2\n")


@pytest.fixture(scope="module")
def document(address: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda one: f"{one.method} {one.path}")
def test_every_answer_is_as_the_document_says(
    document: schemathesis.BaseSchema, endpoint: Endpoint
) -> None:
    operation = document[ROOT + endpoint.path][endpoint.method]

    @given(case=operation.as_strategy())
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        case.call_and_validate(excluded_checks=LANGUAGES)

    check()


def test_the_document_describes_the_stream_too(document: schemathesis.BaseSchema) -> None:
    found: list[Any] = list(document.get_all_operations())
    labels = {operation.ok().label for operation in found}
    assert labels == {f"{one.method} {ROOT}{one.path}" for one in described()}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("runs?filter=metrics.auc.best > 0 and params.note = 'a \"b\"'", "runs"),
        ("runs?sort=-params.lr&limit=2&count=true", "runs"),
        ("runs/table?columns=params.lr,metrics.auc.max,tags.team,oom_killed,experiment", "rows"),
        ("runs/groups?by=tags.team,step&of=metrics.auc,params.lr", "groups"),
        (f"runs/{1:032x}", "params"),
        (f"runs/{1:032x}/points?name=auc&limit=3", "values"),
        (f"series?run={0:032x},{1:032x}&name=auc&width=5", "series"),
        (f"runs/{0:032x}/log", "text"),
        (f"runs/{0:032x}/log/search?text=EPOCH 2", "matches"),
        (f"comparison?run={0:032x},{1:032x}", "lines"),
        (f"comparison/pair?old={0:032x}&new={1:032x}", "metrics"),
        (f"lineage?of={DIGEST}", "edges"),
        (f"lineage?of={1:032x}", "edges"),
        ("lineage?of=delay@1", "edges"),
        ("models", "models"),
        ("registry", "models"),
        ("data?project=flights", "datasets"),
        ("data/versions?project=flights&path=data", "versions"),
        (f"data/users?project=flights&path=data&digest={DIGEST}", "runs"),
        ("models/delay", "versions"),
        ("models/delay/versions/1", "version"),
        ("models/delay/versions/1/card", "markdown"),
        ("models/delay/comparison?old=1&new=latest", "old"),
        ("projects", "projects"),
        ("projects/flights", "runs"),
    ],
)
def test_there_is_something_in_every_answer(address: str, path: str, found: str) -> None:
    url = f"{address}/api/v1/{quote(path, safe='/?=&,@:')}"
    with urllib.request.urlopen(url) as answer:
        assert json.load(answer)[found]


def test_a_limited_token_is_looked_up_in_either_database(
    address: str, request: pytest.FixtureRequest
) -> None:
    asked = urllib.request.Request(f"{address}/api/v1/runs")
    asked.add_header("Authorization", "Bearer mc_wrong")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked)
    assert refused.value.code == 401
    refused.value.close()
