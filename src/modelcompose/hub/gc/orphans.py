"""Files whose run, model or experiment is no more, as a crash or another program leaves them.

The folders are listed first and the database is asked then: a run is there before its files, so
that what is uploaded meanwhile is never taken for an orphan.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.hub import Hub

_RUN = re.compile(r"[0-9a-f]{32}")
_MODEL = re.compile(r"m-[0-9a-f]{32}")
_MODELS = "models"


def lost_artifacts(hub: Hub) -> list[Parts]:
    """Give the folders of artifacts that belong to nothing the database knows.

    Folders of other names than the hub gives are somebody's own, and left alone.
    """
    listed: list[tuple[Parts, str]] = []
    for experiment in hub.artifacts.entries(()):
        if not experiment.is_dir or not experiment.name.isdecimal():
            continue
        for entry in hub.artifacts.entries((experiment.name,)):
            if entry.is_dir and _RUN.fullmatch(entry.name):
                listed.append(((experiment.name, entry.name), "run"))
            elif entry.is_dir and entry.name == _MODELS:
                listed += [
                    ((experiment.name, _MODELS, model.name), "model")
                    for model in hub.artifacts.entries((experiment.name, _MODELS))
                    if model.is_dir and _MODEL.fullmatch(model.name)
                ]
    with hub.database.read() as connection:
        runs = _known(connection, "runs", [parts[-1] for parts, kind in listed if kind == "run"])
        names = [parts[-1] for parts, kind in listed if kind == "model"]
        models = _known(connection, "logged_models", names)
    return [parts for parts, kind in listed if parts[-1] not in (runs if kind == "run" else models)]


def lost_logs(hub: Hub) -> list[Path]:
    """Give the folders of logs whose run is no more."""
    root = hub.home / "runs"
    found = [path for path in root.glob("??/*") if _RUN.fullmatch(path.name)]
    with hub.database.read() as connection:
        known = _known(connection, "runs", [path.name for path in found])
    return [path for path in found if path.name not in known]


def _known(connection: Connection, table: str, ids: Sequence[str]) -> set[str]:
    if not ids:
        return set()
    these, value = one_of(connection, "id", ids)
    return {row[0] for row in connection.rows(f"SELECT id FROM {table} WHERE {these}", (value,))}  # noqa: S608
