from __future__ import annotations

import pytest

from modelcompose.cli.runs_page import Cell, Column, Section, fitted, print_sections, print_table
from modelcompose.cli.runs_words import count, number, size

COLUMNS = (
    Column("RUN"),
    Column("auc", may_go=True),
    Column("loss", may_go=True),
    Column("WHY", may_be_cut=True),
)
ROWS = ((Cell("12345678"), Cell("0.7132"), Cell("0.31"), Cell("x" * 40)),)


@pytest.mark.parametrize(
    ("available", "widths"),
    [
        (1000, {0: 8, 1: 6, 2: 4, 3: 40}),
        (64, {0: 8, 1: 6, 2: 4, 3: 40}),
        (50, {0: 8, 1: 6, 2: 4, 3: 26}),
        (36, {0: 8, 1: 6, 2: 4, 3: 12}),
        (31, {0: 8, 1: 6, 3: 12}),
        (25, {0: 8, 3: 12}),
    ],
)
def test_a_narrow_page_cuts_long_texts_and_then_leaves_columns_out(
    available: int, widths: dict[int, int]
) -> None:
    assert fitted(COLUMNS, ROWS, available) == widths


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.71324, "0.7132"),
        (327346.0, "327346"),
        (-3.0, "-3"),
        (1e-7, "1e-07"),
        (1e20, "1e+20"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_numbers_have_four_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (2340, "2.34 kB"),
        (999_900, "1 MB"),
        (34_000_000, "34 MB"),
        (2**40, "1.1 TB"),
    ],
)
def test_sizes_have_units(size_bytes: int, text: str) -> None:
    assert size(size_bytes) == text


def test_counts_agree_with_their_noun() -> None:
    assert [count(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]


def test_what_others_wrote_moves_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text = "a\x1b]0;title\x07\x9b2Jb"
    print_table([Column("NAME")], [[Cell(text)]])
    print_sections([], [Section("Title", [[Cell(text)]])])
    printed = capsys.readouterr().out
    assert not set(printed) & {"\x1b", "\x07", "\x9b"}
    assert printed.count("�]0;title��2Jb") == 2
