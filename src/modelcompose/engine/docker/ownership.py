"""Giving files that a container wrote to the user who called."""

from __future__ import annotations

import os
import shlex
import stat
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from msgspec import Struct

from modelcompose.engine.docker.api import Api, Refusal
from modelcompose.engine.protocol import Job
from modelcompose.errors import EngineError

_ARGUMENT_BYTES = 512 * 1024
"""How long the list of files given to one helper container may be: a quarter of Linux's limit."""
_FALLBACK_IMAGES = 3
_INSIDE = "/written"


class Owner(Struct, frozen=True):
    """A user and a group by their numbers."""

    user: int
    group: int

    def __str__(self) -> str:
        """Give the form that `chown` takes."""
        return f"{self.user}:{self.group}"


def written_by_job(job: Job, paths: Sequence[Path]) -> list[Path]:
    """Leave what the step did not write out of the paths.

    A step that works in the project folder itself wrote its outputs there, and nothing else.
    """
    if job.workspace != job.project.directory or job.service.step is None:
        return list(paths)
    return [job.workspace / path for path in job.service.step.written]


def foreign(paths: Iterable[Path], user: int) -> Iterator[str]:
    """Give every file and folder at and below these paths that belongs to another user."""
    for path in paths:
        with suppress(FileNotFoundError):
            if path.lstat().st_uid != user:
                yield str(path)
            if path.is_dir() and not path.is_symlink():
                yield from _foreign_below(str(path), user)


def _foreign_below(folder: str, user: int) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except PermissionError:
        return  # it is foreign itself, and looked into once it no longer is
    for entry in entries:
        if entry.stat(follow_symlinks=False).st_uid != user:
            yield entry.path
        if entry.is_dir(follow_symlinks=False):
            yield from _foreign_below(entry.path, user)


def give_to_caller(api: Api, job: Job, paths: Sequence[Path]) -> None:
    """Make everything at and below these paths the calling user's.

    Root changes it directly; for others a container of the step's image does it as root.

    Raises:
        EngineError: no image here can do it; names the command that can.
    """
    user = os.geteuid()
    owner = Owner(user, _group(job.project.directory))
    wanted = written_by_job(job, paths)
    if user == 0:
        for path in list(foreign(wanted, user)):
            os.lchown(path, owner.user, owner.group)
        return
    before = -1
    # A folder that the user may not enter shows its content only after it was given over.
    while (files := list(foreign(wanted, user))) and len(files) != before:
        before = len(files)
        _have_changed(api, job, files, owner)


def _group(project: Path) -> int:
    """Give the group of what the user makes in a project: its own where its setgid bit is set."""
    status = project.stat()
    return status.st_gid if status.st_mode & stat.S_ISGID else os.getegid()


def _have_changed(api: Api, job: Job, files: Sequence[str], owner: Owner) -> None:
    if _is_rootless(api):
        owner = Owner(0, 0)  # root of a rootless engine's containers is the user who runs it
    folder = os.path.commonpath([str(Path(file).parent) for file in files])
    names = [f"{_INSIDE}/{os.path.relpath(file, folder)}" for file in files]
    for image in _able_images(api, job):
        try:
            for batch in batches(names, _ARGUMENT_BYTES):
                _change(api, image, folder, batch, owner)
        except Refusal:
            continue  # it holds no chown
        return
    raise EngineError(
        f"{folder}: the step's container wrote files here that belong to another user, "
        "and no image on this machine has a chown to change that",
        hint=f"sudo chown --recursive {owner} {shlex.quote(folder)}",
    )


def batches(names: Iterable[str], limit_bytes: int) -> Iterator[list[str]]:
    """Cut a list of arguments where it gets longer than a limit."""
    batch: list[str] = []
    size = 0
    for name in names:
        if batch and size + len(name) + 1 > limit_bytes:
            yield batch
            batch, size = [], 0
        batch.append(name)
        size += len(name) + 1
    if batch:
        yield batch


def _able_images(api: Api, job: Job) -> Iterator[str]:
    if job.image is not None:
        yield job.image
    others = (str(image["Id"]) for image in api.get("/images/json"))
    yield from islice((image for image in others if image != job.image), _FALLBACK_IMAGES)


def _is_rootless(api: Api) -> bool:
    options = api.get("/info").get("SecurityOptions") or ()
    return any("name=rootless" in option for option in options)


def _change(api: Api, image: str, folder: str, names: Sequence[str], owner: Owner) -> None:
    from modelcompose.engine.docker.rendering import RUN_LABEL

    name = f"modelcompose-own-{uuid.uuid4().hex[:12]}"
    configuration = {
        "Image": image,
        "User": "0:0",
        "Entrypoint": ["chown"],
        "Cmd": ["-h", str(owner), "--", *names],
        "Labels": {RUN_LABEL: "own"},
        "HostConfig": {
            "NetworkMode": "none",
            "Mounts": [{"Type": "bind", "Source": folder, "Target": _INSIDE}],
        },
    }
    api.post("/containers/create", {"name": name}, configuration)
    try:
        api.post(f"/containers/{name}/start")
        code = api.post(f"/containers/{name}/wait")["StatusCode"]
    finally:
        api.delete(f"/containers/{name}", {"force": True, "v": True})
    if code != 0:
        raise EngineError(
            f"{folder}: chown in a container of {image} failed with exit code {code}",
            hint=f"sudo chown --recursive {owner} {shlex.quote(folder)}",
        )
