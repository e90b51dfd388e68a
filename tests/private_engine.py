"""A Docker engine of a test's own, which it may kill: nobody else's containers are in it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.workbench import IMAGE, wait_until

_PATIENCE_S = 60.0


class PrivateEngine:
    """`dockerd` with its own socket, folders and containerd, holding the base image.

    Needs root. The machine's own engine gives the image, and is not touched otherwise.
    """

    def __init__(self, folder: Path, *, has_live_restore: bool = False) -> None:
        self._folder = folder
        self._run = Path(tempfile.mkdtemp(prefix="mc-"))  # a socket's path must be short
        self._process: subprocess.Popen[bytes] | None = None
        self.host = f"unix://{self._run}/docker.sock"
        self.has_live_restore = has_live_restore
        """Whether containers go on while it restarts; holds from its next start."""

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        self.start()
        save = subprocess.Popen(["docker", "save", IMAGE], stdout=subprocess.PIPE)
        with save:
            subprocess.run(
                ["docker", "--host", self.host, "load"],
                stdin=save.stdout,
                capture_output=True,
                check=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            ids = self.docker("ps", "--all", "--quiet").split()
            if ids:
                self.docker("rm", "--force", "--volumes", *ids)
            self._process.terminate()
            self._process.wait(_PATIENCE_S)
        wait_until(self._all_ended, "the private engine's processes to end", _PATIENCE_S)
        for mount in self._mounts():
            subprocess.run(["umount", mount], check=True)
        for folder in (self._folder, self._run):
            shutil.rmtree(folder)

    def start(self) -> None:
        """Start the engine and wait until it answers."""
        command = [
            *("unshare", "--net"),  # else it would take the default bridge from the other engine
            "dockerd",
            f"--host={self.host}",
            f"--data-root={self._folder}/data",
            f"--exec-root={self._run}/exec",
            f"--pidfile={self._run}/docker.pid",
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            "--log-level=error",
            *(["--live-restore"] if self.has_live_restore else []),
        ]
        (self._run / "docker.pid").unlink(missing_ok=True)
        with (self._folder / "dockerd.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, "the private engine to answer", _PATIENCE_S)

    def kill(self) -> None:
        """Kill the engine as a crash would; its containers go on."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(_PATIENCE_S)

    def restart(self) -> None:
        """Have the engine end as an upgrade would, and start it again."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(_PATIENCE_S)
        self.start()

    def docker(self, *arguments: str) -> str:
        """Run `docker` against this engine and give what it printed."""
        done = subprocess.run(
            ["docker", "--host", self.host, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "dockerd.log").read_text()
        asked = subprocess.run(
            ["docker", "--host", self.host, "version"], capture_output=True, check=False
        )
        return asked.returncode == 0

    def _all_ended(self) -> bool:
        """Kill what a killed engine left, its containerd and shims; tell whether none is there."""
        mine = [process for process in psutil.process_iter(["cmdline"]) if self._is_mine(process)]
        for process in mine:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return not mine

    def _is_mine(self, process: psutil.Process) -> bool:
        words = " ".join(process.info["cmdline"] or ())
        return str(self._run) in words or str(self._folder) in words

    def _mounts(self) -> list[str]:
        """Give what is mounted below our folders, the innermost first."""
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        places = [line.split()[1] for line in lines]
        return [
            place
            for place in reversed(places)
            if place.startswith((str(self._folder), str(self._run)))
        ]
