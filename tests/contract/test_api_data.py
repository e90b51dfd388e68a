"""Datasets over our API: versions, what changed, profiles, who uses them, who may see them."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.reader import read
from modelcompose.database.database import Connection
from modelcompose.hub.app import create_app
from modelcompose.hub.beside.places import remember
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.tokens import store
from modelcompose.hub.tokens.principal import Role
from modelcompose.pipeline.lock import Lock, write_lock
from modelcompose.registry.candidates import Candidate, register
from modelcompose.registry.datasets import Dataset, DatasetInput, log_inputs
from modelcompose.store.content import Content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.run import Run

OUTSIDE = "http://10.0.0.5:4750"
LOCAL = "http://127.0.0.1:4750"
_CONTENT = """
    INSERT INTO contents (run, role, path, kind, digest, size_bytes, files, executable)
    VALUES (?, ?, ?, ?, ?, ?, ?, FALSE)
"""
RAW = {"project": "flights", "path": "data/raw"}


class Party:
    """A hub with two versions of `data/raw`, the second read by a run that wrote a model."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub = hub
        self.app = create_app(hub)
        self.store = Store(hub.home / "store")
        self.folder = folder
        first = {"1.csv": "day,delay\n2013-01-01,5\n", "old.txt": "x"}
        second = {
            "1.csv": "day,delay,carrier\n2013-01-01,5,AA\n2013-01-02,NA,UA\n",
            "2.csv": "day\n",
        }
        self.first, self.second = (self.keep(files) for files in (first, second))
        self.model = self.keep({"weights.bin": "w"})
        with hub.database.write() as connection:
            create_experiment(connection, "flights", 1.0)
            create_experiment(connection, "other", 1.0)
            self.runs = [self.run(connection, "1", f"{n}") for n in range(2)]
            self.read(connection, self.runs[0], "data/raw", self.first)
            self.read(connection, self.runs[1], "data/raw", self.second)
            self.read(connection, self.runs[1], "models/delay", self.model, "output")
            made_by = Run(
                id=self.runs[1],
                project="flights",
                folder=str(folder),
                step="train",
                status="succeeded",
                engine="process",
                created_at=1.0,
            )
            register(
                connection,
                Candidate("delay", "models/delay", self.model, {"train": made_by}, None, "best"),
                2.0,
            )

    def keep(self, files: Mapping[str, str | bytes]) -> Content:
        place = self.folder / f"kept-{sum(map(len, files.values()))}-{len(files)}"
        for name, text in files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        with FileStates(self.folder / "states.db") as states:
            return self.store.add(place, states)[0]

    def run(self, connection: Connection, experiment: str, step: str) -> str:
        found = find_experiment(connection, experiment)
        return create_run(connection, found, 1_700_000_000.0 + int(step), name="train")

    def read(
        self, connection: Connection, run: str, path: str, content: Content, role: str = "input"
    ) -> None:
        row = connection.row("SELECT number FROM runs WHERE id = ?", (run,))
        assert row is not None
        cells = (content.kind, content.digest, content.size_bytes, content.files)
        connection.execute(_CONTENT, (row[0], role, path, *cells))

    def ask(self, call: str, token: str | None = None, /, **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("10.0.0.9", 1))
            base = OUTSIDE if token else LOCAL
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.get(f"/api/v1/{call}", headers=headers, params=query)

        return asyncio.run(asked())

    def get(self, call: str, /, **query: Any) -> Any:
        answer = self.ask(call, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def token(self, **grants: Role) -> str:
        with self.hub.database.write() as connection:
            return store.create(connection, "ana", dict(grants), self.hub.clock())[1]


@pytest.fixture
def party(tmp_path: Path, database_url: str) -> Iterator[Party]:
    hub = open_hub(database_url, tmp_path / "home")
    yield Party(hub, tmp_path / "project")
    hub.close()


def test_datasets_are_what_runs_read_and_wrote(party: Party) -> None:
    found = {one["path"]: one for one in party.get("data")["datasets"]}
    raw, model = found["data/raw"], found["models/delay"]
    assert (raw["category"], raw["versions"], raw["digest"]) == ("source", 2, party.second.digest)
    assert (model["category"], model["writers"]) == ("result", ["train"])
    assert [one["path"] for one in party.get("data", search="MODELS")["datasets"]] == [
        "models/delay"
    ]
    assert party.get("data", search="%")["datasets"] == []


def test_versions_are_the_newest_first_with_the_models_that_they_are(party: Party) -> None:
    found = party.get("data/versions", **RAW)
    assert [one["digest"] for one in found["versions"]] == [
        party.second.digest,
        party.first.digest,
    ]
    assert [one["is_current"] for one in found["versions"]] == [True, False]
    assert all(one["is_here"] for one in found["versions"])
    (model,) = party.get("data/versions", project="flights", path="models/delay")["versions"]
    assert model["models"] == [{"model": "delay", "version": 1}]
    assert party.ask("data/versions", project="flights", path="none").status_code == 404


def test_what_changed_counts_files_rows_and_columns(party: Party) -> None:
    between = {"old": party.first.digest, "new": party.second.digest}
    found = party.get("data/diff", **RAW, **between)
    assert found["counts"] == {"added": 1, "changed": 1, "removed": 1, "renamed": 0}
    table = next(one["table"] for one in found["changes"] if one["path"] == "1.csv")
    assert table == {"old_rows": 1, "new_rows": 2, "columns_added": ["carrier"]}


def test_a_profile_tells_of_files_and_of_the_largest_table(party: Party) -> None:
    found = party.get("data/profile", **RAW, digest=party.second.digest)
    assert [one["ending"] for one in found["folder"]["kinds"]] == [".csv"]
    assert (found["file"], found["table"]["rows"], found["table"]["is_whole"]) == ("1.csv", 2, True)
    day, delay, carrier = found["table"]["columns"]
    assert (day["type"], day["earliest"], day["latest"]) == ("time", "2013-01-01", "2013-01-02")
    assert (delay["type"], delay["missing"], delay["spread"]["mean"]) == ("integer", 1, 5.0)
    assert (carrier["type"], carrier["distinct"]) == ("text", 2)
    rows = party.get("data/rows", **RAW, digest=party.second.digest, file="1.csv")
    assert rows["rows"][0] == ["2013-01-01", "5", "AA"] or rows["rows"][0][2] == "AA"


def test_a_packed_table_is_looked_into_and_a_broken_one_is_said_to_be(party: Party) -> None:
    packed = party.keep({"a.csv.gz": gzip.compress(b"x\n1\n3\n"), "b.csv.gz": b"no gzip at all"})
    with party.hub.database.write() as connection:
        party.read(connection, party.runs[0], "packed", packed)
    asked = {"project": "flights", "path": "packed", "digest": packed.digest}
    found = party.get("data/profile", **asked, file="a.csv.gz")
    assert found["table"]["columns"][0]["spread"]["quantiles"][2] == 2.0
    broken = party.get("data/profile", **asked, file="b.csv.gz")
    assert broken["table"] is None
    assert broken["note"].startswith("b.csv.gz: cannot be read")
    for file in ("../secret.csv", "/etc/passwd", "a\\..\\b.csv"):
        assert party.ask("data/profile", **asked, file=file).status_code in (200, 400)
        assert party.ask("data/rows", **asked, file=file).status_code == 400


def test_content_that_is_elsewhere_comes_with_the_command_that_brings_it(party: Party) -> None:
    away = Content("folder", f"sha256:{'f' * 64}", 5, 1)
    with party.hub.database.write() as connection:
        party.read(connection, party.runs[0], "data/away", away)
    asked = {"project": "flights", "path": "data/away"}
    found = party.get("data/profile", **asked, digest=away.digest)
    assert found["absent"]["command"] == "modelcompose fetch data/away"
    between = party.get("data/diff", **asked, old=away.digest, new=away.digest)
    assert between["absent"]["digest"] == away.digest


def test_users_are_runs_and_the_models_that_came_of_them(party: Party) -> None:
    found = party.get("data/users", **RAW, digest=party.second.digest)
    assert [(run["run"], run["how"]) for run in found["runs"]] == [(party.runs[1], "read")]
    (model,) = found["models"]
    assert (model["model"], model["version"], model["aliases"]) == ("delay", 1, ["best"])
    assert party.get("data/users", **RAW, digest=party.first.digest)["models"] == []


def test_a_content_is_looked_into_only_through_a_project_that_had_it(party: Party) -> None:
    with party.hub.database.write() as connection:
        run = party.run(connection, "2", "5")
        party.read(connection, run, "mine", party.model)
    token = party.token(other="reader")
    assert [one["path"] for one in party.ask("data", token).json()["datasets"]] == ["mine"]
    assert party.ask("data", token, project="flights").status_code == 403
    stolen = {"project": "other", "path": "mine", "digest": party.second.digest}
    assert party.ask("data/profile", token, **stolen).status_code == 404
    for path in ("versions", "profile", "users", "rows"):
        asked = {**RAW, "digest": party.second.digest}
        assert party.ask(f"data/{path}", token, **asked).status_code == 403, path
    users = party.ask("data/users", token, **{**stolen, "digest": party.model.digest}).json()
    assert [one["project"] for one in users["runs"]] == ["other"]
    assert users["models"] == []


def test_what_clients_told_of_is_a_dataset_too(party: Party) -> None:
    told = Dataset("late", "abc1", "http", '{"url": "x"}', '{"mlflow_colspec": "[]"}', "{}")
    with party.hub.database.write() as connection:
        given = DatasetInput(told, {"mlflow.data.context": "training"})
        log_inputs(connection, party.runs[0], [given])
    (one,) = [each for each in party.get("data")["datasets"] if each["origin"] == "logged"]
    assert (one["path"], one["digest"], one["runs"]) == ("late", "abc1", 1)
    asked = {"project": "flights", "path": "late", "origin": "logged"}
    assert party.get("data/versions", **asked)["versions"][0]["digest"] == "abc1"
    users = party.get("data/users", **asked, digest="abc1")
    assert users["runs"][0]["how"] == "training"
    assert users["logged"]["schema"] == '{"mlflow_colspec": "[]"}'


def test_beside_its_folder_the_hub_tells_the_commits_of_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, folder = tmp_path / "home", tmp_path / "project"
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(home))
    hub = open_hub(home / "hub.db", home)
    party = Party(hub, folder)
    (folder / "compose.yaml").write_text("name: flights\nservices: {}\n")
    options = ComposeOptions(files=(str(folder / "compose.yaml"),))
    remember(home, read(options, reader="embedded"), "process")
    git(folder, "init", "--quiet")
    for content, subject in ((party.first, "January"), (party.second, "February")):
        write_lock(folder / "ml.lock", Lock().with_data("data/raw", content))
        git(folder, "add", "ml.lock")
        author = ("-c", "user.name=Ana", "-c", "user.email=a@example.org")
        git(folder, *author, "commit", "--quiet", "-m", subject)

    found = party.get("data/versions", **RAW)
    listed = {one["path"]: one["is_locked"] for one in party.get("data")["datasets"]}
    hub.close()

    assert [one["commits"][0]["subject"] for one in found["versions"]] == ["February", "January"]
    assert (found["has_history"], found["folder"]) == (True, str(folder))
    assert listed == {"data/raw": True, "models/delay": False}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True)
