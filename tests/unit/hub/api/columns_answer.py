"""The binary answer of `/api/v1/series/columns`, read as a client reads it."""

from __future__ import annotations

import json
from array import array
from struct import unpack_from
from typing import Any

from tests.asgi import Caller

PATH = "/api/v1/series/columns"


def read(body: bytes) -> dict[str, Any]:
    """Give the header, where each series has its `columns` by name."""
    (length,) = unpack_from("<I", body)
    header: dict[str, Any] = json.loads(body[4 : 4 + length])
    begin = 4 + length
    assert begin % 8 == 0, "typed arrays begin at multiples of 8"
    for series in header["series"]:
        series["columns"] = {}
        for place, name in enumerate(header[series["kind"]]):
            column = array("d")
            at = begin + series["at"][place]
            column.frombytes(body[at : at + series["size"] * 8])
            series["columns"][name] = column.tolist()
    ends = [at + series["size"] * 8 for series in header["series"] for at in series["at"]]
    assert begin + max(ends, default=0) == len(body)
    return header


def columns(caller: Caller, run: str, name: str, **asked: Any) -> dict[str, Any]:
    """Give one series."""
    answer = caller.get(PATH, params={"run": run, "name": name, **asked})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    (found,) = read(answer.content)["series"]
    told: dict[str, Any] = found
    return told
