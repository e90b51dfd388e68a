"""A spool that a container writes to is read by its host: as by somebody who trusts nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[3] / "sdk" / "src"))

from modelcompose_sdk.delivery import Delivery
from modelcompose_sdk.settings import read
from modelcompose_sdk.spool import Reader, Writer, open_plain, remove_plain

HEADER = {
    "version": 1,
    "spool": "s",
    "run_id": "r",
    "name": None,
    "experiment_id": "1",
    "experiment_name": None,
    "tags": {},
    "parent": None,
    "parent_id": None,
    "start_ms": 1,
    "user": "",
}


class Server:
    """Takes what is delivered, and keeps it."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self.files: dict[str, bytes] = {}

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.posted.append((path, body))
        return {}

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return {"run": {"info": {"artifact_uri": "mlflow-artifacts:/1/r/artifacts"}}}

    def put_file(self, root: str, name: str, file: Any, kind: str) -> None:
        self.files[name] = file.read()


@pytest.fixture
def deliver(tmp_path: Path) -> Callable[..., Server]:
    def delivering(*records: object, raw: bytes = b"") -> Server:
        lines = [json.dumps(each).encode() for each in (HEADER, *records)]
        (tmp_path / "s.spool").write_bytes(b"\n".join(lines) + b"\n" + raw)
        server = Server()
        client: Any = server
        reader = Reader(tmp_path / "s.spool")
        delivery = Delivery(client, reader, is_new=True, known={}, told=lambda _: None)
        try:
            delivery.deliver()
        finally:
            reader.close()
        return server

    return delivering


def test_a_file_behind_a_link_is_not_delivered(
    tmp_path: Path, deliver: Callable[..., Server]
) -> None:
    (tmp_path / "secret").write_text("s")
    (tmp_path / "s.files").mkdir()
    (tmp_path / "s.files" / "a").symlink_to(tmp_path / "secret")
    assert deliver(["a", "a", "a.txt", "text/plain"]).files == {}


def test_a_folder_behind_a_link_is_not_delivered_nor_emptied(
    tmp_path: Path, deliver: Callable[..., Server]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text("s")
    (tmp_path / "s.files").symlink_to(outside)
    assert deliver(["a", "a", "a.txt", "text/plain"]).files == {}
    remove_plain(tmp_path, "s.files", "a")
    assert (outside / "a").exists()


def test_a_file_is_delivered_and_removed(tmp_path: Path, deliver: Callable[..., Server]) -> None:
    (tmp_path / "s.files").mkdir()
    (tmp_path / "s.files" / "a").write_text("s")
    assert deliver(["a", "../../s.files/a", "a.txt", "text/plain"]).files == {"a.txt": b"s"}
    assert not (tmp_path / "s.files" / "a").exists()


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="no file"):
        open_plain(tmp_path, "a")


def test_a_spool_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(json.dumps(HEADER) + "\n")
    (tmp_path / "s.spool").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match=r"s\.spool"):
        Reader(tmp_path / "s.spool")


@pytest.mark.parametrize("header", [b"[]\n", b"x\n", b"{}", b"{" * 2_000_000 + b"\n"])
def test_a_header_that_is_none_is_an_error(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "s.spool").write_bytes(header)
    with pytest.raises(ValueError, match="no spool file"):
        Reader(tmp_path / "s.spool")


def test_a_line_without_bound_is_passed_over(deliver: Callable[..., Server]) -> None:
    raw = b'["t","k","' + b"x" * 3_000_000 + b'"]\n["t","b","2"]\n'
    ((_, body),) = deliver(raw=raw).posted
    assert [tag["key"] for tag in body["tags"]] == ["b", "modelcompose.spool.s"]


def test_who_delivers_may_read_and_delete_what_another_user_wrote(tmp_path: Path) -> None:
    writer = Writer(tmp_path, HEADER, is_shared=True)
    place = writer.place("a.txt")
    place.write_text("x")
    writer.share(place)
    assert [path.stat().st_mode & 0o777 for path in (writer.path, place.parent, place)] == [
        0o666,
        0o777,
        0o666,
    ]
    writer.close()


def test_what_the_host_delivers_is_sent_by_nobody_else() -> None:
    told = {"MLFLOW_TRACKING_URI": "http://h", "MODELCOMPOSE_SPOOL": "/s"}
    assert read(told).address == "http://h"
    by_host = read({**told, "MODELCOMPOSE_DELIVERY": "host", "MODELCOMPOSE_SPOOL_RUN": "ab"})
    assert (by_host.address, by_host.run_id) == (None, "ab")
