"""Which version a git tag names: the one of its content, else the one made from its commit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import NotFound, UsageError
from modelcompose.registry.git_tags import GitTag, in_force, labelled, read_git_tags
from modelcompose.registry.records import Model, Version
from modelcompose.registry.versions import versions_of
from modelcompose.tracking.git import ask_git

_LOCK = "ml.lock"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_COMMITS = """
    SELECT runs.id, coalesce(runs.code_commit, run_tags.value) FROM runs
    LEFT JOIN run_tags ON run_tags.run = runs.number
        AND run_tags.name = 'mlflow.source.git.commit'
"""


def version_tagged(connection: Connection, model: Model, reference: str, folder: Path) -> Version:
    """Give the version that a git tag names.

    Args:
        connection: of any block.
        model: the model.
        reference: `v1.2.0`, or `#prod`.
        folder: in the git repository that has the tag, where `ml.lock` lies.

    Raises:
        NotFound: there is no such tag, or no version of what it names.
        UsageError: it may name several.
    """
    label = labelled(model.name, reference)
    tag = in_force(read_git_tags(folder), model.name).get(reference)
    newest = f"{model.name}@{model.last_version}"
    if tag is None:
        raise NotFound(
            f"no git tag {label} here",
            hint=f"give it to a version: modelcompose tag {newest} --git '{reference}'",
        )
    found = _named(connection, model, tag, folder)
    if not found:
        raise NotFound(
            f"{label}: no version of {model.name} was made from its commit {tag.commit[:12]}",
            hint=f"see which there are: modelcompose models show {model.name}",
        )
    if len(found) > 1:
        several = ", ".join(str(version.version) for version in reversed(found))
        raise UsageError(
            f"{label}: versions {several} were made from its commit {tag.commit[:12]}",
            hint=f"name one by its number, such as {found[0].label}",
        )
    return found[0]


def tags_of_versions(
    connection: Connection, model: Model, tags: Sequence[GitTag], folder: Path
) -> Mapping[int, list[str]]:
    """Give the references of the git tags that name each version of a model, by its number."""
    found: dict[int, list[str]] = {}
    for reference, tag in sorted(in_force(tags, model.name).items()):
        named = _named(connection, model, tag, folder)
        if len(named) == 1:
            found.setdefault(named[0].version, []).append(reference)
    return found


def commit_of(connection: Connection, version: Version) -> str | None:
    """Give the commit of the code that a version was made from; None where that is not known."""
    return _commits(connection, [version]).get(version.version)


def _named(connection: Connection, model: Model, tag: GitTag, folder: Path) -> list[Version]:
    versions = versions_of(connection, model)
    if tag.content is not None:
        return [each for each in versions if _digest(each) == tag.content][:1]
    commits = _commits(connection, versions)
    found = [each for each in versions if commits.get(each.version) == tag.commit]
    if len(found) == 1:
        return found
    # Runs are made before the commit that has their lock: then its lock tells the content.
    locked = _locked(tag.commit, folder)
    return [each for each in found or versions if _digest(each) in locked] or found


def _commits(connection: Connection, versions: Sequence[Version]) -> dict[int, str]:
    these, parameter = one_of(connection, "runs.id", [v.run for v in versions if v.run])
    of_runs = dict(connection.rows(f"{_COMMITS} WHERE {these}", (parameter,)))
    found = {}
    for version in versions:
        kept = version.origin.evidence.get("code", {}) if version.origin else {}
        commit = of_runs.get(version.run) or kept.get("commit")
        if commit:
            found[version.version] = str(commit)
    return found


def _locked(commit: str, folder: Path) -> frozenset[str]:
    return frozenset(_DIGEST.findall(ask_git(folder, "show", f"{commit}:./{_LOCK}") or ""))


def _digest(version: Version) -> str | None:
    return None if version.origin is None else version.origin.content.digest
