"""Small file systems for tests: to fill, and to write-protect. They need root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")


class SmallDisk:
    """A file system of a few megabytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / ".ballast"

    def leave(self, room_bytes: int) -> None:
        """Fill the disk but for some room."""
        self._ballast.unlink(missing_ok=True)
        status = os.statvfs(self.folder)
        wanted = status.f_bavail * status.f_frsize - room_bytes
        descriptor = os.open(self._ballast, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, max(wanted, 1))
        finally:
            os.close(descriptor)

    def make_room(self) -> None:
        """Take the ballast away."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[SmallDisk]:
    """Mount a file system of its own on a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={size_bytes},mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def sharing_disk(folder: Path, size_bytes: int = 320 << 20) -> Iterator[None]:
    """Mount a file system whose files can share blocks (XFS) on a folder, which is made."""
    program = shutil.which("mkfs.xfs", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("mkfs.xfs is not installed: scripts/remote-servers")
        pytest.skip("mkfs.xfs is not installed: scripts/remote-servers")
    folder.mkdir(parents=True, exist_ok=True)
    image = folder.with_suffix(".image")
    with image.open("wb") as stream:
        stream.truncate(size_bytes)
    subprocess.run([program, "-q", "-m", "reflink=1", image], check=True)
    try:
        subprocess.run(["mount", "-o", "loop", image, folder], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", folder], check=True)
    finally:
        image.unlink()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Write-protect a folder, for root too."""
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)
