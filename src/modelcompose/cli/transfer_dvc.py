"""`push`, `pull` and `fetch` in a project that DVC tracks data in, too."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import held, named
from modelcompose.cli.transfer_view import open_progress
from modelcompose.cli.transfer_work import Asked, Outcome, Told, move
from modelcompose.diagnosis.sizes import count
from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.pipeline.paths import overlap
from modelcompose.versioning.dvc.working import Pulling, chosen
from modelcompose.versioning.transfers import Wanted

if TYPE_CHECKING:
    from modelcompose.versioning.dvc.reading import DvcProject
    from modelcompose.versioning.dvc.tracking import Tracked
    from modelcompose.versioning.workspace import DataWorkspace

Items = Sequence[tuple["Tracked", str | None]]


def move_all(context: Context, workspace: DataWorkspace, dvc: DvcProject, asked: Asked) -> Outcome:
    """Push, pull or fetch what ml.lock names and what DVC tracks.

    What DVC has a remote of its own for is pushed where it is named alone: it has its place.

    Raises:
        NotFound: there is no remote, or nobody knows of what was named.
        RemoteError: a remote fails or refuses.
    """
    theirs = _theirs(workspace, dvc, asked)
    names = {name for name in theirs if _is_theirs_alone(workspace, name)}
    paths = sorted(set(theirs.values())) if asked.names else ["."]
    items = chosen(dvc, paths)
    if asked.verb == "push":
        every = len(items)
        if not asked.names:
            items = [(item, None) for item, _ in items if dvc.is_homeless(item)]
        outcome = _push(context, workspace, dvc, replace(asked, elsewhere=tuple(names)), items)
        return replace(outcome, notes=(*outcome.notes, *_left(every - len(items))))
    outcome = Outcome("")
    has_remote = bool(asked.remote or workspace.project.remote)
    if any(name not in names for name in asked.names) or (not asked.names and has_remote):
        outcome = move(context, workspace, replace(asked, elsewhere=tuple(names)))
    told = _bring(context, workspace, dvc, asked, items)
    notes = (*dvc.found.told, *dvc.told)
    return replace(outcome, paths=(*outcome.paths, *told), notes=(*outcome.notes, *notes))


def _left(many: int) -> list[str]:
    told = (
        f"left to `dvc push`: {count(many, 'path')} that DVC tracks and has a remote for; "
        "to push one here, too: modelcompose push PATH"
    )
    return [told] if many else []


def _theirs(workspace: DataWorkspace, dvc: DvcProject, asked: Asked) -> dict[str, str]:
    """Give the names that mean something that DVC tracks, each with its path."""
    found: dict[str, str] = {}
    for name in asked.names:
        if name in workspace.lock.steps:
            continue
        (path,) = named(workspace, [name])
        if any(overlap(path, each) for each in dvc.tracked):
            found[name] = path
    return found


def _is_theirs_alone(workspace: DataWorkspace, name: str) -> bool:
    (path,) = named(workspace, [name])
    made = (each for step in workspace.lock.steps.values() for each in step.outputs)
    return not any(overlap(path, each) for each in (*workspace.lock.data, *made))


def _push(
    context: Context, workspace: DataWorkspace, dvc: DvcProject, asked: Asked, items: Items
) -> Outcome:
    from modelcompose.pipeline.from_remote.opening import remote_of
    from modelcompose.versioning.dvc.elsewhere import mark

    kept = {item.path: dvc.keep(item) for item, _ in items}
    more = tuple(Wanted(path, content) for path, content in kept.items() if content is not None)
    outcome = move(context, workspace, replace(asked, more=more))
    if not asked.is_dry:
        declared = workspace.project.remote
        with remote_of(asked.remote, declared, workspace.root, workspace.store) as remote:
            for item, _ in items:
                content = kept[item.path]
                if content is not None:
                    mark(remote, item, content)
    lacking = tuple(
        Told(
            item.path,
            item.content.digest,
            "missing",
            reason="DVC tracks it, and its content is not here",
            hint=f"bring it first: modelcompose fetch {item.path}",
            tracker="dvc",
        )
        for item, _ in items
        if kept[item.path] is None and asked.names
    )
    return replace(outcome, paths=(*outcome.paths, *lacking))


def _bring(
    context: Context, workspace: DataWorkspace, dvc: DvcProject, asked: Asked, items: Items
) -> list[Told]:
    if asked.is_dry:
        return [
            Told(
                _name(item, within),
                item.content.digest,
                "there" if dvc.is_there(item) else "wanted",
                item.content.size_bytes,
                tracker="dvc",
            )
            for item, within in items
        ]
    is_placed = asked.verb == "pull"
    holding = held(workspace) if is_placed and items else nullcontext()
    with holding, open_progress(context.invocation, "DVC's data") as progress:
        pulling = Pulling(workspace, dvc, progress, is_placed, asked.remote)
        pulling.begin(item for item, _ in items)
        return [_one(pulling, item, within) for item, within in items]


def _one(pulling: Pulling, item: Tracked, within: str | None) -> Told:
    told = Told(_name(item, within), item.content.digest, "there", tracker="dvc")
    try:
        done = pulling.pull(item, within)
    except (ContentMissing, ContentCorrupt) as error:
        reason = error.message.removeprefix(f"{item.path}: ").partition("\n")[0]
        return replace(told, state="missing", reason=reason, hint=error.hint)
    if done.placed is None:
        return replace(told, state="changed", size_bytes=done.size_bytes)
    if not (done.size_bytes or done.placed):
        return told
    return replace(told, state="fetched", size_bytes=done.size_bytes, placed=done.placed)


def _name(item: Tracked, within: str | None) -> str:
    return item.path if within is None else f"{item.path}/{within}"
