"""A project whose remote is a folder on another machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ssh_servers import SshServer, ssh_server
from tests.terminals import Terminal
from tests.workbench import Workbench

PROGRAM = str(Path(sys.executable).with_name("modelcompose"))
PHRASE = "a phrase of ana"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("machine") / "sshd") as server:
        yield server


@pytest.fixture
def project(bench: Workbench, running: SshServer, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    running.sign_in(monkeypatch)
    (bench.folder / "data").mkdir()
    for number in range(100):
        (bench.folder / "data" / f"{number}.csv").write_text(f"flight,{number}\n")
    (bench.folder / "data" / "large").write_bytes(bytes(range(256)) * 8000)
    address = f"ssh://build{bench.folder.parent}/remote"
    bench.write({"compose.yaml": f"name: x\nservices: {{}}\nx-ml: {{remote: {address!r}}}\n"})
    bench.git("init", "--quiet", "--initial-branch", "main")
    bench.run("data", "add", "data")
    bench.commit()
    return bench


def test_what_is_pushed_to_another_machine_is_pulled_in_another_clone(
    project: Workbench, tmp_path: Path
) -> None:
    assert "pushed" in project.run("push", "--no-images").stdout
    assert "there already" in project.run("push", "--no-images").stdout

    clone = project.clone(tmp_path / "clone", home=tmp_path / "other-home")
    assert "1 file put into place" in clone.run("pull", "--no-images", "data/7.csv").stdout
    assert [path.name for path in (clone.folder / "data").iterdir()] == ["7.csv"]
    clone.run("pull", "--no-images")
    assert (clone.folder / "data" / "large").read_bytes() == bytes(range(256)) * 8000


def test_a_key_with_a_phrase_is_asked_for_at_a_terminal_and_nowhere_else(
    project: Workbench, running: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock_key(running, tmp_path / "ssh", monkeypatch)
    refused = project.run("push", "--no-images", code=1)
    assert "it does not let you in" in refused.stderr
    assert "see that this works without a question: ssh build true" in refused.stderr

    with Terminal(project, [PROGRAM, "push", "--no-images"]) as terminal:
        terminal.hear("Enter passphrase")
        terminal.type(f"{PHRASE}\n")
        code, shown = terminal.end()

    assert code == 0, shown
    assert "pushed" in shown
    assert PHRASE not in shown


def lock_key(server: SshServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the user a key that has a phrase, in place of the one without."""
    folder.mkdir()
    key = folder / "key"
    shutil.copy(server.folder / "user_key", key)
    subprocess.run(["ssh-keygen", "-q", "-p", "-f", key, "-P", "", "-N", PHRASE], check=True)
    text = server.configuration.read_text()
    (folder / "config").write_text(text.replace(f"{server.folder}/user_key", str(key)))
    wrapper = folder / "ssh"
    found = shutil.which("ssh", path=os.environ["PATH"].partition(":")[2])
    wrapper.write_text(f'#!/bin/sh\nexec {found} -F {folder}/config "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
