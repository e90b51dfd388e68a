"""The code that made a run: its files, and how it differs from other code."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.relatives import previous_run
from modelcompose.hub.api.runs import ById
from modelcompose.hub.api.visibility import run_number
from modelcompose.hub.hub import Hub
from modelcompose.hub.previews.code_sides import (
    ChangedFile,
    CodeText,
    CommitCode,
    KeptCode,
    changes,
    kept_code,
    text_of,
)
from modelcompose.hub.previews.commit import commit_of
from modelcompose.store.store import Store
from modelcompose.tracking.query.reading import read_run
from modelcompose.tracking.run import Run

_Path = Annotated[str, Meta(min_length=1, max_length=4096)]
_Against = Annotated[str, Meta(max_length=100)]


class CodeFile(Struct, frozen=True):
    """A file of the code."""

    path: str
    size_bytes: int
    executable: bool
    link: str | None = None
    """What a symbolic link leads to."""


class CodeOf(Struct, frozen=True):
    """The code that a run saw."""

    tree: str
    """Its digest."""
    commit: str | None
    branch: str | None
    is_dirty: bool
    remote: str | None
    files: list[CodeFile]
    has_commit: bool
    """Whether the commit itself can be compared with, here."""


class FileOfCode(Struct, frozen=True):
    """A file of a run's code."""

    run: str
    path: _Path


class Against(Struct, frozen=True):
    """What a run's code is compared with."""

    run: str
    against: _Against = "previous"
    """A run's id; `previous`: the run before it of the same step; `commit`: its own commit."""


class FileAgainst(Struct, frozen=True):
    """A file in two versions of the code."""

    run: str
    path: _Path
    against: _Against = "previous"
    """A run's id; `previous`: the run before it of the same step; `commit`: its own commit."""
    old_path: Annotated[str, Meta(max_length=4096)] = ""
    """What it was called there, where it moved."""


class CodeChanges(Struct, frozen=True):
    """How the code differs."""

    against: str
    """The id of the run, or the commit."""
    files: list[ChangedFile]
    same: int
    """How many files are the same."""


class CodePair(Struct, frozen=True):
    """A file in two versions of the code; null where it is not there."""

    old: CodeText | None
    new: CodeText | None


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/{run}/code", _code, ById, CodeOf),
        Endpoint("/runs/{run}/code/file", _file, FileOfCode, CodeText),
        Endpoint("/runs/{run}/code/changes", _changes, Against, CodeChanges),
        Endpoint("/runs/{run}/code/pair", _pair, FileAgainst, CodePair),
    ]


def _code(hub: Hub, asked: ById) -> CodeOf:
    """List the code that a run saw."""
    run = _run(hub, asked.run)
    kept = _kept(hub, run)
    files = [
        CodeFile(entry.path, entry.size_bytes, entry.executable, entry.link)
        for entry in kept.files.values()
    ]
    commit = commit_of(run.folder, run.code.commit)
    return CodeOf(
        tree=run.code.tree or "",
        commit=run.code.commit,
        branch=run.code.branch,
        is_dirty=run.code.is_dirty,
        remote=run.code.remote,
        files=files,
        has_commit=commit is not None and commit.blobs() is not None,
    )


def _file(hub: Hub, asked: FileOfCode) -> CodeText:
    """Give a file of the code that a run saw."""
    found = text_of(_kept(hub, _run(hub, asked.run)).read(asked.path))
    if found is None:
        raise NotFound(f"run {asked.run}: no file {asked.path!r} in its code")
    return found


def _changes(hub: Hub, asked: Against) -> CodeChanges:
    """Tell which files differ between a run's code and another."""
    name, old, new = _sides(hub, asked.run, asked.against)
    found = changes(old, new)
    differing = sum(one.change != "removed" for one in found)
    return CodeChanges(name, found, len(new.files) - differing)


def _pair(hub: Hub, asked: FileAgainst) -> CodePair:
    """Give a file as it is in a run's code and in another."""
    _, old, new = _sides(hub, asked.run, asked.against)
    before = old.read(asked.old_path or asked.path)
    after = new.read(asked.path)
    if before is None and after is None:
        raise NotFound(f"run {asked.run}: no file {asked.path!r} in either code")
    return CodePair(text_of(before), text_of(after))


def _sides(hub: Hub, run_id: str, against: str) -> tuple[str, KeptCode | CommitCode, KeptCode]:
    run = _run(hub, run_id)
    new = _kept(hub, run)
    if against == "commit":
        return run.code.commit or "", _commit(run), new
    if against == "previous":
        against = _previous(hub, run)
    return against, _kept(hub, _run(hub, against)), new


def _commit(run: Run) -> CommitCode:
    commit = commit_of(run.folder, run.code.commit)
    blobs = commit.blobs() if commit is not None else None
    if commit is None or blobs is None:
        raise NotFound(
            f"run {run.id}: its commit cannot be looked at from here",
            hint="compare where the repository is: "
            f"modelcompose hub, in {run.folder or 'the project folder'}'s machine",
        )
    return CommitCode(commit, blobs)


def _previous(hub: Hub, run: Run) -> str:
    with hub.database.read() as connection:
        found = previous_run(connection, run_number(connection, run.id), run)
    if found is None:
        raise NotFound(
            f"run {run.id} is the first of {run.step}", hint="compare it with another run"
        )
    return found.id


def _run(hub: Hub, run_id: str) -> Run:
    with hub.database.read() as connection:
        run_number(connection, run_id)
        return read_run(connection, run_id).run


def _kept(hub: Hub, run: Run) -> KeptCode:
    return kept_code(Store(hub.home / "store"), run.code.tree)
