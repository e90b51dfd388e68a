from __future__ import annotations

import pytest

from modelcompose.cli.run import run
from modelcompose.cli.run_arguments import positionals


@pytest.mark.parametrize(
    "line",
    [
        ["-d", "train"],
        ["--detach", "train"],
        ["train", "-d"],
        ["-e", "LR=1", "train"],
        ["-eLR=1", "train"],
        ["--set", "LR=1", "train"],
    ],
)
def test_a_line_of_our_flags_is_ours(line: list[str]) -> None:
    assert positionals(run, line) == ["train"]


@pytest.mark.parametrize("line", [["-dT", "web"], ["-T", "web"], ["--rm", "web"], ["--", "web"]])
def test_a_line_with_any_other_flag_is_composes(line: list[str]) -> None:
    assert positionals(run, line) is None
