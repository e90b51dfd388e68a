"""The Python that a step would run with: what stands in for an image in its identity."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

PYTHONS = ("python", "python3")
"""Names under which the interpreter is looked for on the PATH, in this order."""

_OWN_DISTRIBUTION = "docker_ml-"
_DISTRIBUTION_SUFFIXES = (".dist-info", ".egg-info")
_PROBE = """
import json, platform, sys
print(json.dumps({
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "path": [entry for entry in sys.path if entry],
}))
"""
_PROBE_TIMEOUT_S = 30


class Interpreter(Struct, frozen=True):
    """A Python as it tells about itself."""

    implementation: str
    version: str
    path: tuple[str, ...] = ()
    """Its `sys.path`, without the folder of the script."""


def find_python(variables: Mapping[str, str]) -> str | None:
    """Give the first `python`, else `python3`, on the PATH of these variables."""
    path = variables.get("PATH", os.defpath)
    return next((found for name in PYTHONS if (found := shutil.which(name, path=path))), None)


def distributions_digest(folders: Iterable[str]) -> str:
    """Digest the names and versions of all distributions installed in these folders.

    Model Compose itself does not count: upgrading it changes no result.
    """
    names = {
        entry
        for folder in folders
        if Path(folder).is_dir()
        for entry in os.listdir(folder)  # noqa: PTH208 - names are all it takes
        if entry.endswith(_DISTRIBUTION_SUFFIXES) and not entry.startswith(_OWN_DISTRIBUTION)
    }
    listing = "\n".join(sorted(names))
    return f"sha256:{hashlib.sha256(listing.encode()).hexdigest()}"


class Interpreters:
    """Describes interpreters, each once for as long as it and its packages stay the same."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._probed: dict[tuple[object, ...], Interpreter | None] = {}
        self._described: dict[tuple[object, ...], dict[str, str | None]] = {}

    def describe(self, variables: Mapping[str, str], folder: Path) -> dict[str, str | None]:
        """Describe the Python on the PATH of these variables.

        Args:
            variables: the environment of the process that would run it.
            folder: where it would run: tools such as pyenv choose a Python by the folder.

        Returns:
            `interpreter` (such as `CPython 3.11.7 linux-x86_64`, None without a Python),
            `executable` (its name), `distributions` (a digest) and `platform`.
        """
        system = f"{sys.platform}-{platform.machine()}"
        executable = find_python(variables)
        python = self._interpreter(executable, variables, folder) if executable else None
        if executable is None or python is None:
            return {"interpreter": None, "platform": system}
        key = (executable, python.version, _modified(executable), *map(_modified, python.path))
        with self._lock:
            if key not in self._described:
                self._described[key] = {
                    "interpreter": f"{python.implementation} {python.version} {system}",
                    "executable": Path(executable).name,
                    "distributions": distributions_digest(python.path),
                    "platform": system,
                }
            return self._described[key]

    def _interpreter(
        self, executable: str, variables: Mapping[str, str], folder: Path
    ) -> Interpreter | None:
        settings = {name: value for name, value in variables.items() if name.startswith("PY")}
        if "PYTHONPATH" not in settings and _is_running(executable):
            return _running()
        key = (executable, _modified(executable), folder, *sorted(settings.items()))
        with self._lock:
            if key not in self._probed:
                self._probed[key] = _probe(executable, variables, folder)
            return self._probed[key]


def _is_running(executable: str) -> bool:
    return Path(executable).parent == Path(sys.executable).parent


def _running() -> Interpreter:
    """Describe the Python that runs this program: no process is needed."""
    return Interpreter(
        platform.python_implementation(), platform.python_version(), tuple(filter(None, sys.path))
    )


def _probe(executable: str, variables: Mapping[str, str], folder: Path) -> Interpreter | None:
    try:
        answer = subprocess.run(
            [executable, "-c", _PROBE],
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_TIMEOUT_S,
            check=True,
        )
        return msgspec.json.decode(answer.stdout, type=Interpreter)
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError):
        return None


def _modified(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0
