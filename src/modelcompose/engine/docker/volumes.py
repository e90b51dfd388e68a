"""Compose volumes of a Docker engine, seen through containers that are made and never started.

The engine gives and takes a container's files as tar streams, also of one that never ran: so a
volume is read and written without any program in any image. Only two things need one, and do
without where there is none: removing single files, and a cheap look at what changed.

Source: https://docs.docker.com/reference/api/engine/, `containers/{id}/archive`.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from modelcompose.engine.docker.api import Api, Refusal
from modelcompose.engine.docker.logs import Demultiplexer
from modelcompose.engine.docker.volume_stamps import SCRIPT, stamp_of_folder, stamp_of_output
from modelcompose.engine.volumes import TOP, VolumeUser
from modelcompose.errors import EngineError

INSIDE = f"/{TOP}"
"""Where helper containers mount a volume: a place that no image has."""
HELPER_LABEL = "modelcompose.volume-helper"
_EMPTY_IMAGE = "modelcompose/volume-helper"
_EMPTY_TAG = "1"
_EMPTY_TAR = bytes(1024)
_SERVICE = "com.docker.compose.service"
_NOT_FOUND = 404
_LEFT_S = 24 * 3600.0
"""Age from which a helper container is no longer anybody's: a large volume may take hours."""
_ARGUMENT_BYTES = 128 * 1024
"""How long the list of names given to one program may be."""


class DockerVolumes:
    """The volumes of one Docker engine; the promises are those of `engine.volumes.Volumes`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def born(self, name: str) -> str | None:
        """Give when a volume was made; None where it is not there."""
        found = self._api.find(f"/volumes/{name}")
        return None if found is None else str(found.get("CreatedAt"))

    def stamp(self, name: str, images: Sequence[str]) -> str | None:
        """Look at names, sizes and times: directly where this user may, else by a program."""
        found = self._api.find(f"/volumes/{name}")
        if found is None:
            return None
        place = str(found.get("Mountpoint") or "")
        if found.get("Driver") == "local" and place.startswith("/") and os.access(place, os.R_OK):
            with suppress(OSError):
                return stamp_of_folder(place, time.time())
        answer = self._run(name, images, ["sh", "-c", SCRIPT.format(INSIDE)], read_only=True)
        return None if answer is None else stamp_of_output(answer)

    @contextmanager
    def read(self, name: str, images: Sequence[str]) -> Iterator[Iterator[bytes]]:
        """Give all that a volume holds as a tar stream."""
        with self._helper(name, images, read_only=True) as container:
            path = f"/containers/{container}/archive"
            response = self._api.stream("GET", path, {"path": INSIDE})
            try:
                yield iter(response)
            finally:
                response.close()

    def write(self, name: str, images: Sequence[str], parts: Iterable[bytes]) -> None:
        """Unpack a tar stream into a volume."""
        with self._helper(name, images, read_only=False) as container:
            path = f"/containers/{container}/archive"
            self._api.upload("PUT", path, {"path": "/"}, parts)

    def discard(self, name: str, images: Sequence[str], paths: Sequence[bytes]) -> bool:
        """Remove files and folders of a volume by the image's own `rm`."""
        for batch in _batches(paths):
            words = [os.fsdecode(b"./" + path) for path in batch]
            command = ["rm", "-rf", "--", *words]
            if self._run(name, images, command, read_only=False) is None:
                return False
        return True

    def users(self, name: str) -> list[VolumeUser]:
        """Give the running containers that mount a volume."""
        found = []
        for container in self._containers(name):
            mounts = [each for each in container["Mounts"] if each.get("Name") == name]
            if container["State"] in ("running", "paused", "restarting"):
                called = container["Labels"].get(_SERVICE) or container["Names"][0].lstrip("/")
                found.append(VolumeUser(called, any(each["RW"] for each in mounts)))
        return found

    def is_referred(self, name: str) -> bool:
        """Whether any container mounts a volume."""
        return bool(self._containers(name))

    def create(
        self,
        name: str,
        *,
        labels: Mapping[str, str],
        driver: str | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        """Make an empty volume."""
        body = {"Name": name, "Labels": dict(labels), "DriverOpts": dict(options or {})}
        self._api.post("/volumes/create", body=body | ({"Driver": driver} if driver else {}))

    def remove(self, name: str) -> None:
        """Remove a volume."""
        try:
            self._api.delete(f"/volumes/{name}")
        except Refusal as refusal:
            if refusal.status != _NOT_FOUND:
                raise

    def bound(self) -> list[str]:
        """Give what containers mount of this machine."""
        containers = self._api.get("/containers/json", {"all": True})
        return [str(m.get("Source", "")) for each in containers for m in each["Mounts"]]

    def labelled(self, label: str) -> Mapping[str, str]:
        """Give the volumes that bear a label, with its value."""
        found = self._api.get("/volumes", {"filters": {"label": [label]}})["Volumes"] or ()
        return {each["Name"]: each["Labels"][label] for each in found}

    def _containers(self, name: str) -> list[Mapping[str, Any]]:
        query = {"all": True, "filters": {"volume": [name]}}
        found = self._api.get("/containers/json", query)
        return [each for each in found if HELPER_LABEL not in each["Labels"]]

    @contextmanager
    def _helper(
        self,
        name: str,
        images: Sequence[str],
        command: Sequence[str] = ("never",),
        *,
        read_only: bool,
    ) -> Iterator[str]:
        """Make a container that mounts a volume, and remove it after."""
        body = {
            "Image": self._image(images),
            "Entrypoint": list(command[:1]),
            "Cmd": list(command[1:]),
            "User": "0",
            "WorkingDir": INSIDE,
            "Labels": {HELPER_LABEL: name},
            "NetworkDisabled": True,
            "HostConfig": {
                "NetworkMode": "none",
                "LogConfig": {"Type": "local"},
                "Mounts": [
                    {
                        "Type": "volume",
                        "Source": name,
                        "Target": INSIDE,
                        "ReadOnly": read_only,
                        "VolumeOptions": {"NoCopy": True},
                    }
                ],
            },
        }
        self._clear_left(name)
        query = {"name": f"modelcompose-volume-{uuid.uuid4().hex[:12]}"}
        container = str(self._api.post("/containers/create", query, body)["Id"])
        try:
            yield container
        finally:
            with suppress(EngineError):  # what was asked for came about, or its error counts
                self._api.delete(f"/containers/{container}", {"force": True, "v": True})

    def _clear_left(self, name: str) -> None:
        """Remove what killed commands left: a volume that a container mounts cannot be removed."""
        query = {"all": True, "filters": {"label": [f"{HELPER_LABEL}={name}"]}}
        for each in self._api.get("/containers/json", query):
            if time.time() - each["Created"] > _LEFT_S:
                with suppress(EngineError):
                    self._api.delete(f"/containers/{each['Id']}", {"force": True, "v": True})

    def _run(
        self, name: str, images: Sequence[str], command: Sequence[str], *, read_only: bool
    ) -> bytes | None:
        """Run a program of an image on a volume, and give what it printed; None where it cannot."""
        with self._helper(name, images, command, read_only=read_only) as container:
            try:
                self._api.post(f"/containers/{container}/start")
            except Refusal:  # the image has no such program, or is of another machine
                return None
            ended = self._api.post(f"/containers/{container}/wait")
            if ended["StatusCode"] != 0:
                return None
            response = self._api.stream(
                "GET", f"/containers/{container}/logs", {"stdout": True, "stderr": False}
            )
            try:
                return b"".join(data for _, data in Demultiplexer().feed(response.body()))
            finally:
                response.close()

    def _image(self, images: Sequence[str]) -> str:
        """Give an image that the engine has: one of these, else one of our own that is empty."""
        for reference in images:
            if self._api.find(f"/images/{reference}/json") is not None:
                return reference
        own = f"{_EMPTY_IMAGE}:{_EMPTY_TAG}"
        if self._api.find(f"/images/{own}/json") is None:
            query = {"fromSrc": "-", "repo": _EMPTY_IMAGE, "tag": _EMPTY_TAG}
            self._api.upload("POST", "/images/create", query, [_EMPTY_TAR])
        return own


def _batches(paths: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for path in paths:
        if batch and size + len(path) > _ARGUMENT_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += len(path) + 3
    if batch:
        yield batch
