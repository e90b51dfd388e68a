"""A project's plan as it is told to hubs: what a command saw of it, and what it made of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import msgspec

from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.plan import Plan
from modelcompose.pipeline.report import StepResult
from modelcompose.pipeline.session import Session

_FRESH_FOR_S = 300.0
"""A plan that did not change is told again after this, for its time to move."""

_KEYS = {"steps": "name", "details": "name", "data": "path", "models": "name"}
"""Lists of a plan, with what tells their entries apart."""


def tell_plan(
    session: Session, nodes: Sequence[Node], plan: Plan, results: Sequence[StepResult] = ()
) -> None:
    """Keep a project's plan in this user's hub, from which it is sent on; never fails a command.

    Args:
        session: of the command.
        nodes: the steps that it was about.
        plan: what it was to do.
        results: what came out of it.
    """
    from modelcompose.database.connection import open_database
    from modelcompose.database.home import home_folder
    from modelcompose.hub.beside.places import remember
    from modelcompose.pipeline.telling import look_at_services, told_plan
    from modelcompose.tracking.plans import keep_plan, read_plan

    project, now = session.project, time.time()
    if session.overrides:
        return  # with changed parameters it is nobody else's plan
    remember(home_folder(), project, session.engine.name)
    told = plan_document(told_plan(session, nodes, plan, results, look_at_services(session)))
    with closing(open_database()) as connection:
        try:
            known = _known(read_plan(connection, project.name))
            told = merged(told, known, is_whole=len(nodes) == len(session.graph.nodes))
            age_s = now - known.get("taken_at", 0.0)
            if told == {k: v for k, v in known.items() if k != "taken_at"} and age_s < _FRESH_FOR_S:
                return
            document = msgspec.json.encode({"taken_at": now, **told}).decode()
            connection.execute("BEGIN IMMEDIATE")
            keep_plan(
                connection,
                project.name,
                document,
                taken_at=now,
                objective=project.objective,
                now=now,
            )
            connection.execute("COMMIT")
        except (sqlite3.Error, UnicodeEncodeError):
            return  # closing undoes what was begun; the next command tells it


def plan_document(told: Any) -> dict[str, Any]:
    """Give a plan as the API takes it, without its time."""
    document: dict[str, Any] = msgspec.to_builtins(told)
    del document["taken_at"]
    return document


def merged(told: dict[str, Any], known: Mapping[str, Any], *, is_whole: bool) -> dict[str, Any]:
    """Put what was known of other steps beside what is told now, unless that is all of them."""
    if is_whole or known.get("folder") != told["folder"]:
        return told
    both = {
        field: _union(known.get(field) or [], told.get(field) or [], key)
        for field, key in _KEYS.items()
        if field in told or field in known
    }
    if "edges" in told:
        edges = [*(known.get("edges") or []), *told["edges"]]
        both["edges"] = list({tuple(sorted(edge.items())): edge for edge in edges}.values())
    return {**told, **both}


def _union(
    known: Sequence[dict[str, Any]], told: Sequence[dict[str, Any]], key: str
) -> list[dict[str, Any]]:
    names = {entry[key] for entry in told}
    return [*(entry for entry in known if entry.get(key) not in names), *told]


def _known(document: str | None) -> dict[str, Any]:
    if document is None:
        return {}
    try:
        return msgspec.json.decode(document, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
