"""A real sshd for tests: Debian's, on a free port, with keys of its own in a temp folder."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.registries import free_port
from tests.workbench import wait_until

_CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
KexAlgorithms curve25519-sha256
{sftp}
"""
_USER = """\
Host *
  IdentityFile {folder}/user_key
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile {folder}/known_hosts
  GlobalKnownHostsFile none
  StrictHostKeyChecking {checking}
Host build
  HostName 127.0.0.1
  Port {port}
"""


class SshServer:
    """What a test knows of a server: its port, its log, and the `ssh` that a user of it has."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.user = getpass.getuser()
        self.host = f"127.0.0.1:{port}"

    @property
    def log(self) -> str:
        """Give what the server said."""
        return (self.folder / "log").read_text(errors="replace")

    @property
    def configuration(self) -> Path:
        """Give the user's `~/.ssh/config`."""
        return self.folder / "config"

    def clients(self) -> list[int]:
        """Give the `ssh` processes that this process has running."""
        import psutil

        return [each.pid for each in psutil.Process().children() if each.name() == "ssh"]

    def sign_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put an `ssh` first on the PATH that reads this server's user's configuration.

        OpenSSH looks for `~/.ssh` where the system's list of users says, whatever `HOME` is.
        """
        monkeypatch.setenv("PATH", f"{self.folder / 'bin'}:{os.environ['PATH']}")


@contextmanager
def ssh_server(folder: Path, *, has_sftp: bool = True) -> Iterator[SshServer]:
    """Run a server that lets this user in by a key."""
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("sshd is not installed: apt-get install openssh-server")
        pytest.skip("sshd is not installed: apt-get install openssh-server")
    folder.mkdir(parents=True)
    server = SshServer(folder, free_port())
    _configure(server, has_sftp=has_sftp)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "log").open("wb") as log:
        command = [program, "-D", "-e", "-f", str(folder / "sshd_config")]
        running = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until(
                lambda: _listens(server.port) or running.poll() is not None, "the ssh server", 30
            )
            assert running.poll() is None, server.log
            yield server
        finally:
            running.terminate()
            running.wait(30)


def _configure(server: SshServer, *, has_sftp: bool) -> None:
    folder = server.folder
    for name in ("host_key", "user_key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True
        )
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    known = (folder / "host_key.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {known}")
    sftp = "Subsystem sftp internal-sftp" if has_sftp else ""
    text = _CONFIGURATION.format(port=server.port, folder=folder, sftp=sftp)
    (folder / "sshd_config").write_text(text)
    user = _USER.format(port=server.port, folder=folder, checking="yes")
    server.configuration.write_text(user)
    wrapper = folder / "bin" / "ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
    wrapper.chmod(0o755)


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
