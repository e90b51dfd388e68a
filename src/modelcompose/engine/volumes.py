"""What an engine promises about Compose volumes: their content comes and goes as tar streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

TOP = ".modelcompose-volume"
"""The folder that all names of a tar stream lie in: it stands for the volume itself."""


class VolumeUser(Struct, frozen=True):
    """A running container that mounts a volume."""

    name: str
    """The service's, where it has one, else the container's."""
    writes: bool


class Volumes(Protocol):
    """The volumes of one engine. Use from several threads.

    `images` are image references, the best one first, of which one that the engine has is taken
    where a container is needed; none of their programs is needed, save for `stamp` and `discard`.
    """

    def born(self, name: str) -> str | None:
        """Give what tells this volume from an earlier one of its name; None where it is not there.

        Raises:
            EngineError: the engine does not answer.
        """

    def stamp(self, name: str, images: Sequence[str]) -> str | None:
        """Give a text that changes when something in the volume does, without reading files.

        None where that cannot be had, or where the volume was written to so lately that a further
        change might not show.

        Raises:
            EngineError: the engine does not answer.
        """

    def read(self, name: str, images: Sequence[str]) -> AbstractContextManager[Iterator[bytes]]:
        """Give all that a volume holds as a tar stream, all names below `TOP`.

        Raises:
            EngineError: it cannot be read.
        """

    def write(self, name: str, images: Sequence[str], parts: Iterable[bytes]) -> None:
        """Unpack a tar stream of names below `TOP` into a volume, over what is there.

        Owners and permissions are kept, those of the volume's own folder among them.

        Raises:
            EngineError: it cannot be written.
        """

    def discard(self, name: str, images: Sequence[str], paths: Sequence[bytes]) -> bool:
        """Remove files and folders of a volume; False where no image here can do it.

        Raises:
            EngineError: the engine does not answer.
        """

    def users(self, name: str) -> list[VolumeUser]:
        """Give the running containers that mount a volume.

        Raises:
            EngineError: the engine does not answer.
        """

    def is_referred(self, name: str) -> bool:
        """Whether any container, also one that has ended, mounts a volume.

        Raises:
            EngineError: the engine does not answer.
        """

    def create(
        self,
        name: str,
        *,
        labels: Mapping[str, str],
        driver: str | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        """Make an empty volume; one that is there stays as it is.

        Raises:
            EngineError: it cannot be made.
        """

    def remove(self, name: str) -> None:
        """Remove a volume; one that is not there is fine.

        Raises:
            EngineError: it is in use.
        """

    def bound(self) -> list[str]:
        """Give what containers, also those that have ended, mount of this machine.

        Raises:
            EngineError: the engine does not answer.
        """

    def labelled(self, label: str) -> Mapping[str, str]:
        """Give the volumes that bear a label, with its value.

        Raises:
            EngineError: the engine does not answer.
        """
