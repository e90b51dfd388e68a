"""The code of a run is shown and compared: with another run, the one before, and its commit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from modelcompose.database.connection import open_database
from modelcompose.database.database import Database
from modelcompose.hub.tokens import store as tokens
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.code import code_state
from modelcompose.tracking.run import Code, Run
from modelcompose.tracking.runs import Runs
from tests.contract.served import served
from tests.unit.tracking.making import a_run, new_database

FIRST, SECOND, SECRET, BARE = (f"{number:032x}" for number in range(1, 5))
TRAIN = "import sys\nprint('training')\n"

Get = Callable[..., Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home, project = tmp_path_factory.mktemp("hub"), tmp_path_factory.mktemp("project")
    new_database(home / "hub.db").close()
    runs = Runs(open_database(home / "hub.db"))
    (project / "src").mkdir()
    (project / "src" / "train.py").write_text(TRAIN)
    (project / "old.py").write_text("moved = True\n")
    (project / "gone.py").write_text("")
    (project / "icon.bin").write_bytes(b"\0\1")
    (project / "link").symlink_to("/etc/passwd")
    _git(project, "init", "-q")
    _git(project, "add", ".")
    _git(project, "commit", "-q", "-m", "first")
    runs.create(_run(FIRST, project, _code(home, project), 1.0))
    (project / "src" / "train.py").write_text(TRAIN.replace("training", "learning"))
    (project / "old.py").rename(project / "new.py")
    (project / "gone.py").unlink()
    (project / "page.html").write_text("<script>alert(1)</script>")
    runs.create(_run(SECOND, project, _code(home, project), 2.0))
    runs.create(_run(SECRET, project, _code(home, project), 3.0, project="secret"))
    runs.create(_run(BARE, project, Code(), 4.0, step="other"))
    return home


def _run(run_id: str, folder: Path, code: Code, at: float, **fields: Any) -> Run:
    return a_run(id=run_id, folder=str(folder), code=code, created_at=at, **fields)


def _code(home: Path, project: Path) -> Code:
    return code_state(project, FileStates(home / "states.db"), Store(home / "store"))


def _git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True)


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[httpx.Client]:
    with served(home) as address, httpx.Client(base_url=f"{address}/api/v1/runs") as client:
        yield client


@pytest.fixture
def get(client: httpx.Client) -> Get:
    def getting(path: str, /, status: int = 200, **query: Any) -> Any:
        answer = client.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    return getting


def test_the_files_of_the_code_are_listed(get: Get) -> None:
    found = get(f"/{FIRST}/code")
    assert [one["path"] for one in found["files"]] == [
        *("gone.py", "icon.bin", "link", "old.py", "src/train.py"),
    ]
    assert found["has_commit"]
    assert not found["is_dirty"]
    assert get(f"/{SECOND}/code")["is_dirty"]


def test_a_file_of_the_code_is_read(get: Get) -> None:
    assert get(f"/{FIRST}/code/file", path="src/train.py")["text"] == TRAIN
    assert get(f"/{FIRST}/code/file", path="icon.bin")["text"] is None


def test_a_link_is_never_followed(get: Get) -> None:
    assert get(f"/{FIRST}/code/file", path="link")["text"] == "/etc/passwd"
    assert get(f"/{FIRST}/code/file", 404, path="link/passwd")["code"] == "not-found"


@pytest.mark.parametrize(
    "path", ["../hub.db", "/etc/passwd", "src/../../hub.db", "%2e%2e/hub.db", "src\\..\\x"]
)
@pytest.mark.parametrize("call", ["file", "pair"])
def test_no_path_leads_out_of_the_code(get: Get, path: str, call: str) -> None:
    assert get(f"/{SECOND}/code/{call}", 404, path=path)["code"] == "not-found"


@pytest.mark.parametrize("against", ["previous", FIRST])
def test_code_is_compared_with_another_run(get: Get, against: str) -> None:
    found = get(f"/{SECOND}/code/changes", against=against)
    assert found["against"] == FIRST
    assert [(one["path"], one["change"], one["is_renamed_from"]) for one in found["files"]] == [
        ("gone.py", "removed", None),
        ("new.py", "added", "old.py"),
        ("page.html", "added", None),
        ("src/train.py", "changed", None),
    ]
    assert found["same"] == 2
    pair = get(f"/{SECOND}/code/pair", against=against, path="src/train.py")
    assert (pair["old"]["text"], pair["new"]["text"]) == (
        TRAIN,
        TRAIN.replace("training", "learning"),
    )
    moved = get(f"/{SECOND}/code/pair", against=against, path="new.py", old_path="old.py")
    assert moved["old"] == moved["new"]


def test_code_is_compared_with_its_commit(get: Get) -> None:
    assert get(f"/{FIRST}/code/changes", against="commit")["files"] == []
    found = get(f"/{SECOND}/code/changes", against="commit")
    changed = {one["path"]: one["change"] for one in found["files"]}
    assert changed == {
        "gone.py": "removed",
        "new.py": "added",
        "old.py": "removed",
        "page.html": "added",
        "src/train.py": "changed",
    }
    pair = get(f"/{SECOND}/code/pair", against="commit", path="gone.py")
    assert (pair["old"]["text"], pair["new"]) == ("", None)


def test_the_first_run_of_a_step_has_none_before_it(get: Get) -> None:
    assert "first" in get(f"/{FIRST}/code/changes", 404)["message"]
    assert "not kept" in get(f"/{BARE}/code", 404)["message"]


def test_the_code_of_a_project_that_may_not_be_seen_is_not_given(
    home: Path, client: httpx.Client
) -> None:
    database = Database.at(home / "hub.db")
    with database.write() as connection:
        _, secret = tokens.create(connection, "ana", {"flights": "reader"}, 1_700_000_000.0)
    database.close()
    header = {"authorization": f"Bearer {secret}"}
    assert client.get(f"/{SECOND}/code", headers=header).is_success
    for call in (
        f"/{SECRET}/code",
        f"/{SECRET}/code/file?path=src/train.py",
        f"/{SECOND}/code/changes?against={SECRET}",
        f"/{SECOND}/code/pair?against={SECRET}&path=src/train.py",
    ):
        assert client.get(call, headers=header).status_code == 403
    # Only somebody on the hub's own machine may have git asked in a folder that a run names.
    far = client.get(f"/{SECOND}/code/changes?against=commit", headers=header)
    assert far.status_code == 404


def test_runs_before_and_after_are_of_the_same_step(get: Get) -> None:
    found = get(f"/{SECOND}/relatives")
    assert found["previous"]["id"] == FIRST
    assert found["next"] is None
    assert get(f"/{FIRST}/relatives")["next"]["id"] == SECOND
