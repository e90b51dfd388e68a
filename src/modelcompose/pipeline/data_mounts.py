"""Mounts that show a version of data: which content they ask for, and where that is shown from."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.project import DataMount, Project, Service
from modelcompose.engine.protocol import Attached, GivenMount
from modelcompose.errors import ContentMissing, NotFound, PlanError
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.lock_of_revision import lock_at
from modelcompose.pipeline.mounts import project_mounts
from modelcompose.pipeline.paths import covers, overlap
from modelcompose.pipeline.restored import content_within
from modelcompose.pipeline.stored_data import stored_data
from modelcompose.store.content import Content
from modelcompose.store.kept import kept_content
from modelcompose.store.parts import tree_within
from modelcompose.store.store import Store
from modelcompose.store.views import Views

_DIGEST = "sha256:"


class Shown(Struct, frozen=True):
    """A mount with what it shows."""

    target: str
    mount: DataMount
    content: Content

    @property
    def name(self) -> str:
        """Give the name that it has among the inputs of a step."""
        return f"{self.mount.path} at {self.target}"


def content_of(project: Path, lock: Lock, store: Store, mount: DataMount) -> Content:
    """Give the content that a mount asks for; the store need not hold its files.

    Args:
        project: the project folder.
        lock: the project's, for mounts that name no revision.
        store: where listings are looked up.
        mount: what asks.

    Raises:
        NotFound: nothing of that name is versioned, or git knows no such revision.
        ContentMissing: a listing that is needed to tell is not in the store.
    """
    try:
        return _named(project, lock, store, mount)
    except ContentMissing:
        raise _missing(mount) from None
    except NotFound as error:
        raise NotFound(f"{_claim(mount)}, and {error.message}", hint=error.hint) from None


def _named(project: Path, lock: Lock, store: Store, mount: DataMount) -> Content:
    if mount.revision is not None and mount.revision.startswith(_DIGEST):
        return kept_content(store, mount.revision)
    known = lock if mount.revision is None else lock_at(project, mount.revision)
    outer = next((path for path in known.data if covers(path, mount.path)), None)
    if outer is None:
        raise _unversioned(mount, known)
    inner = mount.path[len(outer) + 1 :]
    content = content_within(store, known.data[outer], inner)
    if content is None:
        raise NotFound(
            f"{outer} holds no {inner} in that version",
            hint=f"see what it holds: modelcompose data ls {outer}"
            + (f" --rev {mount.revision}" if mount.revision else ""),
        )
    if inner and content.kind == "folder":
        store.put_tree(tree_within(store.tree(known.data[outer].digest), inner))
    return content


def _unversioned(mount: DataMount, known: Lock) -> NotFound:
    import difflib

    nearest = difflib.get_close_matches(mount.path, list(known.data), n=1)
    where = f"ml.lock of {mount.revision}" if mount.revision else "ml.lock"
    hint = f"did you mean {nearest[0]}?" if nearest else f"modelcompose data add {mount.path}"
    return NotFound(f"{where} names no such data", hint=hint)


def _claim(mount: DataMount) -> str:
    return f"{mount.position}: is to show {mount.label}"


def _missing(mount: DataMount) -> ContentMissing:
    return ContentMissing(
        f"{_claim(mount)}, and the store does not hold all of it",
        hint=f"bring it here: modelcompose fetch {mount.label}",
    )


def shown_by(project: Path, lock: Lock, store: Store, service: Service) -> tuple[Shown, ...]:
    """Give what a service's mounts show; errors as for `content_of`."""
    return tuple(
        Shown(target, mount, content_of(project, lock, store, mount))
        for target, mount in service.data_mounts
    )


def views_for(store: Store, service: Service, shown: Sequence[Shown]) -> tuple[GivenMount, ...]:
    """Give the mounts that show a service what it is to see, out of the store.

    Raises:
        ContentMissing: the store does not hold all of it.
        StoreError: a view cannot be written.
    """
    for each in shown:
        if not store.holds(each.content):
            raise _missing(each.mount)
    return tuple(GivenMount(view_of(store, service, each.content), each.target) for each in shown)


def view_of(store: Store, service: Service, content: Content, *, is_linked: bool = False) -> Path:
    """Give where a service may mount a content from, read-only.

    A service that may mount file systems itself could make a read-only mount writable: it gets
    copies, and never the store's own files.

    Raises:
        ContentMissing: the store does not hold all of it.
        StoreError: the view cannot be written.
    """
    return Views(store).path(content, is_linked=is_linked and not _may_remount(service))


def _may_remount(service: Service) -> bool:
    added = {str(each).upper().removeprefix("CAP_") for each in service.document.get("cap_add", ())}
    return service.document.get("privileged") is True or not added.isdisjoint({"ALL", "SYS_ADMIN"})


def bind(source: Path, target: str) -> dict[str, Any]:
    """Give a read-only bind mount, in Compose's long form."""
    return {
        "type": "bind",
        "source": str(source).replace("$", "$$"),
        "target": target,
        "read_only": True,
        "bind": {"create_host_path": False},
    }


def recorded_mounts(shown: Sequence[Shown]) -> dict[str, Any]:
    """Give what a run's record tells of the versions that mounts showed, by their digests."""
    if not shown:
        return {}
    return {"mounts": {e.target: f"{e.mount.path}@{e.content.digest}" for e in shown}}


def held_again(document: Mapping[str, Any], told: Mapping[str, str]) -> dict[int, DataMount]:
    """Give the mounts of a service that show data, from what `recorded_mounts` told.

    Args:
        document: the service's.
        told: the versions, by targets.
    """
    found: dict[int, DataMount] = {}
    for index, entry in enumerate(document.get("volumes") or ()):
        if entry["target"] in told:
            path, _, digest = told[entry["target"]].partition("@")
            found[index] = DataMount(path, digest, f"volumes[{index}]")
    return found


def without_data_mounts(service: Service) -> Service:
    """Give a service without the mounts that show data: what it is given shows it instead."""
    targets = {target for target, _ in service.data_mounts}
    if not targets:
        return service
    volumes = [
        entry for entry in service.document.get("volumes") or () if entry["target"] not in targets
    ]
    return replace(
        service,
        document={**service.document, "volumes": volumes},
        mounts=tuple(mount for mount in service.mounts if mount.data is None),
    )


def attached(project: Project, lock: Lock, store: Store, services: Sequence[str]) -> Attached:
    """Give the mounts that show services what lies in the store alone.

    Those of versions take the place of the service's own; data with `link: mount` is shown
    wherever the service's binds would show it.

    Raises:
        NotFound: a version that is asked for is not known.
        ContentMissing: the store does not hold one.
        StoreError: a view cannot be written.
    """
    stored = stored_data(project, lock)
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for name in services:
        service = project.services[name]
        views = [
            *views_for(store, service, shown_by(project.directory, lock, store, service)),
            *stored_views(project, store, service, stored),
        ]
        if views:
            found[name] = tuple(bind(view.source, view.target) for view in views)
    return found


def stored_views(
    project: Project, store: Store, service: Service, stored: Mapping[str, Content]
) -> list[GivenMount]:
    """Give the mounts that show a service the data that lies in the store alone.

    Raises:
        ContentMissing: the store does not hold it.
        PlanError: a mount would show what lies outside of the data.
        StoreError: a view cannot be written.
    """
    found: list[GivenMount] = []
    for path, content in stored.items():
        for mount, shown in project_mounts(project, service):
            if not overlap(shown, path):
                continue
            view = view_of(store, service, content, is_linked=True)
            if covers(path, shown):
                found.append(GivenMount(_inside(view, shown, path), mount.target))
            else:
                inner = path if shown == "." else path[len(shown) + 1 :]
                found.append(GivenMount(view, posixpath.join(mount.target, inner)))
    return found


def _inside(view: Path, shown: str, path: str) -> Path:
    """Give where a path of data lies in the view of all of it.

    Raises:
        PlanError: a symbolic link in the data, which the engine would follow, leads out of it.
    """
    source = view / shown[len(path) + 1 :] if shown != path else view
    if not source.resolve().is_relative_to(view.resolve()):
        raise PlanError(
            f"{shown}: a symbolic link in {path} leads out of it, and cannot be mounted",
            hint=f"mount what it points to, or see it: modelcompose data ls {path}",
        )
    return source


def refuse_process(service: Service) -> None:
    """Make sure that a step without a container has no mounts that show data.

    Raises:
        PlanError: it has one.
    """
    for target, mount in service.data_mounts:
        raise PlanError(
            f"{mount.position}: the process engine has no mounts, and cannot show "
            f"{mount.label} at {target}",
            hint="start Docker and use --engine docker",
        )
