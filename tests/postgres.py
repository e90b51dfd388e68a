"""A PostgreSQL server for tests: thrown away after them, on a socket in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER = "postgres"
_PATIENCE_S = 60
_SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60")


def programs() -> Path | None:
    """Give the folder of PostgreSQL's programs; None where it is not installed."""
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))  # where Debian hides them
    return folders[-1] if folders else None


@contextmanager
def server(folder: Path) -> Iterator[Path]:
    """Run a server while the block runs; give the folder of its socket.

    Args:
        folder: where PostgreSQL's programs are.
    """
    # The path of a socket has 107 characters at most: pytest's own folders may be longer.
    place = Path(tempfile.mkdtemp(prefix="modelcompose-pg-"))
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        shutil.chown(place, USER, USER)
        identity = {"user": USER, "group": USER, "extra_groups": []}
    try:
        subprocess.run(
            [folder / "initdb", "-D", place / "data", "-A", "trust", "-U", USER, "--no-sync"],
            check=True,
            capture_output=True,
            cwd=place,
            **identity,
        )
        settings: list[str] = [word for each in _SETTINGS for word in ("-c", each)]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                [folder / "postgres", "-D", place / "data", "-k", place, *settings],
                stdout=log,
                stderr=log,
                cwd=place,
                **identity,
            )
        try:
            _wait(folder, place, process)
            yield place
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown, in PostgreSQL's words
            process.wait(_PATIENCE_S)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def new_database(socket: Path, name: str) -> str:
    """Make a database, which goes with its server; give its address."""
    import psycopg

    with psycopg.connect(f"host={socket} user={USER} dbname={USER}", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql://{USER}@/{name}?host={socket}"


def _wait(folder: Path, place: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    asking = [str(folder / "pg_isready"), "-h", str(place), "-U", USER, "-q"]
    while subprocess.run(asking, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"PostgreSQL does not start: {(place / 'log').read_text()}")
        time.sleep(0.05)
