"""A model card in Markdown, made from what is known of a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from modelcompose.registry.records import Version
from modelcompose.tracking.run import Run

_SIGNS = str.maketrans({"|": "\\|", "\n": " ", "<": "&lt;"})


def card(version: Version, run: Run | None, signature: Mapping[str, Any]) -> str:
    """Give a version's card.

    Args:
        version: the version.
        run: the run that made it, where it is still recorded.
        signature: what it takes and gives, in MLflow's words.
    """
    parts = [
        f"# {version.model}, version {version.version}",
        version.description or "",
        _table(("", ""), _facts(version, run)),
        _section("Metrics", _table(("metric", "value"), _metrics(version, run))),
        _section("Gate", _gate(version)),
        _section("Parameters", _table(("parameter", "value"), _parameters(version, run))),
        _section("Data", _table(("input", "content"), _data(version, run))),
        _section("Signature", _table(("", ""), ((k, str(v)) for k, v in signature.items()))),
        _section("Use", _use(version)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(version: Version, run: Run | None) -> Iterator[tuple[str, str]]:
    yield "made", datetime.fromtimestamp(version.created_at, UTC).isoformat(" ", "minutes")
    if version.aliases:
        yield "aliases", ", ".join(f"@{alias}" for alias in version.aliases)
    if version.tags:
        yield "tags", ", ".join(f"{key}: {value}" for key, value in version.tags.items())
    if version.run is not None:
        step = f"{run.step} of {run.project}, " if run else ""
        yield "made by", f"{step}run {version.run}"
    if version.origin is not None:
        content = version.origin.content
        yield "output", f"{version.origin.path}, {content.size_bytes:,} bytes"
        yield "content", content.digest
    else:
        yield "source", version.source
    yield from _code(version, run)


def _code(version: Version, run: Run | None) -> Iterator[tuple[str, str]]:
    kept = _kept(version, "code")
    commit = run.code.commit if run else kept.get("commit")
    tree = run.code.tree if run else kept.get("tree")
    if commit:
        changes = ", with changes" if run and run.code.is_dirty else ""
        yield "commit", f"{commit}{changes}"
    if tree:
        yield "code", str(tree)
    image = run.image if run else version.origin and version.origin.evidence.get("image")
    if image:
        yield "image", str(image)


def _metrics(version: Version, run: Run | None) -> Iterable[tuple[str, str]]:
    judged = _kept(version, "metrics")
    if judged:
        summaries = (".last", ".min", ".max")
        plain = {name: value for name, value in judged.items() if not name.endswith(summaries)}
        return [(name, f"{value:.6g}") for name, value in sorted(plain.items())]
    found = run.metrics if run else {}
    return [(name, f"{metric.last:.6g}") for name, metric in sorted(found.items())]


def _gate(version: Version) -> str:
    if version.origin is None or "gate" not in version.origin.evidence:
        return ""
    findings = version.origin.evidence.get("findings", [])
    lines = "\n".join(f"- {finding}" for finding in findings)
    return f"`{version.origin.evidence['gate']}`\n\n{lines}"


def _parameters(version: Version, run: Run | None) -> Iterable[tuple[str, str]]:
    found = run.params if run else _kept(version, "params")
    return [(name, str(value)) for name, value in sorted(found.items())]


def _data(version: Version, run: Run | None) -> Iterable[tuple[str, str]]:
    if run is not None:
        return [(path, content.digest) for path, content in sorted(run.inputs.items())]
    return [(path, str(digest)) for path, digest in sorted(_kept(version, "inputs").items())]


def _use(version: Version) -> str:
    return (
        f"```console\n$ modelcompose models download {version.label}\n```\n\n"
        f"With MLflow's client: `models:/{version.model}/{version.version}`"
    )


def _kept(version: Version, name: str) -> Mapping[str, Any]:
    found = None if version.origin is None else version.origin.evidence.get(name)
    return found if isinstance(found, Mapping) else {}


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {key.translate(_SIGNS)} | {value.translate(_SIGNS)} |" for key, value in rows]
    if not lines:
        return ""
    return "\n".join([f"| {head[0]} | {head[1]} |", "| --- | --- |", *lines])
