"""Files of a run are looked at through the hub, and nothing in them acts as a page of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from modelcompose.database.connection import open_database
from modelcompose.database.database import Database
from modelcompose.hub.api.logs import log_path
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.tokens import store as tokens
from modelcompose.store.content import Content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.runs import Runs
from tests.contract.served import served
from tests.unit.tracking.making import a_run, new_database

RUN = f"{1:032x}"
OTHER = f"{2:032x}"
SCRIPT = b"<script>parent.document.title = 'taken'</script>"
LINES = 30_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("hub")
    new_database(home / "hub.db").close()
    outputs = _outputs(home, tmp_path_factory.mktemp("project"))
    runs = Runs(open_database(home / "hub.db"))
    runs.create(a_run(id=RUN, outputs=outputs))
    runs.create(a_run(id=OTHER, project="secret", created_at=1_700_000_100.0))
    hub = open_hub(home / "hub.db", home)
    for name, data in FILES.items():
        _write(hub, RUN, name, data)
    _write(hub, OTHER, "private.txt", b"secret")
    hub.close()
    log = log_path(home, RUN)
    log.parent.mkdir(parents=True)
    text = "".join(f"line {number}\n" for number in range(LINES))
    log.write_text(text + "x" * 50_000 + "\nthe end")
    return home


FILES: dict[str, bytes] = {
    "page.html": SCRIPT,
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    "page.xhtml": SCRIPT,
    "named.png": SCRIPT,
    "sound.wav": b"RIFF0000WAVE",
    "paper.pdf": b"%PDF-1.4",
    "notes.md": b"# Notes",
    "model.pkl": b"\x80\x04",
    "0123456789.txt": b"0123456789",
    "rows.csv": b"id;name;score;ok\n" + b"".join(
        b'%d;"two\nlines";%d.5;true\n' % (number, number) for number in range(5000)
    ),
    "rows.jsonl": b'{"a": 1, "b": [1, 2]}\n\n{"a": null, "c": "x"}\n',
    "eval.json": json.dumps({"columns": ["q", "a"], "data": [["x", 1], ["y", 2]]}).encode(),
    "broken.jsonl": b"{",
    "no.parquet": b"PAR0",
    **{f"images/epoch_{step}.png": b"png" for step in (1, 2, 10)},
    "images/val~samples+step+3+timestamp+17+ab-1.png": b"png",
    "images/val~samples+step+3+timestamp+17+ab-1+compressed.webp": b"webp",
    "images/val~samples+step+7+timestamp+18+ab-2.png": b"png",
}  # fmt: skip


def _outputs(home: Path, project: Path) -> dict[str, Content]:
    (project / "data").mkdir()
    (project / "data" / "part.csv").write_text("a,b\n1,2\n")
    (project / "metrics.json").write_text('{"auc": 0.9}')
    store = Store(home / "store")
    states = FileStates(project / "states.db")
    found = {}
    for name in ("data", "metrics.json"):
        content = states.look(project / name)
        assert content is not None
        store.put(project / name, content, states)
        found[name] = content
    return found


def _write(hub: Hub, run: str, name: str, data: bytes) -> None:
    root = {RUN: "1", OTHER: "2"}[run]
    writing = hub.artifacts.create((root, run, "artifacts", *name.split("/")))
    writing.write(data)
    writing.commit()


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[httpx.Client]:
    with served(home) as address, httpx.Client(base_url=f"{address}/api/v1/runs") as client:
        yield client


Get = Callable[..., Any]


@pytest.fixture
def get(client: httpx.Client) -> Get:
    def getting(path: str, /, status: int = 200, **query: Any) -> Any:
        answer = client.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    return getting


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_file_can_act_as_a_page_of_the_hub(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/{RUN}/artifacts/file", params={"path": name})
    assert answer.content == FILES[name]
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "allow-same-origin" not in policy
    assert policy.startswith("sandbox") != name.endswith(".pdf")
    kind = answer.headers["content-type"]
    assert kind.startswith("text/html") == name.endswith(".html")
    assert "xhtml" not in kind


def test_a_page_gets_no_network_and_a_drawing_no_scripts(client: httpx.Client) -> None:
    page = client.get(f"/{RUN}/artifacts/file?path=page.html").headers["content-security-policy"]
    assert "sandbox allow-scripts;" in page
    assert "connect-src 'none'" in page
    drawing = client.get(f"/{RUN}/artifacts/file?path=drawing.svg").headers
    assert drawing["content-type"] == "image/svg+xml"
    assert "script" not in drawing["content-security-policy"]


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "page.xhtml"])
def test_mlflows_route_gives_no_page_either(client: httpx.Client, name: str) -> None:
    place = f"/api/2.0/mlflow-artifacts/artifacts/1/{RUN}/artifacts/{name}"
    answer = client.get(str(client.base_url).partition("/api/")[0] + place)
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("named.png", "image/png"),
        ("sound.wav", "audio/wav"),
        ("paper.pdf", "application/pdf"),
        ("notes.md", "text/plain; charset=utf-8"),
        ("model.pkl", "application/octet-stream"),
    ],
)
def test_a_file_has_the_type_that_its_name_says(client: httpx.Client, name: str, kind: str) -> None:
    answer = client.get(f"/{RUN}/artifacts/file", params={"path": name})
    assert answer.headers["content-type"] == kind
    saved = client.get(f"/{RUN}/artifacts/file", params={"path": name, "download": "true"})
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment")


def test_ranges_are_given(client: httpx.Client) -> None:
    place, header = f"/{RUN}/artifacts/file?path=0123456789.txt", {"range": "bytes=2-4"}
    answer = client.get(place, headers=header)
    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["content-range"] == "bytes 2-4/10"
    assert client.get(place, headers={"range": "bytes=99-"}).status_code == 416


@pytest.mark.parametrize(
    "path",
    ["../2/x", "..%2f..%2fhub.db", "/etc/passwd", "a/../../hub.db", "%2e%2e/hub.db", "a\\..\\b"],
)
@pytest.mark.parametrize("area", ["artifacts", "outputs", "inputs"])
def test_no_path_leads_out(client: httpx.Client, path: str, area: str) -> None:
    for call in ("file", "table"):
        answer = client.get(f"/{RUN}/artifacts/{call}", params={"path": path, "area": area})
        assert answer.status_code in (400, 404), answer.text
        assert answer.headers["content-type"] == "application/json"
    deeper = client.get(
        f"/{RUN}/artifacts/file", params={"path": f"data/../{path}", "area": "outputs"}
    )
    assert deeper.status_code in (400, 404)


def test_outputs_are_files_too(get: Get, client: httpx.Client) -> None:
    found = get(f"/{RUN}/artifacts", area="outputs")["artifacts"]
    assert [(one["path"], one["is_dir"]) for one in found] == [
        ("data", True),
        ("metrics.json", False),
    ]
    assert found[1]["digest"].startswith("sha256:")
    (file,) = get(f"/{RUN}/artifacts", area="outputs", path="data")["artifacts"]
    assert (file["path"], file["kind"]) == ("data/part.csv", "table")
    origin = str(client.base_url).partition("/api/")[0]
    assert client.get(origin + file["view_url"]).text == "a,b\n1,2\n"
    table = get(f"/{RUN}/artifacts/table", area="outputs", path="data/part.csv")
    assert table["rows"] == [["1", "2"]]
    single = client.get(origin + found[1]["view_url"])
    assert (single.status_code, single.text) == (200, '{"auc": 0.9}')
    assert get(f"/{RUN}/artifacts/file", 404, area="outputs", path="nothing")["hint"]


def test_only_files_of_projects_that_may_be_seen_are_given(
    home: Path, client: httpx.Client
) -> None:
    database = Database.at(home / "hub.db")
    with database.write() as connection:
        _, secret = tokens.create(connection, "ana", {"flights": "reader"}, 1_700_000_000.0)
    database.close()
    header = {"authorization": f"Bearer {secret}"}
    assert client.get(f"/{RUN}/artifacts/file?path=notes.md", headers=header).is_success
    for call in ("file", "table"):
        answer = client.get(f"/{OTHER}/artifacts/{call}?path=private.txt", headers=header)
        assert answer.status_code == 403
    assert client.get(f"/{OTHER}/log/file", headers=header).status_code == 403
    assert client.get(f"/{OTHER}/log/lines", headers=header).status_code == 403


def test_a_table_is_read_page_by_page(get: Get) -> None:
    first = get(f"/{RUN}/artifacts/table", path="rows.csv", limit=2)
    assert [(one["name"], one["type"]) for one in first["columns"]] == [
        ("id", "integer"),
        ("name", "text"),
        ("score", "number"),
        ("ok", "boolean"),
    ]
    assert first["rows"][1] == ["1", "two\nlines", "1.5", "true"]
    assert first["count"] == 5000
    far = get(f"/{RUN}/artifacts/table", path="rows.csv", offset=4321, limit=1)
    assert far["rows"] == [["4321", "two\nlines", "4321.5", "true"]]
    beyond = get(f"/{RUN}/artifacts/table", path="rows.csv", offset=5000)
    assert (beyond["rows"], beyond["seen"]) == ([], 5000)


def test_json_is_read_as_a_table_where_it_is_one(get: Get) -> None:
    lines = get(f"/{RUN}/artifacts/table", path="rows.jsonl")
    assert [one["name"] for one in lines["columns"]] == ["a", "b", "c"]
    assert lines["rows"] == [[1, "[1,2]", None], [None, None, "x"]]
    logged = get(f"/{RUN}/artifacts/table", path="eval.json", offset=1)
    assert (logged["rows"], logged["count"]) == ([["y", 2]], 2)


def test_parquet_is_read_by_its_groups(get: Get, home: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"n": range(5000), "t": [f"row {n}" for n in range(5000)]})
    path = home / "artifacts" / "1" / RUN / "artifacts" / "rows.parquet"
    pq.write_table(table, path, row_group_size=700)
    found = get(f"/{RUN}/artifacts/table", path="rows.parquet", offset=699, limit=3)
    assert found["rows"] == [[699, "row 699"], [700, "row 700"], [701, "row 701"]]
    assert found["count"] == 5000
    assert [one["type"] for one in found["columns"]] == ["integer", "text"]


@pytest.mark.parametrize("name", ["broken.jsonl", "no.parquet", "notes.md", "named.png"])
def test_what_is_no_table_is_said_so(get: Get, name: str) -> None:
    assert get(f"/{RUN}/artifacts/table", 400, path=name)["code"] == "usage"


def test_images_that_differ_in_a_step_are_a_series(get: Get) -> None:
    found = get(f"/{RUN}/artifacts/images")
    assert not found["is_cut"]
    steps = {one["name"]: [image["step"] for image in one["images"]] for one in found["series"]}
    assert steps == {"images/epoch_#.png": [1, 2, 10], "images/val/samples": [3, 7]}


def test_a_log_is_read_at_any_line(get: Get) -> None:
    found = get(f"/{RUN}/log/lines", first=29_998, count=5)
    assert found["total"] == LINES + 2
    assert found["lines"][:2] == ["line 29998", "line 29999"]
    assert len(found["lines"][2]) == 10_001
    assert found["lines"][3] == "the end"
    assert get(f"/{RUN}/log/lines", first=10**9)["lines"] == []


def test_matches_have_the_numbers_of_their_lines(get: Get) -> None:
    found = get(f"/{RUN}/log/search", text="LINE 29999")
    assert [(one["line"], one["text"]) for one in found["matches"]] == [(29_999, "line 29999")]
    first = get(f"/{RUN}/log/search", text=r"9$", is_regex=True, limit=2)
    assert [one["line"] for one in first["matches"]] == [9, 19]
    more = get(
        f"/{RUN}/log/search", text=r"9$", is_regex=True, limit=1, offset=first["next_offset"]
    )
    assert [one["line"] for one in more["matches"]] == [29]


def test_a_log_is_downloaded_as_text(client: httpx.Client) -> None:
    answer = client.get(f"/{RUN}/log/file", params={"download": True})
    assert answer.text.endswith("the end")
    assert answer.headers["content-disposition"].startswith("attachment")
