from __future__ import annotations

import pytest

from modelcompose.pipeline.paths import covers, may_read, outermost, overlap


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("data", "data", True),
        ("data", "data/raw", True),
        ("data", "data-raw", False),
        ("data/raw", "data", False),
        (".", "anything/at/all", True),
    ],
)
def test_a_folder_covers_itself_and_what_lies_in_it(
    outer: str, inner: str, *, expected: bool
) -> None:
    assert covers(outer, inner) is expected


def test_overlap_does_not_care_for_order() -> None:
    assert overlap("data/raw", "data")
    assert overlap("data", "data/raw")
    assert not overlap("data", "models")


@pytest.mark.parametrize(
    ("declared", "written", "expected"),
    [
        ("data/*.csv", "data/a.csv", True),
        ("data/*.csv", "data", True),
        ("data/*.csv", "data/a.json", False),
        ("data/*/part.csv", "data/raw", True),
        ("**/*.csv", "anywhere", True),
        ("src/**/*.py", "data", False),
        ("data/[ab].csv", "data/c.csv", False),
        ("data/raw", "data/raw/x", True),
    ],
)
def test_a_glob_may_read_what_its_matches_could_lie_in(
    declared: str, written: str, *, expected: bool
) -> None:
    assert may_read(declared, written) is expected


def test_outermost_leaves_out_what_lies_in_another_path() -> None:
    assert outermost(["a/b", "a", "a-b", "a/b/c", "c"]) == ("a", "a-b", "c")
