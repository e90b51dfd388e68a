"""`modelcompose data`: versions of files and folders that no step writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_export import export
from modelcompose.cli.data_get import get
from modelcompose.cli.data_import import import_
from modelcompose.cli.data_opening import held, mending, named, opened, paths_argument
from modelcompose.cli.data_update import update
from modelcompose.cli.data_upkeep import gc, rm, verify
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.pipeline.lock import LockedSource
    from modelcompose.store.content import Content, Entry
    from modelcompose.versioning.workspace import DataWorkspace


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def data() -> None:
    """Version data: files and folders that no step writes.

    What is added is kept in this user's store, named in ml.lock, which git keeps, and left out of
    git itself. `push` and `pull` bring it to other machines.
    """


@data.command("add")
@click.argument("paths", nargs=-1, metavar="[PATH|URL]...")
@click.option("--to", metavar="PATH", help="Where a URL's content goes; by default its name here.")
@click.option(
    "--to-remote",
    "is_to_remote",
    is_flag=True,
    help="Send it to the project's remote, past the store of this machine.",
)
@click.option(
    "--force",
    "is_forced",
    is_flag=True,
    help="Leave out what was never pulled, of folders that were pulled in part.",
)
@click.pass_obj
def add(
    context: Context, paths: tuple[str, ...], *, to: str | None, is_to_remote: bool, is_forced: bool
) -> int:
    """Make what lies at each PATH its version.

    Without a PATH, everything that is versioned or declared in `x-ml.data` and is there. A URL is
    fetched, and named in the Compose file as the source of its path, so that `data update` brings
    it again. With --to-remote, nothing of a URL is written here: `pull` brings it where it is
    needed.
    """
    from modelcompose.cli.data_add_source import add_elsewhere
    from modelcompose.store.sources.opening import is_address

    is_elsewhere = to is not None or is_to_remote
    elsewhere = [path for path in paths if is_elsewhere or is_address(path)]
    if elsewhere or is_elsewhere:
        add_elsewhere(context, elsewhere, to, is_to_remote=is_to_remote)
    here = [path for path in paths if path not in elsewhere]
    if here or not (elsewhere or is_elsewhere):
        _add_here(context, here, is_forced=is_forced)
    return 0


def _add_here(context: Context, paths: Sequence[str], *, is_forced: bool) -> None:
    """Version what lies in the project: at each path, or all that is known of."""
    from modelcompose.cli.data_add_source import add_declared
    from modelcompose.cli.data_view import described, short, summary
    from modelcompose.cli.transfer_view import open_progress
    from modelcompose.compose.project import is_volume
    from modelcompose.errors import NotFound

    with opened(context) as workspace, ExitStack() as stack:
        chosen = named(workspace, paths)
        if chosen:
            chosen = add_declared(context, workspace, chosen)
            if not chosen:
                return
        stack.enter_context(held(workspace))
        chosen = chosen or [path for path in workspace.known if workspace.is_present(path)]
        if not chosen:
            raise NotFound(
                "there is no data to add",
                hint="name a file or folder: modelcompose data add data/raw",
            )
        is_new = False
        for path in chosen:
            with open_progress(context.invocation, path) as progress:
                added = workspace.add(path, progress, is_forced=is_forced)
            is_new |= added.before != added.content
            told = "unchanged" if added.before == added.content else summary(added.changes)
            rest = f"  ({told})" if told else ""
            size = described(added.content)
            click.echo(f"{added.path}  {size}  {short(added.content.digest)}{rest}")
            if is_volume(path) and (names := workspace.volumes.writers(path)):
                click.echo(
                    f"warning: {path}: {', '.join(names)} may have written to it meanwhile",
                    err=True,
                )
            if added.is_stored:
                click.echo(f"{added.path}: lies in the store alone (link: mount)", err=True)
            if added.is_ignored:
                click.echo(f"{added.path}: git ignores it from now on (.gitignore)", err=True)
    if is_new:
        click.echo("ml.lock names it: commit that file", err=True)


@data.command("status")
@paths_argument
@format_option()
@click.pass_obj
def status(context: Context, paths: tuple[str, ...], form: str) -> int:
    """Show which data is as its version says.

    \b
    fresh     it is what ml.lock names
    modified  it was changed since: `data add` versions that, `data checkout` undoes it
    partial   a part of it was pulled, and the rest is not here: `pull` brings it
    missing   it is not here: `pull` or `data checkout` brings it
    new       it is declared in x-ml.data, and was never added
    unknown   it is a volume, and the engine, which alone can look at it, does not answer

    What DVC tracks is shown, too, as `fresh (dvc)`: DVC's own files say which version that is.
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.versioning.paths import select

    with opened(context) as workspace:
        chosen = select(named(workspace, paths), workspace.all_known)
        found = [workspace.standing(path) for path in chosen]
        told = () if workspace.dvc is None else workspace.dvc.found.told
    if form == "json":
        from modelcompose.cli.runs_page import print_json

        print_json(found)
        return 0
    from modelcompose.cli.data_view import standing_line, state_words

    width = max((len(each.path) for each in found), default=0)
    states = max((len(state_words(each)) for each in found), default=0)
    for each in found:
        state = f"{state_words(each):{max(states, 8)}}"
        click.echo(f"{each.path:{width}}  {state}{standing_line(each)}")
    reasons = (f"{each.path}: {each.reason}" for each in found if each.reason)
    for line in (*told, *reasons):
        click.echo(line, err=True)
    if not found:
        click.echo("No data is versioned here: modelcompose data add PATH", err=True)
    return 0


@data.command("ls")
@click.argument("path", required=False)
@click.option("--rev", metavar="REV", help="As of this git revision, in place of ml.lock.")
@format_option()
@click.pass_obj
def ls(context: Context, path: str | None, rev: str | None, form: str) -> int:
    """List versioned data, or the files of one version."""
    from modelcompose.cli.data_dvc import dvc_contents, list_dvc
    from modelcompose.cli.data_view import described, short
    from modelcompose.cli.runs_page import Cell, Column, print_json, print_table
    from modelcompose.diagnosis.sizes import in_words
    from modelcompose.versioning.history import lock_at

    with opened(context) as workspace:
        lock = workspace.lock if rev is None else lock_at(workspace.root, rev)
        if path is None:
            by_dvc = dvc_contents(workspace, rev)
            every = {**by_dvc, **lock.data}
            if form == "json":
                print_json(every)
                return 0
            for known, content in sorted(every.items()):
                mark = "  (dvc)" if known in by_dvc else ""
                click.echo(f"{known}  {described(content)}  {short(content.digest)}{mark}")
            return 0
        if list_dvc(workspace, named(workspace, [path])[0], rev, form):
            return 0
        entries = _listed(workspace, named(workspace, [path])[0], lock.data)
    if form == "json":
        print_json(entries)
        return 0
    columns = [Column("PATH"), Column("SIZE", is_number=True), Column("DIGEST")]
    rows = [
        [
            Cell(e.path if e.link is None else f"{e.path} -> {e.link}"),
            Cell(in_words(e.size_bytes)),
            Cell(short(e.digest)),
        ]
        for e in entries
    ]
    print_table(columns, rows)
    return 0


def _listed(workspace: DataWorkspace, path: str, known: Mapping[str, Content]) -> list[Entry]:
    from modelcompose.store.remotes.fetching import within
    from modelcompose.versioning.changes import as_tree
    from modelcompose.versioning.paths import not_versioned, outermost_known

    outer = outermost_known(path, known)
    if outer is None:
        raise not_versioned(path, known)
    content = known[outer]
    tree = as_tree(outer, content, workspace.tree(content))
    inner = path[len(outer) + 1 :]
    return [entry for entry in tree.entries if not inner or within(entry, inner)]


@data.command("diff")
@click.argument("words", nargs=-1, metavar="[REV] [REV] [PATH]...")
@format_option()
@click.pass_obj
def diff(context: Context, words: tuple[str, ...], form: str) -> int:
    """Show what was added, changed, removed and renamed; of CSV and Parquet, rows and columns, too.

    Without a REV, what lies here against ml.lock; with one, against ml.lock of that git revision;
    with two, the one against the other.
    """
    from modelcompose.cli.data_dvc import dvc_changes, dvc_paths
    from modelcompose.cli.data_view import change_rows, difference_json, left_out, summary
    from modelcompose.cli.runs_page import Cell, Section, print_json, print_sections
    from modelcompose.versioning.comparing import compare
    from modelcompose.versioning.history import lock_at
    from modelcompose.versioning.paths import select
    from modelcompose.versioning.table_changes import TableReader

    with opened(context) as workspace:
        revisions, paths = _split(workspace, words, most=2)
        old = lock_at(workspace.root, revisions[0]).data if revisions else workspace.lock.data
        new = None if len(revisions) < 2 else lock_at(workspace.root, revisions[1]).data  # noqa: PLR2004 - two sides
        known = {*old, *(workspace.lock.data if new is None else new)}
        selected = select(named(workspace, paths), known | dvc_paths(workspace, revisions))
        by_dvc = dvc_changes(workspace, revisions, selected)
        chosen = [path for path in selected if path not in by_dvc]
        tables = TableReader(workspace.store, workspace.states)
        there = workspace.present(chosen) if new is None else new
        found = by_dvc | compare(workspace, old, there, chosen, tables)
    if form == "json":
        print_json(difference_json(found))
        return 0
    sections = [Section(path, change_rows(changes)) for path, changes in found.items() if changes]
    unknown = [path for path, changes in found.items() if changes is None]
    for path in unknown:
        click.echo(f"{path}: changed; its files are not in the store: modelcompose fetch", err=True)
    if sections:
        every = [change for changes in found.values() for change in changes or ()]
        print_sections([Cell(summary(every))], sections)
    elif not unknown:
        click.echo("Nothing differs.", err=True)
    for line in left_out(tables):
        click.echo(line, err=True)
    return 0


@data.command("log")
@click.argument("path")
@format_option()
@click.pass_obj
def log(context: Context, path: str, form: str) -> int:
    """Show the versions of a PATH that git knows of, the newest first."""
    from modelcompose.cli.data_dvc import dvc_versions
    from modelcompose.cli.data_view import described, short
    from modelcompose.cli.runs_page import print_json
    from modelcompose.cli.times import ago
    from modelcompose.versioning.history import versions

    with opened(context) as workspace:
        (inside,) = named(workspace, [path])
        by_dvc = dvc_versions(workspace, inside)
        found = list(versions(workspace.root, inside)) if by_dvc is None else by_dvc
    if form == "json":
        print_json(found)
        return 0
    for version in found:
        commit, content = version.commit, version.content
        what = (
            "no longer versioned"
            if content is None
            else (f"{short(content.digest)}  {described(content)}")
        )
        click.echo(f"{commit.id[:10]}  {ago(commit.at):16}  {what}  {commit.subject}")
    if not found:
        click.echo(f"{path}: no commit names it", err=True)
    return 0


@data.command("checkout")
@click.argument("words", nargs=-1, metavar="[REV] [PATH]...")
@click.pass_obj
def checkout(context: Context, words: tuple[str, ...]) -> int:
    """Bring data back as ml.lock names it, or as a git revision REV did.

    With a REV, ml.lock names that version from then on. What was changed here and is in no
    version is kept in the store first, and its digest told: it may stand as REV, too.
    """
    from functools import partial

    from modelcompose.cli.data_dvc import checkout_dvc
    from modelcompose.cli.data_view import described, short
    from modelcompose.cli.transfer_view import open_progress

    with opened(context) as workspace, held(workspace):
        revisions, paths = _split(workspace, words, most=1)
        ours = checkout_dvc(workspace, revisions, named(workspace, paths))
        wanted = {} if ours is None else _versions(workspace, revisions, ours)
        sources = _sources(workspace, revisions)
        for path, content in wanted.items():
            bring = partial(workspace.checkout, path, content)
            with open_progress(context.invocation, path) as workspace.store.progress:
                count, kept = mending(workspace).whole([content], bring)
            workspace.lock = workspace.lock.with_source(path, sources.get(path))
            workspace.record(path, content)
            told = f"{count:,} written" if count else "unchanged"
            click.echo(f"{path}  {described(content)}  {short(content.digest)}  ({told})")
            if kept is not None:
                click.echo(
                    f"{path}: what was here is kept; to bring it back: "
                    f"modelcompose data checkout {kept} {path}",
                    err=True,
                )
    return 0


def _sources(workspace: DataWorkspace, revisions: list[str]) -> Mapping[str, LockedSource]:
    """Give what the sources held then: an update brings what is newer than the version."""
    from modelcompose.versioning.history import lock_at

    if not revisions or revisions[0].startswith("sha256:"):
        return workspace.lock.sources
    return lock_at(workspace.root, revisions[0]).sources


def _versions(
    workspace: DataWorkspace, revisions: list[str], paths: list[str]
) -> dict[str, Content]:
    from modelcompose.versioning.history import lock_at
    from modelcompose.versioning.kept import kept_content
    from modelcompose.versioning.paths import select

    if revisions and revisions[0].startswith("sha256:"):
        (path,) = select(paths, workspace.known)
        return {path: kept_content(workspace.store, revisions[0])}
    known = lock_at(workspace.root, revisions[0]).data if revisions else workspace.lock.data
    return {path: known[path] for path in select(paths, known)}


def _split(
    workspace: DataWorkspace, words: Sequence[str], *, most: int
) -> tuple[list[str], list[str]]:
    """Tell revisions, which come first, from paths."""
    from modelcompose.versioning.paths import outermost_known

    revisions: list[str] = []
    for word in words[:most]:
        path = named(workspace, [word])[0] if not word.startswith("sha256:") else ""
        is_path = path and (
            outermost_known(path, workspace.all_known) is not None
            or any(each.startswith(f"{path}/") for each in workspace.all_known)
        )
        if is_path:
            break
        revisions.append(word)
    return revisions, list(words[len(revisions) :])


for verb in (update, get, rm, verify, gc, import_, export):
    data.add_command(verb)
