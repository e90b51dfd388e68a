"""Tables that were made to be too much for a hub are refused, or read in little memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.folder import Folder
from modelcompose.hub.previews import records
from modelcompose.hub.previews.cells import MOST_COLUMNS, TablePart
from modelcompose.hub.previews.tables import read_table

Read = Callable[[str, str], TablePart]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(name: str, text: str) -> TablePart:
        (tmp_path / name).write_text(text)
        with closing(Folder(tmp_path).open((name,))) as file:
            return read_table(file, name, f"{tmp_path}/{name}", (0, 1000))

    return reading


def _peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_rows_that_each_have_a_name_of_their_own_take_no_square_of_memory(read: Read) -> None:
    rows = [{f"k{number}": 1} for number in range(3000)]
    found: list[TablePart] = []
    peak = _peak_bytes(lambda: found.append(read("a.json", json.dumps(rows))))
    assert (found[0].count, found[0].columns_count) == (3000, 3000)
    assert {len(row) for row in found[0].rows} == {MOST_COLUMNS}
    assert peak < 40e6


def test_of_lines_with_many_names_only_what_is_shown_is_taken(read: Read) -> None:
    wide = [json.dumps({f"k{line}x{number}": 1 for number in range(500)}) for line in range(100)]
    text = "\n".join([*wide, *["{}"] * 900])
    found: list[TablePart] = []
    peak = _peak_bytes(lambda: found.append(read("a.jsonl", text)))
    assert (found[0].count, found[0].columns_count) == (1000, 50_000)
    assert {len(row) for row in found[0].rows} == {MOST_COLUMNS}
    assert peak < 100e6


def test_a_record_that_never_ends_is_no_table(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST_RECORD", 1000)
    with pytest.raises(UsageError, match="longer than 1000"):
        read("a.csv", 'a,b\n1,"' + '\n","' * 10_000)
    assert read("b.csv", "a,b\n" + "1,2\n" * 5000).count == 5000


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_values_that_are_nested_too_deeply_cannot_be_read(read: Read, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(name, "[" * 100_000)
