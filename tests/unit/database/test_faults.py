from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.database.connection import open_database
from modelcompose.database.faults import translated
from modelcompose.errors import DatabaseError, StorageFull


def test_a_database_that_may_only_be_read_says_how_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    open_database(path).close()
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection,
        pytest.raises(DatabaseError, match="cannot be written") as caught,
        translated(path),
    ):
        connection.execute("DELETE FROM runs")
    assert caught.value.hint is not None
    assert "MODELCOMPOSE_HOME" in caught.value.hint


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_under_the_home_is_said(tmp_path: Path, number: int) -> None:
    with pytest.raises(StorageFull, match="the disk is full"), translated(tmp_path):
        raise OSError(number, os.strerror(number))


def test_errors_that_are_ours_pass_as_they_are(tmp_path: Path) -> None:
    error = DatabaseError("as it is")
    with pytest.raises(DatabaseError) as caught, translated(tmp_path):
        raise error
    assert caught.value is error
