"""Moves points out of the log, and makes buckets of them: looked at first, then in one write.

All is read and computed without holding up any writer. The write that follows takes place only
if nobody has compacted the run in between, and if the log still has every row that was read;
else nothing of it happens. A point is therefore in one place alone at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from modelcompose.database.database import Database
from modelcompose.tracking.series import chunks, log
from modelcompose.tracking.series.growing import Growth, grown
from modelcompose.tracking.series.log import NUMBER, RECORDED, Connection, Listed, Logged
from modelcompose.tracking.series.points import Batch, Points, joined

FOLD_ROWS = 64
"""So many small rows of a run become one."""
MOVE_POINTS = 16_384
"""So many points of a run in the log move into chunks, when its series have enough each…"""
MOVE_POINTS_EACH = 64
"""…that is so many on average…"""
MOVE_POINTS_ALWAYS = 131_072
"""…or when there are so many. It is also what one write moves at most, more or less."""

_FOLDED_KEPT = 16
"""More folded rows than these are folded together again."""

_VERSION = "SELECT version FROM series_runs WHERE run = ?"
_BEGIN = """
    INSERT INTO series_runs (run, version) SELECT number, 0 FROM runs WHERE number = ?
    ON CONFLICT (run) DO NOTHING
"""
_ADVANCE = "UPDATE series_runs SET version = version + 1 WHERE run = ? AND version = ?"

_Parts = dict[tuple[int, str], list[Points]]
"""Points by kind and name."""


class _Plan(Struct, frozen=True):
    """What a compaction will write."""

    version: int
    rows: Sequence[Listed]
    """Of the log, which go."""
    folds: Sequence[tuple[int, Batch]]
    """By kind, which come in the place of some."""
    growths: Sequence[Growth]
    """Of series, by the points of the others."""


class _OvertakenError(Exception):
    """Rows that were to be moved are no longer there."""


def compact(database: Database, run: int, *, is_idle: bool = False) -> bool:
    """Compact a run once; a run with very much in the log needs several calls.

    Args:
        database: where the run is.
        run: its number.
        is_idle: fold also the few rows of a run that nothing is logged into any more.

    Returns:
        whether something was done, so that another call may find more.
    """
    with database.read() as connection:
        plan = _planned(connection, run, is_idle=is_idle)
    if plan is None:
        return False
    try:
        with database.write() as connection:
            return _carried_out(connection, run, plan)
    except _OvertakenError:
        return False


def _planned(connection: Connection, run: int, *, is_idle: bool) -> _Plan | None:
    version = connection.execute(_VERSION, (run,)).fetchone()
    listed = log.listed(connection, run)
    if not _is_due([row for row in listed if not row.is_folded], is_idle=is_idle):
        return None
    moved, left = _split(listed) if _is_running(connection, run) else (_first(listed), [])
    parts = _parts(log.load(connection, run, moved))
    if not _is_worth_moving(moved, len(parts)):
        moved, left, parts = [], [*left, *moved], {}
    growths = _growths(connection, run, parts)
    left = _worth_folding(left, is_idle=is_idle)
    if not moved and not left:
        return None
    folds = _folds(log.load(connection, run, left))
    return _Plan(0 if version is None else version[0], [*moved, *left], folds, growths)


def _is_due(rows: Sequence[Listed], *, is_idle: bool) -> bool:
    """Tell whether there is enough in rows that are not folded."""
    weight = sum(row.weight for row in rows)
    if len(rows) >= FOLD_ROWS or weight >= MOVE_POINTS:
        return True
    return is_idle and (len(rows) > 1 or weight >= log.FOLD_POINTS)


def _carried_out(connection: Connection, run: int, plan: _Plan) -> bool:
    connection.execute(_BEGIN, (run,))
    if connection.execute(_ADVANCE, (run, plan.version)).rowcount != 1:
        return False  # the run is gone, or was compacted meanwhile
    if log.delete(connection, plan.rows) != len(plan.rows):
        raise _OvertakenError
    for kind, batch in plan.folds:
        log.append_folded(connection, run, batch, kind)
    for growth in plan.growths:
        growth.write(connection, run)
    return True


def _first(rows: Iterable[Listed]) -> list[Listed]:
    found: list[Listed] = []
    weight = 0
    for row in rows:
        if weight >= MOVE_POINTS_ALWAYS:
            break
        found.append(row)
        weight += row.weight
    return found


def _split(rows: Sequence[Listed]) -> tuple[list[Listed], list[Listed]]:
    """Tell what may move from what may be read anew, which can be forgotten in the log alone."""
    fixed = [row for row in rows if row.kind == RECORDED and not row.is_folded]
    return _first(row for row in rows if row.kind != RECORDED), _first(fixed)


def _is_running(connection: Connection, run: int) -> bool:
    row = connection.execute("SELECT status FROM runs WHERE number = ?", (run,)).fetchone()
    return row is not None and row[0] == "running"


def _is_worth_moving(rows: Sequence[Listed], series: int) -> bool:
    weight = sum(row.weight for row in rows)
    return weight >= MOVE_POINTS_ALWAYS or weight >= max(MOVE_POINTS, series * MOVE_POINTS_EACH)


def _worth_folding(rows: Sequence[Listed], *, is_idle: bool) -> list[Listed]:
    small = [row for row in rows if not row.is_folded]
    if not _is_due(small, is_idle=is_idle):
        return []
    return list(rows) if len(rows) - len(small) >= _FOLDED_KEPT else small


def _parts(rows: Iterable[Logged]) -> _Parts:
    found: _Parts = {}
    for row in rows:
        for name, points in log.points(row).items():
            found.setdefault((row.kind, name), []).append(points)
    return found


def _folds(rows: Sequence[Logged]) -> list[tuple[int, Batch]]:
    names: dict[int, list[str]] = {}
    columns: dict[int, list[Points]] = {}
    for (kind, name), some in sorted(_parts(rows).items(), key=lambda item: item[0]):
        names.setdefault(kind, []).append(name)
        columns.setdefault(kind, []).append(joined(some))
    return [(kind, _batch(names[kind], parts)) for kind, parts in columns.items()]


def _batch(names: Sequence[str], parts: Sequence[Points]) -> Batch:
    whole = joined(parts)
    return Batch(names, [len(part) for part in parts], whole.steps, whole.values, whole.times)


def _growths(connection: Connection, run: int, parts: _Parts) -> list[Growth]:
    by_kind: dict[int, dict[str, list[Points]]] = {}
    for (kind, name), some in parts.items():
        kept_as = NUMBER if kind == RECORDED else kind
        by_kind.setdefault(kept_as, {}).setdefault(name, []).extend(some)
    growths = []
    for kind, series in by_kind.items():
        known = chunks.find(connection, run, series.keys(), kind)
        growths += [
            grown(connection, kind, name, known.get(name), joined(some))
            for name, some in series.items()
        ]
    return growths
