"""What a user may call a run: its id, the first digits of it, or its step's name."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from modelcompose.errors import NotFound

SHORT = 8
"""How many digits of an id are shown where space is short."""

_DIGITS = re.compile(r"[0-9a-f]{1,32}")
_LISTED = 6


def find_run(connection: sqlite3.Connection, name: str, folder: str | None) -> int:
    """Give the number of the run that a user names.

    Args:
        connection: the database.
        name: an id, the name of a step (its latest run), or the first digits of an id.
        folder: the project folder that step names are looked for in; None for all.

    Raises:
        NotFound: nothing goes by this name, or the digits begin several ids.
    """
    number = _of_id(connection, name) or _of_step(connection, name, folder)
    if number is not None:
        return number
    runs = _beginning_with(connection, name.lower())
    if len(runs) == 1:
        return int(runs[0][0])
    raise _ambiguous(name, runs) if runs else _unknown(connection, name, folder)


def _of_id(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute("SELECT number FROM runs WHERE id = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def _of_step(connection: sqlite3.Connection, name: str, folder: str | None) -> int | None:
    row = connection.execute(
        """
        SELECT number FROM runs
        WHERE step = ? AND (? IS NULL OR folder = ?) AND kind <> 'reproduction'
        ORDER BY created_at DESC, number DESC LIMIT 1
        """,
        (name, folder, folder),
    ).fetchone()
    return None if row is None else int(row[0])


def _beginning_with(connection: sqlite3.Connection, digits: str) -> list[tuple[Any, ...]]:
    if not _DIGITS.fullmatch(digits):
        return []
    return connection.execute(
        """
        SELECT number, id, step FROM runs WHERE id >= ? AND id < ?
        ORDER BY created_at DESC LIMIT ?
        """,
        (digits, digits + "g", _LISTED + 1),  # the letter after the last digit
    ).fetchall()


def _ambiguous(name: str, runs: Sequence[tuple[Any, ...]]) -> NotFound:
    listed = [f"{_distinct(run_id, name)} ({step})" for _, run_id, step in runs[:_LISTED]]
    more = ", …" if len(runs) > _LISTED else ""
    return NotFound(
        f"several runs begin with {name}: {', '.join(listed)}{more}",
        hint="give more digits of the id",
    )


def _distinct(run_id: str, prefix: str) -> str:
    return str(run_id[: max(SHORT, len(prefix) + 4)])


def _unknown(connection: sqlite3.Connection, name: str, folder: str | None) -> NotFound:
    import difflib

    steps = connection.execute(
        "SELECT DISTINCT step FROM runs WHERE ? IS NULL OR folder = ?", (folder, folder)
    )
    nearest = difflib.get_close_matches(name, [step for (step,) in steps], n=1)
    hint = f"did you mean {nearest[0]!r}? " if nearest else ""
    return NotFound(
        f"no run or step {name!r}", hint=f"{hint}list the runs: modelcompose runs --all"
    )
