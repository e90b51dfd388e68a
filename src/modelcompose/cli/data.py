"""`modelcompose data`: versions of files and folders that no step writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import held, named, opened, paths_argument
from modelcompose.cli.data_upkeep import gc, rm, verify
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.store.content import Content, Entry
    from modelcompose.versioning.workspace import DataWorkspace


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def data() -> None:
    """Version data: files and folders that no step writes.

    What is added is kept in this user's store, named in ml.lock, which git keeps, and left out of
    git itself. `push` and `pull` bring it to other machines.
    """


@data.command("add")
@paths_argument
@click.pass_obj
def add(context: Context, paths: tuple[str, ...]) -> int:
    """Make what lies at each PATH its version.

    Without a PATH, everything that is versioned or declared in `x-ml.data` and is there.
    """
    from modelcompose.cli.data_view import described, short, summary
    from modelcompose.errors import NotFound

    with opened(context) as workspace, held(workspace):
        chosen = named(workspace, paths) or [
            path for path in workspace.known if (workspace.root / path).exists()
        ]
        if not chosen:
            raise NotFound(
                "there is no data to add",
                hint="name a file or folder: modelcompose data add data/raw",
            )
        for path in chosen:
            added = workspace.add(path)
            told = "unchanged" if added.before == added.content else summary(added.changes)
            rest = f"  ({told})" if told else ""
            size = described(added.content)
            click.echo(f"{added.path}  {size}  {short(added.content.digest)}{rest}")
            if added.is_ignored:
                click.echo(f"{added.path}: git ignores it from now on (.gitignore)", err=True)
    click.echo("ml.lock names it: commit that file", err=True)
    return 0


@data.command("status")
@paths_argument
@format_option()
@click.pass_obj
def status(context: Context, paths: tuple[str, ...], form: str) -> int:
    """Show which data is as its version says.

    \b
    fresh     it is what ml.lock names
    modified  it was changed since: `data add` versions that, `data checkout` undoes it
    missing   it is not here: `pull` or `data checkout` brings it
    new       it is declared in x-ml.data, and was never added
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.versioning.paths import select

    with opened(context) as workspace:
        chosen = select(named(workspace, paths), workspace.known)
        found = [workspace.standing(path) for path in chosen]
    if form == "json":
        from modelcompose.cli.runs_page import print_json

        print_json(found)
        return 0
    from modelcompose.cli.data_view import standing_line

    width = max((len(each.path) for each in found), default=0)
    for each in found:
        click.echo(f"{each.path:{width}}  {each.state:8}{standing_line(each)}")
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
    from modelcompose.cli.data_view import described, short
    from modelcompose.cli.runs_page import Cell, Column, print_json, print_table
    from modelcompose.diagnosis.sizes import in_words
    from modelcompose.versioning.history import lock_at

    with opened(context) as workspace:
        lock = workspace.lock if rev is None else lock_at(workspace.root, rev)
        if path is None:
            if form == "json":
                print_json(lock.data)
            else:
                for known, content in sorted(lock.data.items()):
                    click.echo(f"{known}  {described(content)}  {short(content.digest)}")
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
    """Show what was added, changed, removed and renamed.

    Without a REV, what lies here against ml.lock; with one, against ml.lock of that git revision;
    with two, the one against the other.
    """
    from modelcompose.cli.data_view import change_rows, difference_json, summary
    from modelcompose.cli.runs_page import Cell, Section, print_json, print_sections
    from modelcompose.versioning.history import lock_at
    from modelcompose.versioning.paths import select

    with opened(context) as workspace:
        revisions, paths = _split(workspace, words, most=2)
        old = lock_at(workspace.root, revisions[0]).data if revisions else workspace.lock.data
        new = None if len(revisions) < 2 else lock_at(workspace.root, revisions[1]).data  # noqa: PLR2004 - two sides
        known = {*old, *(workspace.lock.data if new is None else new)}
        chosen = select(named(workspace, paths), known)
        found = workspace.compare(old, workspace.present(chosen) if new is None else new, chosen)
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
    return 0


@data.command("log")
@click.argument("path")
@format_option()
@click.pass_obj
def log(context: Context, path: str, form: str) -> int:
    """Show the versions of a PATH that git knows of, the newest first."""
    from modelcompose.cli.data_view import described, short
    from modelcompose.cli.runs_page import print_json
    from modelcompose.cli.times import ago
    from modelcompose.versioning.history import versions

    with opened(context) as workspace:
        (inside,) = named(workspace, [path])
        found = list(versions(workspace.root, inside))
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
    from modelcompose.cli.data_view import described, short

    with opened(context) as workspace, held(workspace):
        revisions, paths = _split(workspace, words, most=1)
        wanted = _versions(workspace, revisions, named(workspace, paths))
        for path, content in wanted.items():
            count, kept = workspace.checkout(path, content)
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
            outermost_known(path, workspace.known) is not None
            or any(each.startswith(f"{path}/") for each in workspace.known)
        )
        if is_path:
            break
        revisions.append(word)
    return revisions, list(words[len(revisions) :])


for verb in (rm, verify, gc):
    data.add_command(verb)
