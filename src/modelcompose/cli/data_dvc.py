"""What the verbs about data show of what DVC tracks, and do with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from modelcompose.store.content import Content
    from modelcompose.versioning.changes import Change
    from modelcompose.versioning.dvc.tracking import Tracked
    from modelcompose.versioning.history import Version
    from modelcompose.versioning.workspace import DataWorkspace


def dvc_contents(workspace: DataWorkspace, revision: str | None) -> dict[str, Content]:
    """Give what DVC tracks now, or did at a revision, by path."""
    return {path: item.content for path, item in _tracked(workspace, revision).items()}


def dvc_paths(workspace: DataWorkspace, revisions: Sequence[str]) -> set[str]:
    """Give the paths that DVC tracks now, or did at a revision."""
    chosen = (None, *revisions)
    return {path for revision in chosen for path in _tracked(workspace, revision)}


def list_dvc(workspace: DataWorkspace, path: str, revision: str | None, form: str) -> bool:
    """List the files at a path that DVC tracks; False where it tracks none there."""
    from modelcompose.cli.data_view import short
    from modelcompose.cli.runs_page import Cell, Column, print_json, print_table
    from modelcompose.diagnosis.sizes import in_words
    from modelcompose.errors import ContentMissing
    from modelcompose.versioning.paths import outermost_known

    known = _tracked(workspace, revision)
    outer = outermost_known(path, known)
    if workspace.dvc is None or outer is None:
        return False
    inner = path[len(outer) + 1 :]
    listing = workspace.dvc.listing(known[outer], is_online=True)
    if listing is None:
        raise ContentMissing(
            f"{outer}: neither DVC's cache nor its remote holds the listing of this folder",
            hint="push what DVC tracks from where it is: dvc push",
        )
    found = {
        name: file
        for name, file in listing.items()
        if not inner or name == inner or name.startswith(f"{inner}/")
    }
    if form == "json":
        print_json(
            [{"path": n, "md5": f.md5, "size_bytes": f.size_bytes} for n, f in found.items()]
        )
        return True
    rows = [
        [
            Cell(name),
            Cell("" if file.size_bytes is None else in_words(file.size_bytes)),
            Cell(short(f"md5:{file.md5}")),
        ]
        for name, file in found.items()
    ]
    print_table([Column("PATH"), Column("SIZE", is_number=True), Column("MD5")], rows)
    return True


def dvc_changes(
    workspace: DataWorkspace, revisions: Sequence[str], paths: Sequence[str]
) -> dict[str, list[Change] | None]:
    """Compare what DVC tracks at paths, as `data diff` does; other paths are left out."""
    if workspace.dvc is None:
        return {}
    from modelcompose.versioning.dvc.working import compare

    old = _tracked(workspace, revisions[0] if revisions else None)
    new = _tracked(workspace, revisions[1]) if len(revisions) > 1 else None
    here = workspace.dvc.tracked if new is None else new
    theirs = [path for path in paths if path in old or path in here]
    return compare(workspace.dvc, theirs, old, new)


def dvc_versions(workspace: DataWorkspace, path: str) -> list[Version] | None:
    """Give the versions of a path that DVC tracks, the newest first; None where it does not."""
    item = _tracked(workspace, None).get(path)
    if item is None:
        return None
    from modelcompose.versioning.dvc.revisions import versions_of

    return versions_of(workspace.root, item)


def refuse_dvc(workspace: DataWorkspace, path: str) -> None:
    """Refuse to end what DVC alone can end.

    Raises:
        UsageError: DVC tracks the path.
    """
    from modelcompose.errors import UsageError

    item = _tracked(workspace, None).get(path)
    if item is not None:
        raise UsageError(
            f"{path}: DVC tracks it, by {item.source}",
            hint=f"end that with DVC: dvc remove {item.source}",
        )


def checkout_dvc(
    workspace: DataWorkspace, revisions: Sequence[str], paths: Sequence[str]
) -> list[str] | None:
    """Bring back what DVC tracks at paths, or all of it; give the paths that are ours.

    None: there are none, and some were named. The caller holds the project.
    """
    if workspace.dvc is None:
        return list(paths)
    from modelcompose.versioning.paths import select

    revision = revisions[0] if revisions else None
    is_kept = revision is not None and revision.startswith("sha256:")
    known = _tracked(workspace, None if is_kept else revision)
    ours = [path for path in paths if not _fits(path, known)]
    theirs = [path for path in paths if _fits(path, known)]
    for path in select(theirs, known) if theirs or not paths else ():
        _checkout(workspace, known[path], revision if is_kept else None)
    if theirs and revision is not None and not is_kept:
        named = [path for path in select(theirs, known) if path not in workspace.lock.data]
        _tell_files(revision, {known[path].source for path in named})
    return None if paths and not ours else ours


def _tell_files(revision: str, sources: Collection[str]) -> None:
    if sources:
        click.echo(
            "DVC's own files still name the version of before; to have them name this one: "
            f"git checkout {revision} -- {' '.join(sorted(sources))}",
            err=True,
        )


def _checkout(workspace: DataWorkspace, item: Tracked, kept: str | None) -> None:
    from modelcompose.cli.data_view import described, short
    from modelcompose.versioning.dvc.working import brought, checkout
    from modelcompose.versioning.kept import kept_content

    assert workspace.dvc is not None  # noqa: S101 - the caller asked
    content = item.content
    if kept is None and item.path not in workspace.lock.data:
        count, replaced = checkout(workspace, workspace.dvc, item)
    else:
        content = (
            brought(workspace.dvc, item) if kept is None else kept_content(workspace.store, kept)
        )
        count, replaced = workspace.checkout(item.path, content)
        if item.path in workspace.lock.data:  # ours since: ml.lock names the older version now
            workspace.record(item.path, content)
    told = f"{count:,} written" if count else "unchanged"
    click.echo(f"{item.path}  {described(content)}  {short(content.digest)}  (dvc; {told})")
    if replaced is not None:
        click.echo(
            f"{item.path}: what was here is kept; to bring it back: "
            f"modelcompose data checkout {replaced} {item.path}",
            err=True,
        )


def _fits(path: str, known: Mapping[str, Tracked]) -> bool:
    from modelcompose.pipeline.paths import overlap

    return any(overlap(path, each) for each in known)


def _tracked(workspace: DataWorkspace, revision: str | None) -> Mapping[str, Tracked]:
    if workspace.dvc is None:
        return {}
    return workspace.dvc.tracked if revision is None else workspace.dvc.tracked_at(revision)
