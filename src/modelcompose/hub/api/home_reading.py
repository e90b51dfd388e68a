"""What changed last in each of some projects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite

import msgspec
from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.api.graph_nodes import ServedVersion
from modelcompose.hub.api.graph_reading import served_by
from modelcompose.hub.api.home_models import ModelNews, model_news
from modelcompose.hub.api.standing import BriefRun, brief
from modelcompose.hub.tokens.principal import caller
from modelcompose.tracking.query.joins import OBJECTIVE_TAG
from modelcompose.tracking.step_history import Went, latest, measured

_NEWEST = 60
"""Runs of a project that are looked at."""
_SHOWN = 3
_POINTS = 30
_LISTED = """
    SELECT number, name, updated_at,
        (SELECT max(created_at) FROM runs WHERE experiment = experiments.number),
        (SELECT taken_at FROM project_plans WHERE project = experiments.name)
    FROM experiments WHERE deleted_at IS NULL
"""


class Listed(Struct, frozen=True):
    """A project in the order of the page."""

    number: int
    name: str
    changed_at: float
    planned_at: float | None
    is_pinned: bool


class FailingStep(Struct, frozen=True):
    """A step whose newest run went wrong, or which cannot run."""

    step: str
    state: str
    """failed, killed or blocked."""
    cause: str
    run: str | None = None
    at: float | None = None


class Spark(Struct, frozen=True):
    """The objective metric over the newest runs, the oldest first."""

    metric: str
    way: str
    """Which way is better: `max` or `min`."""
    runs: list[str]
    values: list[float]


class Deployment(Struct, frozen=True):
    """A service that serves a model, as far as the hub knows."""

    service: str
    serves: list[ServedVersion]


class HomeProject(Struct, frozen=True):
    """A project, and what changed last in it."""

    name: str
    changed_at: float
    """When something was last recorded; since the epoch, as all times here."""
    is_pinned: bool
    running: list[BriefRun]
    """The newest that go on."""
    running_count: int
    """How many of the newest runs go on."""
    last: BriefRun | None
    """The newest that ended."""
    recent: list[str]
    """How the newest runs stand, the oldest first."""
    failing: list[FailingStep]
    steps: Mapping[str, int]
    """How many steps stand how, as the project's plan told last."""
    planned_at: float | None
    models: list[ModelNews]
    deployments: list[Deployment]
    spark: Spark | None


class _ToldStep(Struct, frozen=True):
    name: str
    state: str = ""
    cause: str = ""


class _ToldPlan(Struct, frozen=True):
    """The little that is read of a plan here."""

    taken_at: float
    steps: list[_ToldStep] = []
    services: list[str] = []


def listed(connection: Connection, pinned: Sequence[str], text: str) -> list[Listed]:
    """Give the projects that the caller may see: the pinned ones, then the newest first."""
    who, places = caller.get(), {name: place for place, name in enumerate(pinned)}
    found = [
        Listed(number, name, max(updated, run_at or 0.0, told or 0.0), told, name in places)
        for number, name, updated, run_at, told in connection.rows(_LISTED)
        if (number or run_at is not None)  # MLflow's `Default` is always there
        and who.may("reader", [name])
        and text.lower() in name.lower()
    ]
    return sorted(
        found,
        key=lambda one: (places.get(one.name, len(places)), -one.changed_at, one.name),
    )


def read_home(connection: Connection, page: Sequence[Listed]) -> list[HomeProject]:
    """Read what changed last in some projects."""
    if not page:
        return []
    plans = _plans(connection, [one.name for one in page])
    services = [f"{name}/{each}" for name, plan in plans.items() for each in plan.services]
    facts = _Facts(
        {one.name: latest(connection, one.number, _NEWEST) for one in page},
        plans,
        _objectives(connection, [one.number for one in page]),
        model_news(connection, {one.name for one in page}),
        served_by(connection, {place: place for place in services}),
    )
    return [_project(connection, one, facts) for one in page]


class _Facts(Struct, frozen=True):
    """What was read of all projects of a page at once."""

    runs: Mapping[str, list[Went]]
    plans: Mapping[str, _ToldPlan]
    ways: Mapping[int, Mapping[str, str]]
    news: Mapping[str, list[ModelNews]]
    served: Mapping[str, list[tuple[str, int]]]


def _project(connection: Connection, one: Listed, facts: _Facts) -> HomeProject:
    runs, plan = facts.runs[one.name], facts.plans.get(one.name)
    going = [run for run in runs if run.status == "running"]
    ended = [run for run in runs if run.status != "running"]
    shown = going[:_SHOWN]
    values = measured(connection, [run.number for run in shown], 1) if shown else {}
    return HomeProject(
        one.name,
        one.changed_at,
        one.is_pinned,
        [brief(run, _of_step(runs, run), values.get(run.number, ())) for run in shown],
        len(going),
        brief(ended[0]) if ended else None,
        [run.status for run in reversed(runs[:_POINTS])],
        _failing(runs, plan),
        dict(Counter(step.state for step in plan.steps)) if plan else {},
        one.planned_at,
        facts.news.get(one.name, []),
        [
            Deployment(place.rpartition("/")[2], [ServedVersion(*each) for each in versions])
            for place, versions in facts.served.items()
            if place.rpartition("/")[0] == one.name
        ],
        _spark(connection, runs, facts.ways.get(one.number, {})),
    )


def _of_step(runs: Sequence[Went], run: Went) -> list[Went]:
    return [one for one in runs if one.step == run.step]


def _failing(runs: Sequence[Went], plan: _ToldPlan | None) -> list[FailingStep]:
    """Give the steps that stand badly: by their newest run, and by the plan since then."""
    newest: dict[str, Went] = {}
    for run in runs:
        if run.kind == "step":
            newest.setdefault(run.step, run)
    found = {
        step: FailingStep(step, run.status, run.error or "", run.id, run.ended_at)
        for step, run in newest.items()
        if run.status in ("failed", "killed")
    }
    for told in plan.steps if plan else ():
        ended_at = newest[told.name].ended_at if told.name in newest else None
        if plan is not None and (ended_at or 0.0) > plan.taken_at:
            continue  # it ran since
        if told.state in ("failed", "blocked"):
            known = found.get(told.name, FailingStep(told.name, told.state, told.cause))
            found[told.name] = known
        else:
            found.pop(told.name, None)
    return list(found.values())[:10]


def _spark(connection: Connection, runs: Sequence[Went], ways: Mapping[str, str]) -> Spark | None:
    for name, way in ways.items():
        step, _, metric = name.partition(".")
        ours = [run for run in runs if run.step == step and run.status == "succeeded"]
        found = _values(connection, ours, metric) if metric and ours else []
        if not found:
            ours = [run for run in runs if run.status == "succeeded"]
            found = _values(connection, ours, name)
        if len(found) > 1:
            return Spark(name, way, [run for run, _ in found], [value for _, value in found])
    return None


def _values(connection: Connection, runs: Sequence[Went], metric: str) -> list[tuple[str, float]]:
    if not runs:
        return []
    newest = runs[:_POINTS]
    condition, value = one_of(connection, "run", [run.number for run in newest])
    rows = connection.rows(
        f"SELECT run, last FROM metrics WHERE {condition} AND name = ?",  # noqa: S608
        (value, metric),
    )
    known = {number: last for number, last in rows if last is not None and isfinite(last)}
    return [(run.id, known[run.number]) for run in reversed(newest) if run.number in known]


def _objectives(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    condition, value = one_of(connection, "experiment", numbers)
    rows = connection.rows(
        f"SELECT experiment, name, value FROM experiment_tags WHERE {condition} "  # noqa: S608
        "AND substr(name, 1, ?) = ? ORDER BY name",
        (value, len(OBJECTIVE_TAG), OBJECTIVE_TAG),
    )
    found: dict[int, dict[str, str]] = {}
    for number, name, way in rows:
        found.setdefault(number, {})[name[len(OBJECTIVE_TAG) :]] = way
    return found


def _plans(connection: Connection, names: Sequence[str]) -> dict[str, _ToldPlan]:
    condition, value = one_of(connection, "project", names)
    rows = connection.rows(
        f"SELECT project, document FROM project_plans WHERE {condition}",  # noqa: S608
        (value,),
    )
    found: dict[str, _ToldPlan] = {}
    for project, document in rows:
        try:
            found[project] = msgspec.json.decode(document, type=_ToldPlan)
        except msgspec.MsgspecError:
            continue  # of a program that is newer or broken
    return found
