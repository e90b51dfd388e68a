from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcompose.compose.embedded.environment import with_files_read
from modelcompose.errors import ComposeError


def entry(path: Path, **more: Any) -> dict[str, Any]:
    return {"path": str(path), "required": True, **more}


def test_the_compose_file_wins_over_files_and_later_files_over_earlier_ones(tmp_path: Path) -> None:
    first, second = tmp_path / "1.env", tmp_path / "2.env"
    first.write_text("A=first\nB=first\nC=first\nD=first\n")
    second.write_text("B=second-$A\n")
    service = {
        "env_file": [entry(first), entry(second)],
        "environment": {"C": "own", "D": None},
    }

    assert with_files_read(service, {}) == {
        "environment": {"A": "first", "B": "second-first", "C": "own", "D": None}
    }


def test_a_file_sees_the_caller_before_the_services_own_variables(tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    path.write_text("X=$A$B\n")
    service = {"env_file": [entry(path)], "environment": {"A": "own", "B": "own"}}

    found = with_files_read(service, {"A": "caller-"})

    assert found["environment"]["X"] == "caller-own"


def test_an_absent_file_matters_only_where_it_is_required(tmp_path: Path) -> None:
    absent = tmp_path / "absent.env"

    assert with_files_read({"env_file": [entry(absent, required=False)]}, {}) == {}

    with pytest.raises(ComposeError, match="environment file not found"):
        with_files_read({"env_file": [entry(absent)]}, {})


def test_a_raw_file_is_not_interpolated(tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    path.write_text('A="$B"\n')

    found = with_files_read({"env_file": [entry(path, format="raw")]}, {"B": "b"})

    assert found == {"environment": {"A": '"$B"'}}


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    path.touch()

    with pytest.raises(ComposeError, match="unsupported env_file format 'toml'"):
        with_files_read({"env_file": [entry(path, format="toml")]}, {})


def test_labels_of_files_give_way_to_those_of_the_service(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_text("a=file\nb=file\n")

    found = with_files_read({"label_file": [str(path)], "labels": {"a": "own"}}, {})

    assert found == {"labels": {"a": "own", "b": "file"}}
