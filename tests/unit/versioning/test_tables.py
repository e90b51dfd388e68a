from __future__ import annotations

import csv
import gzip
import io
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.store.content import Tree
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning.changes import tree_changes
from modelcompose.versioning.table_changes import TableReader
from modelcompose.versioning.tables import (
    FIELD_LENGTH,
    Table,
    TableChange,
    TypeChange,
    compare,
    read_table,
)


def read(name: str, data: bytes) -> Table | None:
    return read_table(name, io.BytesIO(data))


@given(
    st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=2), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
)
def test_rows_are_counted_whatever_their_fields_hold(rows: list[list[str]], end: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b"], *rows])
    data = text.getvalue().encode("utf-8", "surrogatepass")

    assert read("x.csv", data) == Table(len(rows), {"a": "", "b": ""})
    assert read("x.csv.gz", gzip.compress(data)) == read("x.csv", data)


@pytest.mark.parametrize(
    ("name", "data", "table"),
    [
        ("x.csv", b"", Table(0, {})),
        ("x.csv", b"a;b\n1;2\n\n3;4", Table(2, {"a": "", "b": ""})),
        ("x.CSV", b"\xef\xbb\xbfa,b\n1,2\n", Table(1, {"a": "", "b": ""})),
        ("x.tsv", b"a,1\tb\n1\t2\n", Table(1, {"a,1": "", "b": ""})),
        ("x.jsonl", b'{"a":1}\n{"a":2}', Table(2, {})),
        ("x.csv.gz", b"no gzip", None),
        ("x.csv.gz", gzip.compress(b"a\n1\n" * 9, mtime=0)[:-9], None),
        ("x.parquet", b"PAR1 and no more", None),
        ("x.parquet", b"", None),
    ],
)
def test_what_a_file_says_of_itself_is_told(name: str, data: bytes, table: Table | None) -> None:
    assert read(name, data) == table


@pytest.mark.parametrize("filler", [b"x", b"x" * 9999 + b"\n"])
def test_a_quote_that_never_ends_takes_no_memory(filler: bytes) -> None:
    data = b'a,b\n"' + filler * (4 * FIELD_LENGTH // len(filler))
    tracemalloc.start()
    found = read("x.csv", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found is None
    assert peak < 10 * FIELD_LENGTH + len(data)


def parquet(columns: dict[str, list[object]]) -> bytes:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    stream = io.BytesIO()
    write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_a_parquet_file_tells_its_rows_columns_and_types() -> None:
    data = parquet({"a": [1, 2], "b": ["x", "y"]})

    assert read("x.parquet", data) == Table(2, {"a": "int64", "b": "string"})


def test_two_tables_differ_in_rows_columns_and_types() -> None:
    old = Table(2, {"a": "int64", "b": "string"})
    new = Table(3, {"a": "double", "c": "string"})

    assert compare(old, new) == TableChange(
        2, 3, ("c",), ("b",), (TypeChange("a", "int64", "double"),)
    )
    assert compare(None, new) == TableChange(None, 3)
    assert compare(old, None) == TableChange(2, None)


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Store, Tree, Tree]:
    """Two versions of a folder: in the store alone, the small files of the old one in a pack."""
    store, data = Store(tmp_path / "store"), tmp_path / "data"
    data.mkdir()
    with FileStates(tmp_path / "states.db") as states:
        for number in range(100):
            (data / f"{number:02}.csv").write_text(f"a\n{number}\n")
        (data / "t.parquet").write_bytes(parquet({"a": [1]}))
        _, old = store.add(data, states)
        (data / "07.csv").write_text("a\n1\n2\n")
        (data / "99.csv").unlink()
        (data / "t.parquet").write_bytes(parquet({"a": [1, 2]}))
        _, new = store.add(data, states)
    assert old is not None
    assert new is not None
    return store, old, new


def test_tables_are_read_out_of_packs_and_blobs(
    versions: tuple[Store, Tree, Tree], tmp_path: Path
) -> None:
    store, old, new = versions
    with FileStates(tmp_path / "states.db") as states:
        reader = TableReader(store, states)
        found = reader.look_into(tree_changes(old, new), old, new, tmp_path / "nowhere")

    assert not reader.lacks_pyarrow
    assert {change.path: change.table for change in found} == {
        "07.csv": TableChange(1, 2),
        "99.csv": TableChange(1, None),
        "t.parquet": TableChange(1, 2),
    }


def test_no_more_is_read_than_was_allowed(
    versions: tuple[Store, Tree, Tree], tmp_path: Path
) -> None:
    store, old, new = versions
    with FileStates(tmp_path / "states.db") as states:
        reader = TableReader(store, states, read_bytes=12)
        found = reader.look_into(tree_changes(old, new), old, new, tmp_path / "nowhere")

    assert [change.path for change in found if change.table] == ["07.csv", "t.parquet"]
    assert reader.uncounted == 1


def test_without_pyarrow_that_is_told_and_csv_is_read_all_the_same(
    versions: tuple[Store, Tree, Tree], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, old, new = versions
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with FileStates(tmp_path / "states.db") as states:
        reader = TableReader(store, states)
        found = reader.look_into(tree_changes(old, new), old, new, tmp_path / "nowhere")

    assert reader.lacks_pyarrow
    assert [change.path for change in found if change.table] == ["07.csv", "99.csv"]
