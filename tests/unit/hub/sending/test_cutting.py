from __future__ import annotations

from array import array

import msgspec
import pytest

from modelcompose.hub.sending import cutting
from modelcompose.hub.sending.cutting import CALL_BYTES, PIECES, told_points
from modelcompose.hub.sending.outbox import Points
from modelcompose.tracking.series.log import HISTOGRAM, NUMBER, RECORDED


def row(number: int, counts: dict[str, int]) -> Points:
    total = sum(counts.values())
    column = array("d", range(total)).tobytes()
    data = msgspec.msgpack.encode((list(counts), list(counts.values()), column, column, column))
    return Points(number, NUMBER, data)


def test_small_rows_go_together_in_one_call() -> None:
    [call] = told_points([row(3, {"a": 2}), row(5, {"a": 1, "b": 4})])
    assert [(one.position, one.names, one.counts) for one in call] == [
        (3 * PIECES, ["a"], [2]),
        (5 * PIECES, ["a", "b"], [1, 4]),
    ]


def test_a_row_that_is_too_large_is_cut_and_nothing_of_it_lost() -> None:
    counts = {"a": 50_000, "b": 3, "c": 30_000}
    calls = list(told_points([row(7, counts)]))
    pieces = [piece for call in calls for piece in call]
    assert [piece.position for piece in pieces] == list(range(7 * PIECES, 7 * PIECES + len(pieces)))
    for call in calls:
        assert sum(len(piece.steps) * 3 for piece in call) <= CALL_BYTES
    steps: dict[str, list[float]] = {}
    for piece in pieces:
        assert piece.points == piece.steps == piece.times
        steps.setdefault(piece.names[0], []).extend(array("d", piece.steps))
    assert {name: len(found) for name, found in steps.items()} == counts
    assert [step for found in steps.values() for step in found] == list(range(80_003))


def test_a_row_of_blobs_is_cut_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "CALL_BYTES", 1000)
    column = array("d", range(5)).tobytes()
    blobs = [b"x" * size for size in (600, 600, 5000, 100, 100)]
    data = msgspec.msgpack.encode((["h"], [5], column, blobs, column))
    calls = list(told_points([Points(1, HISTOGRAM, data)]))
    pieces = [piece for call in calls for piece in call]
    assert [piece.counts for piece in pieces] == [[1], [1], [1], [2]]
    assert [blob for piece in pieces for blob in piece.points] == blobs


def test_what_is_to_be_forgotten_has_a_position_and_no_points() -> None:
    [[told]] = told_points([Points(2, RECORDED, None)])
    assert (told.position, told.kind, told.names) == (2 * PIECES, "forget", [])
