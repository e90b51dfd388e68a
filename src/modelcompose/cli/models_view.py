"""How models and versions are printed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelcompose.cli import runs_diff
from modelcompose.cli.runs_page import Cell, Column, Section
from modelcompose.cli.runs_trees import listing
from modelcompose.cli.runs_words import count, moment, number, size
from modelcompose.cli.times import ago
from modelcompose.registry.records import Model, Version
from modelcompose.registry.search import search_models
from modelcompose.registry.views import VersionComparison, metrics_shown
from modelcompose.store.content import Content
from modelcompose.tracking.comparison import compare_runs, short_digest
from modelcompose.tracking.naming import SHORT
from modelcompose.tracking.run import Run
from modelcompose.tracking.views import MetricDifference

if TYPE_CHECKING:
    from modelcompose.database.database import Connection
    from modelcompose.registry.aliases import Move

_MOST = 1000

Page = tuple[list[Cell], list[Section]]
Row = tuple[Cell, ...]


def listed(connection: Connection, chosen: str) -> list[Model]:
    """Give the models that a filter chooses, by name."""
    found: list[Model] = []
    token: str | None = None
    while True:
        page = search_models(connection, chosen, (), size=_MOST, token=token, now=time.time())
        found += page.items
        token = page.token
        if token is None:
            return found


def git_tags(
    connection: Connection, models: Sequence[Model], folder: Path
) -> dict[str, Mapping[int, list[str]]]:
    """Give what git tags of a folder's repository call the versions of models, by model."""
    from modelcompose.registry.git_tags import read_git_tags
    from modelcompose.registry.git_versions import tags_of_versions

    tags = read_git_tags(folder) if models else []
    return {model.name: tags_of_versions(connection, model, tags, folder) for model in models}


def table(
    models: Sequence[Model], tags: Mapping[str, Mapping[int, list[str]]]
) -> tuple[list[Column], list[Row]]:
    """Give models as a table; git tags have a column where there are any."""
    of_git = [Column("GIT TAGS", may_be_cut=True)] if any(tags.values()) else []
    columns = [
        Column("MODEL"),
        Column("NEWEST", is_number=True),
        Column("ALIASES", may_be_cut=True),
        *of_git,
        Column("CHANGED", may_go=True),
        Column("DESCRIPTION", may_be_cut=True, may_go=True),
    ]
    return columns, [
        (
            Cell(model.name, "bold"),
            Cell(str(model.last_version or "")),
            Cell(", ".join(f"@{alias} {version}" for alias, version in model.aliases.items())),
            *(Cell(_tagged(tags[model.name])) for _ in of_git),
            Cell(ago(model.updated_at)),
            Cell((model.description or "").partition("\n")[0], "dim"),
        )
        for model in models
    ]


def _tagged(tags: Mapping[int, list[str]]) -> str:
    newest = sorted(tags.items(), reverse=True)
    return ", ".join(f"{name} {version}" for version, names in newest for name in names)


def of_model(
    model: Model,
    versions: Sequence[Version],
    moves: Sequence[Move],
    tags: Mapping[int, list[str]],
) -> Page:
    """Give a model with its versions."""
    head = [Cell(model.name, "bold")]
    about = [_row("description", model.description)] if model.description else []
    return head, [
        Section("model", [*about, *(_row(key, text) for key, text in model.tags.items())]),
        Section("versions", [_version_row(version, tags) for version in versions]),
        Section("aliases were moved", [_move_row(move) for move in moves]),
    ]


def of_version(
    version: Version,
    run: Run | None,
    signature: Mapping[str, Any],
    tags: Mapping[int, list[str]],
) -> Page:
    """Give everything about a version."""
    head = [Cell(version.label, "bold"), *(Cell(f"  @{a}", "cyan") for a in version.aliases)]
    head += [Cell(f"  {name}", "magenta") for name in tags.get(version.version, ())]
    evidence = {} if version.origin is None else version.origin.evidence
    inputs = {p: c.digest for p, c in run.inputs.items()} if run else evidence.get("inputs", {})
    params = run.params if run else evidence.get("params", {})
    return head, [
        Section("version", list(_facts(version, run))),
        Section(
            "metrics", [_row(k, number(v)) for k, v in sorted(metrics_shown(version, run).items())]
        ),
        Section("gate", list(_gate(evidence))),
        Section("parameters", [_row(name, str(value)) for name, value in sorted(params.items())]),
        Section("data", [_row(path, short_digest(digest)) for path, digest in inputs.items()]),
        Section("code", list(_code(run, evidence))),
        Section("signature", [_row(name, str(text)) for name, text in signature.items()]),
        Section("tags", [_row(key, text) for key, text in version.tags.items()]),
    ]


def of_difference(found: VersionComparison, old_run: Run | None, new_run: Run | None) -> Page:
    """Give how two versions differ, for people."""
    old, new = found.old, found.new
    head = [Cell(old.label, "bold"), Cell(" → "), Cell(new.label, "bold")]
    sections = [
        Section("metrics", [_change(pair) for pair in found.metrics]),
        Section("files", list(_files(old, new))),
    ]
    if old_run is not None and new_run is not None:
        of_runs = runs_diff.sections(compare_runs(old_run, new_run, listing=listing))
        sections += [section for section in of_runs if section.title not in ("metrics", "outputs")]
    return head, sections


def _facts(version: Version, run: Run | None) -> Iterator[Row]:
    yield _row("made", f"{moment(version.created_at)}, {ago(version.created_at)}")
    if version.description:
        yield _row("description", version.description)
    if version.stage != "None":
        yield _row("stage", version.stage)
    if version.run is not None:
        of = f"{run.step} of {run.project}, " if run else ""
        yield _row("made by", f"{of}run {version.run[:SHORT]}")
    if version.origin is not None:
        content: Content = version.origin.content
        files = f"{count(content.files, 'file')}, " if content.kind == "folder" else ""
        yield _row("output", f"{version.origin.path}, {files}{size(content.size_bytes)}")
        yield _row("content", content.digest)
    else:
        yield _row("source", version.source)
        yield _row("files", version.storage)


def _gate(evidence: Mapping[str, Any]) -> Iterator[Row]:
    if "gate" in evidence:
        yield (Cell(evidence["gate"]),)
        yield from ((Cell(finding, "dim"),) for finding in evidence.get("findings", []))


def _code(run: Run | None, evidence: Mapping[str, Any]) -> Iterator[Row]:
    code = evidence.get("code", {})
    commit = run.code.commit if run else code.get("commit")
    tree = run.code.tree if run else code.get("tree")
    image = run.image if run else evidence.get("image")
    for name, value in (("commit", commit), ("files", tree), ("image", image)):
        if value:
            yield _row(name, str(value))


def _files(old: Version, new: Version) -> Iterator[Row]:
    if old.origin is None or new.origin is None:
        return
    before, after = _digests(old.origin.content), _digests(new.origin.content)
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            word = "added" if path not in before else "removed" if path not in after else "changed"
            yield (Cell(f"{path or new.origin.path} {word}"),)


def _digests(content: Content) -> dict[str, str]:
    tree = listing(content.digest) if content.kind == "folder" else None
    if tree is None:
        return {"": content.digest}
    return {entry.path: entry.digest for entry in tree.entries}


def _change(pair: MetricDifference) -> Row:
    if pair.difference is None:
        sides = ["none" if side is None else number(side) for side in (pair.old, pair.new)]
        return Cell(pair.name), Cell(" → ".join(sides))
    old, new = number(pair.old or 0.0), number(pair.new or 0.0)
    if not pair.difference:
        return Cell(pair.name, "dim"), Cell(old, "dim"), Cell("the same", "dim")
    sign = "+" if pair.difference > 0 else ""
    return Cell(pair.name), Cell(f"{old} → {new}"), Cell(f"{sign}{number(pair.difference)}")


def _version_row(version: Version, tags: Mapping[int, list[str]]) -> Row:
    content = "" if version.origin is None else short_digest(version.origin.content.digest)
    return (
        Cell(str(version.version), "bold"),
        Cell(" ".join(f"@{alias}" for alias in version.aliases), "cyan"),
        *((Cell(" ".join(tags.get(version.version, ())), "magenta"),) if tags else ()),
        Cell(ago(version.created_at)),
        Cell("" if version.run is None else f"run {version.run[:SHORT]}"),
        Cell(content, "dim"),
    )


def _move_row(move: Move) -> Row:
    old, new = ("none" if side is None else str(side) for side in (move.old, move.new))
    return (
        Cell(f"@{move.alias}"),
        Cell(f"{old} → {new}"),
        Cell(ago(move.moved_at)),
        Cell(move.cause, "dim"),
    )


def _row(name: str, value: str) -> Row:
    return Cell(name, "dim"), Cell(value)
