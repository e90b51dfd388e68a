"""Fill a model block: one version, what it was judged by, and its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from msgspec import Struct

from modelcompose.reporting.asking import Summary
from modelcompose.reporting.checking import listed
from modelcompose.reporting.choosing import Chooser
from modelcompose.reporting.document import ReportModel, ReportNumber
from modelcompose.reporting.grammar import ModelCard
from modelcompose.reporting.report import Placed

_SUMMARIES = (".last", ".min", ".max")


class _Content(Struct, frozen=True):
    digest: str | None = None
    size_bytes: int | None = None


class _Origin(Struct, frozen=True):
    project: str
    path: str
    content: _Content
    evidence: Mapping[str, Any] = {}


class _Version(Struct, frozen=True):
    model: str
    version: int
    created_at: float
    description: str | None = None
    run: str | None = None
    aliases: tuple[str, ...] = ()
    origin: _Origin | None = None


class _Maker(Struct, frozen=True):
    metrics: Mapping[str, Summary] = {}


class _Found(Struct, frozen=True):
    version: _Version
    run: _Maker | None = None


class _Card(Struct, frozen=True):
    markdown: str


def fill(one: Placed, chooser: Chooser) -> ReportModel:
    """Give a version of a model.

    Raises:
        ModelComposeError: there is none.
    """
    keys = cast("ModelCard", one.keys)
    name, _, reference = keys.model.rpartition("@")
    path = f"/models/{quote(name, safe='')}/versions/{quote(reference, safe='')}"
    found = chooser.hub.get(path, {}, _Found)
    version, origin = found.version, found.version.origin
    if version.run is not None and found.run is not None:
        chooser.remember(version.run)
    return ReportModel(
        line=one.line,
        title=keys.title,
        caption=keys.caption,
        model=version.model,
        version=version.version,
        aliases=version.aliases,
        description=version.description or "",
        created_at=version.created_at,
        run=version.run,
        project=origin.project if origin else None,
        path=origin.path if origin else None,
        digest=origin.content.digest if origin else None,
        size_bytes=origin.content.size_bytes if origin else None,
        gate=origin.evidence.get("gate") if origin else None,
        metrics=tuple(_metrics(found, listed(keys.metrics))),
        card=chooser.hub.get(f"{path}/card", {}, _Card).markdown if keys.card else "",
    )


def _metrics(found: _Found, names: tuple[str, ...]) -> list[ReportNumber]:
    """Give what it was judged by, else what the run measured that made it."""
    origin = found.version.origin
    judged = origin.evidence.get("metrics", {}) if origin else {}
    values = {name: value for name, value in judged.items() if not name.endswith(_SUMMARIES)}
    if not values and found.run is not None:
        values = {name: metric.last for name, metric in found.run.metrics.items()}
    chosen = names or sorted(values)
    return [ReportNumber(name, values.get(name), None, None) for name in chosen]
