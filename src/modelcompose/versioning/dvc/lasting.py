"""What `gc` keeps for a project that DVC tracks data in: what its files name now."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path

from modelcompose.errors import ProjectError, StoreError
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.store.digests import digest_bytes
from modelcompose.store.failures import translated
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning.dvc.hashes import Hashes, of_files, of_made
from modelcompose.versioning.dvc.tracking import find, is_there

_FOLDER = "projects"
_SUFFIX = ".dvc"


def note(store: Store, project: Path) -> None:
    """Note that content of a store came from DVC for a project; where that fails, gc keeps less."""
    name = digest_bytes(os.fsencode(project))[7:23]
    path = store.root / _FOLDER / f"{name}{_SUFFIX}"
    with suppress(OSError):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
            new.write_bytes(os.fsencode(project))
            new.replace(path)


def lasting(store: Store) -> set[str]:
    """Give the digests of what projects that DVC tracks data in need of a store.

    A project that is not there needs nothing: DVC's cache is away with it, or has it.

    Raises:
        StoreError: the notes cannot be read.
    """
    with translated(store.root, "cannot be read"):
        notes = (store.root / _FOLDER).glob(f"[!.]*{_SUFFIX}")
        projects = [Path(os.fsdecode(path.read_bytes())) for path in notes]
    return {digest for project in projects for digest in digests_of(project)}


def digests_of(project: Path) -> list[str]:
    """Give the digests of contents that came into the store from DVC, and are tracked still.

    What cannot be told is left out: DVC's cache and its remotes have it.
    """
    if not is_there(project):
        return []
    database = StateFolder(project).states
    if not database.exists():
        return []
    with FileStates(database) as states, closing(Hashes(database)) as hashes:
        try:
            tracked = find(project, states, ()).tracked
        except (ProjectError, StoreError):
            return []
        found: list[str] = []
        for is_legacy in (False, True):
            oids = [item.oid for item in tracked if item.out.is_legacy is is_legacy]
            files = [oid for oid in oids if not oid.endswith(".dir")]
            folders = [oid.partition(".")[0] for oid in oids if oid.endswith(".dir")]
            for kind, wanted in (
                (of_files(is_legacy=is_legacy), files),
                (of_made(is_legacy=is_legacy), folders),
            ):
                found += [known.digest for known in hashes.contents(kind, wanted).values()]
    return found
