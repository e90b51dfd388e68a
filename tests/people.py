"""Users who are not root, and what they call: they need no account, only a number."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

import modelcompose
from tests.workbench import Workbench

SOCKET = Path("/var/run/docker.sock")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@cache
def python() -> tuple[str, ...]:
    """Give a Python that another user may start: ours may lie in root's own folder."""
    become = ["setpriv", "--reuid=4321", "--clear-groups", "env"]
    source = str(Path(modelcompose.__file__).parents[1])
    path = f"PYTHONPATH={sysconfig.get_path('purelib')}{os.pathsep}{source}"
    version = f"python3.{sys.version_info.minor}"
    for program in ((sys.executable,), (path, f"/usr/bin/{version}")):
        tried = subprocess.run([*become, *program, "-c", ""], capture_output=True, check=False)
        if tried.returncode == 0:
            return program
    pytest.skip(f"there is no {version} that another user may start")


def as_user(
    user: int, home: Path, *command: str, groups: Sequence[int] = (), umask: int = 0o022
) -> list[str]:
    """Give the command line that runs a command as a user, whose group has their number."""
    named = f"--groups={','.join(map(str, groups))}" if groups else "--clear-groups"
    variables = [f"HOME={home}", f"DOCKER_CONFIG={home}/.docker"]
    # The shell is there for its umask alone.
    shell = ["sh", "-c", f'umask {umask:04o}; exec "$@"', "sh"]
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", named]
    return [*become, *shell, "env", *variables, *command]


class Person(Workbench):
    """A user in a project that may be others', with a home folder of their own."""

    def __init__(
        self,
        user: int,
        project: Workbench,
        *,
        groups: Sequence[int] = (),
        umask: int = 0o022,
    ) -> None:
        vars(self).update(vars(project))  # what they start ends with the project
        self.user = user
        self.home = project.home.parent / f"home-{user}" / "hub"
        self._groups = groups
        self._umask = umask
        self.home.parent.mkdir()
        os.chown(self.home.parent, user, user)
        self.home.parent.chmod(0o700)
        self.command = self.calling(*python(), "-m", "modelcompose")

    def calling(self, *command: str) -> list[str]:
        """Give the command line that runs a command as this user."""
        return as_user(
            self.user, self.home.parent, *command, groups=self._groups, umask=self._umask
        )

    def does(self, *command: str, code: int = 0) -> str:
        """Have the user run any command in the project; give what it printed."""
        done = subprocess.run(
            self.calling(*command),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr
