"""Quick profiles of tables and folders say what is there, and how much of it was read."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelcompose.errors import UsageError
from modelcompose.store.content import Entry, Tree
from modelcompose.versioning.profiles import tables
from modelcompose.versioning.profiles.columns import ColumnGatherer, ColumnProfile
from modelcompose.versioning.profiles.folders import ending, folder_profile
from modelcompose.versioning.profiles.numbers import histogram, spread
from modelcompose.versioning.profiles.tables import csv_profile, lines_profile, parquet_profile


def column(*values: Any) -> ColumnProfile:
    gatherer = ColumnGatherer("c")
    gatherer.add(values)
    return gatherer.profile()


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("1", "-2", "+3"), "integer"),
        (("1", "2.5", "1e9"), "number"),
        (("true", "False", "TRUE"), "boolean"),
        (("2013-01-01", "2013-01-02T10:00:00Z"), "time"),
        (("1", "x"), "text"),
        (("1_000",), "text"),
        (("", "NA", "null"), "empty"),
        ((True, False), "boolean"),
        ((1, 2.5), "number"),
    ],
)
def test_a_column_is_of_the_type_that_fits_all_its_values(values: Any, kind: str) -> None:
    assert column(*values).type == kind


def test_missing_cells_are_counted_and_are_no_values() -> None:
    found = column("1", "", "NaN", "n/a", None, float("nan"), "1")
    assert (found.count, found.missing, found.distinct) == (7, 5, 1)
    assert found.spread is not None
    assert found.spread.mean == 1.0


def test_more_values_than_are_told_apart_are_said_to_be_more() -> None:
    found = column(*(f"v{number}" for number in range(10_001)))
    assert (found.distinct, found.is_distinct_exact, found.frequent) == (10_000, False, [])


def test_the_most_frequent_values_are_named_and_long_ones_cut() -> None:
    found = column("b", "a", "a", "x" * 500, "x" * 500, "x" * 500)
    assert [(one.value[:3], one.count) for one in found.frequent] == [
        ("xxx", 3),
        ("a", 2),
        ("b", 1),
    ]
    assert len(found.frequent[0].value) == 121


def test_numbers_are_spread_over_steps_of_which_whole_numbers_get_whole_ones() -> None:
    found = spread([1.0, 2.0, 2.0, 4.0, math.inf])
    assert found is not None
    assert (found.min, found.max, found.mean, found.quantiles[2]) == (1.0, 4.0, 2.25, 2.0)
    assert found.histogram.edges == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert found.histogram.counts == [1, 2, 0, 1]
    assert spread([math.nan]) is None
    assert histogram([-1.7e308, 1.7e308]).counts == [2]
    assert sum(histogram([0.1 * n for n in range(1000)]).counts) == 1000


def test_a_table_that_is_read_in_part_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    part = csv_profile(lines("a,b\n1,x\n2,y\n3,z\n"))
    assert (part.rows, part.is_whole, part.total_rows) == (2, False, None)
    whole = csv_profile(lines("a,b\n1,x\n2,y\n"))
    assert (whole.rows, whole.is_whole, whole.total_rows) == (2, True, 2)


def test_a_csv_file_tells_its_separator_and_short_rows_miss_cells() -> None:
    found = csv_profile(lines("\na;b\n1;2\n\n3\n"))
    assert [(one.name, one.type, one.missing) for one in found.columns] == [
        ("a", "integer", 0),
        ("b", "integer", 1),
    ]
    assert csv_profile([]).columns == []


def test_json_lines_have_the_columns_of_all_their_objects() -> None:
    found = lines_profile(lines('{"a": 1}\n{"b": [1, 2], "a": null}\n\n'))
    assert [(one.name, one.type, one.missing) for one in found.columns] == [
        ("a", "integer", 1),
        ("b", "text", 1),
    ]
    with pytest.raises(UsageError, match="JSON lines"):
        lines_profile(["{"])


def test_a_parquet_file_declares_its_types_and_how_many_rows_it_has(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"n": [1, 2, None], "t": ["x", "y", "y"]}), path)
    with path.open("rb") as stream:
        found = parquet_profile(stream)
    assert [(one.declared, one.type, one.missing) for one in found.columns] == [
        ("int64", "integer", 1),
        ("string", "text", 0),
    ]
    assert (found.rows, found.is_whole, found.total_rows) == (3, True, 3)
    path.write_bytes(b"PAR1 nothing")
    with path.open("rb") as stream, pytest.raises(UsageError, match="Parquet"):
        parquet_profile(stream)


def test_a_folder_is_made_of_kinds_and_sizes_of_files() -> None:
    entries = [
        Entry("a/1.csv", "d", 5000),
        Entry("a/2.CSV", "d", 100),
        Entry("b/3.tar.gz", "d", 70),
        Entry("link", "d", 3, link="a"),
        Entry("README", "d", 0),
    ]
    found = folder_profile(Tree(tuple(entries), ("empty/",)))
    assert (found.files, found.links, found.size_bytes) == (4, 1, 5170)
    assert [(one.ending, one.files) for one in found.kinds] == [
        (".csv", 2),
        (".tar.gz", 1),
        ("", 1),
    ]
    assert [table.path for table in found.tables] == ["a/1.csv", "a/2.CSV"]
    assert sum(one.files for one in found.sizes) == 4
    assert found.sizes[0].from_bytes == 0


@pytest.mark.parametrize(
    ("path", "end"),
    [("a/b.csv", ".csv"), ("b.CSV.gz", ".csv.gz"), (".hidden", ""), ("no", ""), ("a.gz", ".gz")],
)
def test_an_ending_is_that_of_the_name_alone(path: str, end: str) -> None:
    given: Callable[[str], str] = ending
    assert given(path) == end


def test_of_a_text_with_long_lines_only_so_much_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_CHARACTERS", 100)
    rows = lines("a,b\n" + "1,2\n" * 100)
    for found in (csv_profile(rows), lines_profile(['{"a": 1, "b": 2}\n'] * 100)):
        assert (found.is_whole, found.total_rows) == (False, None)
        assert 5 < found.rows < 30


def test_a_record_that_never_ends_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LONGEST_RECORD", 100)
    with pytest.raises(UsageError, match="longer than 100"):
        csv_profile(["a,b\n", '1,"\n', *['","\n'] * 1000])


def test_rows_that_each_have_a_name_of_their_own_take_no_square_of_memory() -> None:
    found = lines_profile(f'{{"k{number}": 1}}\n' for number in range(3000))
    assert (found.columns_count, len(found.columns)) == (3000, tables.MOST_COLUMNS)


def test_json_lines_that_are_nested_too_deeply_cannot_be_read() -> None:
    with pytest.raises(UsageError, match="JSON lines"):
        lines_profile(["[" * 100_000])
