"""What `push`, `pull` and `fetch` do with content, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import held, named
from modelcompose.cli.transfer_stop import stopped_by_interrupt
from modelcompose.cli.transfer_view import open_progress
from modelcompose.pipeline.paths import covers
from modelcompose.versioning.transfers import (
    Lacking,
    Moved,
    Wanted,
    fetch_all,
    push_all,
    wanted,
)

if TYPE_CHECKING:
    from modelcompose.pipeline.lock import LockedStep
    from modelcompose.store.content import Content
    from modelcompose.store.remotes.parallel import Progress
    from modelcompose.store.remotes.protocol import Remote
    from modelcompose.tracking.runs import Runs
    from modelcompose.versioning.models import ModelMoved
    from modelcompose.versioning.workspace import DataWorkspace

Verb = Literal["push", "pull", "fetch"]


class Asked(Struct, frozen=True):
    """What the user wants moved."""

    verb: Verb
    names: tuple[str, ...] = ()
    """Paths of the project and names of steps; none: all that the lock names."""
    remote: str | None = None
    all_results: bool = False
    is_dry: bool = False
    form: str = "table"
    more: tuple[Wanted, ...] = ()
    """What is to be pushed besides: of what DVC tracks."""
    elsewhere: tuple[str, ...] = ()
    """Those of the names that ml.lock knows nothing of."""


class Told(Struct, frozen=True):
    """What became of one path."""

    path: str
    digest: str
    state: Literal["there", "pushed", "fetched", "missing", "changed", "wanted"]
    """`changed`: something else is here, and was left. `wanted`: a dry run would move it."""
    size_bytes: int = 0
    placed: int = 0
    """How many files were put into the project."""
    reason: str | None = None
    hint: str | None = None
    tracker: Literal["dvc"] | None = None
    """Who says what the version is, where ml.lock does not."""


class Outcome(Struct, frozen=True):
    """What a command did; the contract of `--format json`."""

    remote: str
    paths: tuple[Told, ...] = ()
    results: tuple[str, ...] = ()
    """The steps whose results were new to the remote, or whose runs were new here."""
    models: tuple[ModelMoved, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether everything is where it was wanted."""
        return all(each.state not in {"missing", "changed"} for each in self.paths)


def move(context: Context, workspace: DataWorkspace, asked: Asked) -> Outcome:
    """Push, pull or fetch; what is moved, is moved also where another path cannot be.

    Raises:
        NotFound: there is no remote, or ml.lock names nothing of that name.
        RemoteError: the remote fails or refuses.
    """
    from modelcompose.pipeline.from_remote.opening import remote_of
    from modelcompose.versioning.remembered import remember

    items = _items(workspace, asked)
    remember(workspace.store, workspace.root)  # from here on `gc` keeps what its lock names
    project = workspace.project
    opening = remote_of(asked.remote, project.remote, workspace.root, workspace.store)
    with (
        stopped_by_interrupt(opening) as remote,
        open_progress(context.invocation, remote.where) as progress,
    ):
        if asked.is_dry:
            return Outcome(remote.where, _would(remote, workspace, asked, items))
        work = {"push": _push, "pull": _pull, "fetch": _fetch}[asked.verb]
        return work(_Moving(workspace, remote, progress, asked), items)


class _Moving(Struct, frozen=True):
    workspace: DataWorkspace
    remote: Remote
    progress: Progress
    asked: Asked

    @property
    def steps(self) -> dict[str, LockedStep]:
        """Give the steps that are asked for: all of the lock, or those that were named."""
        steps, names = self.workspace.lock.steps, self.asked.names
        return {name: step for name, step in steps.items() if not names or name in names}


def _items(workspace: DataWorkspace, asked: Asked) -> list[Wanted]:
    steps = workspace.lock.steps
    older = [name for name in asked.names if _is_older(workspace, asked, name)]
    bare = {name for name in asked.names if name in steps and not steps[name].outputs}
    names = [
        name if name in steps else named(workspace, [name])[0]
        for name in asked.names
        if name not in bare and name not in asked.elsewhere and name not in older
    ]
    found = [] if asked.names and not names else wanted(workspace.lock, names)
    return [*found, *_older(workspace, older), *asked.more]


def _is_older(workspace: DataWorkspace, asked: Asked, name: str) -> bool:
    """Whether a name is `PATH@REV`, and not a path with that character in it."""
    if asked.verb == "pull" or "@" not in name:
        return False
    (path,) = named(workspace, [name])
    return not any(covers(known, path) for known in workspace.lock.data)


def _older(workspace: DataWorkspace, names: Sequence[str]) -> list[Wanted]:
    """Give versions that git revisions name."""
    from modelcompose.versioning.history import lock_at

    split = [name.rpartition("@") for name in names]
    return [
        replace(item, revision=revision)
        for path, _, revision in split
        for item in wanted(lock_at(workspace.root, revision), named(workspace, [path]))
    ]


def _would(
    remote: Remote, workspace: DataWorkspace, asked: Asked, items: Sequence[Wanted]
) -> tuple[Told, ...]:
    from modelcompose.store.remotes.artifacts import content_tag

    def is_there(item: Wanted) -> bool:
        if asked.verb == "push":
            return remote.manifest(content_tag(item.content)) is not None
        if asked.verb == "fetch":
            return workspace.store.holds(item.content)
        return item.within is None and workspace.is_there(item.path, item.content)

    return tuple(
        Told(
            _name(item),
            item.content.digest,
            "there" if is_there(item) else "wanted",
            item.content.size_bytes,
        )
        for item in items
    )


def _push(moving: _Moving, items: list[Wanted]) -> Outcome:
    workspace, remote = moving.workspace, moving.remote
    moved, manifests = push_all(remote, workspace.store, items, moving.progress)
    told = tuple(
        Told(each.path, each.digest, "pushed" if each.blobs else "there", each.size_bytes)
        for each in moved
    )
    results: list[str] = []
    if workspace.lock.steps:
        results = _with_runs(lambda runs: _push_results(moving, runs, manifests))
    return Outcome(remote.where, told, tuple(results), _models(moving))


def _push_results(moving: _Moving, runs: Runs, manifests: dict[Content, bytes]) -> list[str]:
    from modelcompose.store.remotes.sending import push
    from modelcompose.versioning.step_results import (
        locked_results,
        older_results,
        push_results,
        whole_steps,
    )

    workspace, remote = moving.workspace, moving.remote
    named_steps = moving.steps
    results = locked_results(whole_steps(workspace.lock.steps, named_steps, manifests), runs)
    if moving.asked.all_results:
        older = older_results(workspace.root, named_steps, runs, workspace.store)
        for content in {c for result in older for c in result.outputs.values()} - manifests.keys():
            manifests[content] = push(remote, workspace.store, content, moving.progress).manifest
        results += older
    return push_results(remote, results, manifests, moving.progress.jobs)


def _fetch(moving: _Moving, items: list[Wanted]) -> Outcome:
    workspace, remote = moving.workspace, moving.remote
    moved, lacking = fetch_all(remote, workspace.store, items, moving.progress)
    told = [_fetched(each) for each in moved] + [_missing(each, items) for each in lacking]
    return Outcome(remote.where, tuple(told), tuple(_fetch_results(moving)), _models(moving))


def _pull(moving: _Moving, items: list[Wanted]) -> Outcome:
    workspace, remote = moving.workspace, moving.remote
    with held(workspace):
        there = [i for i in items if i.within is None and workspace.is_there(i.path, i.content)]
        lacking = [item for item in items if item not in there]
        moved, missing = fetch_all(remote, workspace.store, lacking, moving.progress)
        came = {each.path: each for each in moved}
        told = [Told(item.path, item.content.digest, "there") for item in there]
        told += [_placed(workspace, item, came[item.path]) for item in lacking if item.path in came]
        told += [_missing(each, items) for each in missing]
        results = _fetch_results(moving)
        models = _models(moving)
    return Outcome(remote.where, tuple(told), tuple(results), models)


def _placed(workspace: DataWorkspace, item: Wanted, came: Moved) -> Told:
    placed = workspace.bring(item.path, item.content, item.within)
    return Told(
        _name(item),
        item.content.digest,
        "changed" if placed is None else "fetched",
        came.size_bytes,
        placed or 0,
    )


def _fetch_results(moving: _Moving) -> list[str]:
    steps, workspace = moving.steps, moving.workspace
    if not steps:
        return []
    from modelcompose.versioning.step_results import fetch_results

    project = (workspace.project.name, workspace.root)
    jobs = moving.progress.jobs
    return _with_runs(lambda runs: fetch_results(moving.remote, steps, runs, project, jobs))


def _models(moving: _Moving) -> tuple[ModelMoved, ...]:
    """Move the registered models, where all is to be moved."""
    workspace = moving.workspace
    project = workspace.project
    has_models = project.models or any(s.model_mounts for s in project.services.values())
    if moving.asked.names or not has_models:
        return ()
    from modelcompose.database.database import Database
    from modelcompose.database.home import home_folder
    from modelcompose.versioning.models import ModelTransfer, model_names

    outputs = {c for step in workspace.lock.steps.values() for c in step.outputs.values()}
    database = Database.at(home_folder() / "hub.db")
    try:
        transfer = ModelTransfer(moving.remote, workspace.store, database, moving.progress)
        work = transfer.push if moving.asked.verb == "push" else transfer.pull
        return tuple(work(model_names(project), outputs))
    finally:
        database.close()


def _with_runs(work: Callable[[Runs], list[str]]) -> list[str]:
    from modelcompose.database.connection import open_database
    from modelcompose.tracking.runs import Runs

    with closing(open_database()) as connection:
        return work(Runs(connection))


def _fetched(moved: Moved) -> Told:
    state: Literal["fetched", "there"] = "fetched" if moved.size_bytes else "there"
    return Told(moved.path, moved.digest, state, moved.size_bytes)


def _missing(lacking: Lacking, items: Sequence[Wanted]) -> Told:
    digest = next(item.content.digest for item in items if item.path == lacking.path)
    return Told(lacking.path, digest, "missing", reason=lacking.reason, hint=lacking.hint)


def _name(item: Wanted) -> str:
    return item.path if item.within is None else f"{item.path}/{item.within}"
