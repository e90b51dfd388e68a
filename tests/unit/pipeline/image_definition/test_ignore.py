"""`.dockerignore`. That its patterns are Docker's own: tests/contract."""

from __future__ import annotations

import pytest

from modelcompose.pipeline.image_definition.ignore import Patterns, read_ignore


def test_lines_are_cleaned_and_comments_left_out() -> None:
    text = "\ufeff/a/\n# c\n\n  ./b/../c  \n! /d\n #e\n/\n"

    assert read_ignore(text) == ["a", "c", "!d", "#e", "/"]


@pytest.mark.parametrize(
    ("patterns", "folder", "expected"),
    [
        (["data"], "data", False),
        (["*", "!app.py"], "data", False),
        (["*", "!src"], "data", False),
        (["*", "!data/raw"], "data", True),
        (["*", "!data/*.csv"], "data", True),
        (["*", "!data/*.csv"], "data/raw", False),
        (["*", "!**/*.csv"], "data", True),
        (["*", "!d*"], "data", False),
    ],
)
def test_an_ignored_folder_is_looked_into_only_for_an_exception(
    patterns: list[str], folder: str, *, expected: bool
) -> None:
    matcher = Patterns(patterns)
    flags: tuple[bool, ...] = ()
    for path in ["/".join(folder.split("/")[: n + 1]) for n in range(folder.count("/") + 1)]:
        _, flags = matcher.match(path, flags)

    assert matcher.may_spare_below(folder, flags) is expected
