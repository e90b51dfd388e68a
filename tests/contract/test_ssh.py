"""What may go wrong on the way to another machine, and what ssh knows of its users."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from modelcompose.errors import ContentMissing, RemoteError, StorageFull, UsageError
from modelcompose.store.remotes.protocol import Source
from modelcompose.store.remotes.ssh import files as ssh_files
from modelcompose.store.remotes.ssh import uploads
from modelcompose.store.remotes.ssh.files import SshFiles
from modelcompose.store.remotes.ssh.remote import ORPHAN_AGE_S, SshRemote
from modelcompose.testing.remote_kit import LARGE, digest_of, put, whole
from tests.disks import needs_root, read_only, small_disk
from tests.ssh_servers import SshServer, ssh_server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("machine") / "sshd") as server:
        yield server


@pytest.fixture
def machine(running: SshServer, monkeypatch: pytest.MonkeyPatch) -> SshServer:
    running.sign_in(monkeypatch)
    return running


def at_once(_: float) -> None:
    """Wait for nothing."""


def break_connections(machine: SshServer) -> None:
    """End every `ssh` of this process, as a network does that goes away."""
    for pid in machine.clients():
        os.kill(pid, signal.SIGKILL)


def test_a_folder_is_looked_at_and_listed(machine: SshServer, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").write_bytes(b"12345")
    (tmp_path / "folder" / os.fsdecode(b"odd \xff\n name")).write_bytes(b"")
    (tmp_path / "folder" / "link").symlink_to("b")
    (tmp_path / "folder" / "empty").mkdir()

    with SshFiles(f"ssh://build{tmp_path}/folder") as files:
        found = dict(files.listing())
        linked, target = files.stat("link"), files.link("link")
        missing = files.stat("nothing")

    assert list(found) == ["b", "empty", "link", os.fsdecode(b"odd \xff\n name")]
    assert found["b"].size_bytes == 5
    assert found["b"].mtime_s == int((tmp_path / "folder" / "b").stat().st_mtime)
    assert (found["empty"].is_folder, found["link"].is_link, found["b"].is_file) == (True,) * 3
    assert (linked and linked.size_bytes, target, missing) == (5, "b", None)


def test_what_is_not_there_or_not_allowed_is_named(machine: SshServer, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with SshFiles(f"ssh://build{tmp_path}") as files:
        with pytest.raises(ContentMissing, match=f"ssh://build{tmp_path}/nothing: is not there"):
            files.listing("nothing")
        with pytest.raises(ContentMissing):
            list(files.read("nothing"))
        with pytest.raises(RemoteError, match="folder: cannot be read: is a folder"):
            list(files.read("folder"))


def test_a_path_may_begin_in_the_home_folder(machine: SshServer) -> None:
    with SshFiles("ssh://build/~/") as files:
        home = files.stat()

    assert home is not None
    assert home.is_folder


def test_a_read_goes_on_where_the_connection_broke(machine: SshServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(LARGE * 4)
    with SshFiles(f"ssh://build{tmp_path}", wait=at_once) as files:
        blocks = files.read("file")
        found = [next(blocks)]
        break_connections(machine)
        found += blocks

    assert b"".join(found) == LARGE * 4


def test_an_upload_goes_on_where_the_connection_broke(
    machine: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "POINT_BYTES", 1 << 20)
    sent: list[int] = []

    class Breaking(Source, frozen=True):
        def chunks(self, start: int = 0) -> Iterator[bytes]:
            for block in super().chunks(start):
                yield block
                sent.append(len(block))
                if len(sent) == 3:
                    break_connections(machine)

    (tmp_path / "file").write_bytes(LARGE)
    with SshRemote(f"ssh://build{tmp_path}/remote", wait=at_once) as remote:
        remote.put(digest_of(LARGE), Breaking(len(LARGE), tmp_path / "file"))
        assert whole(remote, digest_of(LARGE)) == LARGE

    assert list((tmp_path / "remote" / "ingest").iterdir()) == []


def test_an_upload_of_a_killed_command_is_gone_on_with(machine: SshServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(LARGE)
    ingest = tmp_path / "remote" / "ingest"
    script = f"""
import os, signal
from pathlib import Path
from modelcompose.store.remotes.protocol import Source
from modelcompose.store.remotes.ssh import uploads
from modelcompose.store.remotes.ssh.remote import SshRemote
uploads.POINT_BYTES = 1 << 20
class Killing(Source, frozen=True):
    def chunks(self, start=0):
        for number, block in enumerate(super().chunks(start)):
            if number == 4:
                os.kill(os.getpid(), signal.SIGKILL)
            yield block
remote = SshRemote("ssh://build{tmp_path}/remote", Path("{tmp_path}/state"))
remote.put("{digest_of(LARGE)}", Killing({len(LARGE)}, Path("{tmp_path}/file")))
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -signal.SIGKILL
    [left] = ingest.iterdir()
    read: list[int] = []

    class Counting(Source, frozen=True):
        def chunks(self, start: int = 0) -> Iterator[bytes]:
            read.append(start)
            return super().chunks(start)

    with SshRemote(f"ssh://build{tmp_path}/remote", tmp_path / "state") as remote:
        inode = left.stat().st_ino
        remote.put(digest_of(LARGE), Counting(len(LARGE), tmp_path / "file"))
        assert whole(remote, digest_of(LARGE)) == LARGE

    assert read[-1] >= 3 << 20
    blob = tmp_path / "remote" / "blobs" / "sha256" / digest_of(LARGE)[7:]
    assert blob.stat().st_ino == inode


def test_what_was_begun_with_other_bytes_is_not_gone_on_from(
    machine: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "POINT_BYTES", 1 << 20)

    class Failing(Source, frozen=True):
        def chunks(self, start: int = 0) -> Iterator[bytes]:
            yield b"~" + LARGE[1 : 3 << 20]
            raise OSError(5, "the disk fails")

    (tmp_path / "file").write_bytes(LARGE)
    address, state = f"ssh://build{tmp_path}/remote", tmp_path / "state"
    with SshRemote(address, state) as remote, pytest.raises(Exception, match="cannot be read"):
        remote.put(digest_of(LARGE), Failing(len(LARGE), tmp_path / "gone"))
    with SshRemote(address, state) as remote:
        remote.put(digest_of(LARGE), Source(len(LARGE), tmp_path / "file"))
        assert whole(remote, digest_of(LARGE)) == LARGE


def test_large_transfers_have_connections_of_their_own_up_to_a_bound(
    machine: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh_files, "LARGE_BYTES", 1 << 20)
    (tmp_path / "file").write_bytes(LARGE)
    most = []

    def read(files: SshFiles) -> bool:
        found = b""
        for block in files.read("file", 0, len(LARGE)):
            found += block
            most.append(len(machine.clients()))
        return found == LARGE

    with SshFiles(f"ssh://build{tmp_path}") as files, ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, [files] * 8))

    assert max(most) == ssh_files.MOST_CHANNELS
    assert machine.clients() == []


def test_memory_is_bounded_however_large_a_file_is(machine: SshServer, tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as stream:
        stream.truncate(300 << 20)
    script = f"""
from modelcompose.store.remotes.ssh.files import SshFiles
with SshFiles("ssh://build{tmp_path}") as files:
    print(sum(map(len, files.read("file"))))
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    size, most_kb = map(int, done.stdout.split())

    assert size == 300 << 20
    assert most_kb < 60_000


def test_a_host_key_that_is_not_known_is_refused_and_said(machine: SshServer) -> None:
    with SshFiles(f"ssh://localhost:{machine.port}/x") as files, pytest.raises(RemoteError) as no:
        files.stat()

    assert "its host key is not known here" in no.value.message
    assert no.value.hint is not None
    assert f"ssh -p {machine.port} localhost" in no.value.hint


def test_who_is_not_let_in_is_told_at_once_and_never_asked(machine: SshServer) -> None:
    tries: list[float] = []
    with (
        SshFiles("ssh://nobody@build/x", wait=tries.append) as files,
        pytest.raises(RemoteError, match=r"it does not let you in: .*Permission denied"),
    ):
        files.stat()

    assert tries == []


def test_a_machine_that_does_not_answer_is_tried_again_and_named(machine: SshServer) -> None:
    tries: list[float] = []
    with (
        SshFiles("ssh://127.0.0.1:9/x", wait=tries.append) as files,
        pytest.raises(RemoteError, match=r"ssh://127\.0\.0\.1:9: cannot be reached: .*refused"),
    ):
        files.stat()

    assert len(tries) == ssh_files.TRIES - 1


def test_a_server_without_sftp_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ssh_server(tmp_path / "sshd", has_sftp=False) as bare:
        bare.sign_in(monkeypatch)
        with SshFiles("ssh://build/x") as files, pytest.raises(RemoteError) as caught:
            files.stat()

    assert "its server offers no SFTP" in caught.value.message


def test_a_shell_that_talks_before_sftp_is_named(
    machine: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text("#!/bin/sh\necho Welcome to build, have a nice day\ncat\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    with (
        SshFiles("ssh://build/x", wait=at_once) as files,
        pytest.raises(RemoteError, match=r"speaks no SFTP.*Welc"),
    ):
        files.stat()


def test_a_machine_without_ssh_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with SshFiles("ssh://build/x") as files, pytest.raises(RemoteError) as caught:
        files.stat()

    assert "openssh-client" in (caught.value.hint or "")


def test_the_folder_above_is_not_made(machine: SshServer, tmp_path: Path) -> None:
    address = f"ssh://build{tmp_path}/disk/remote"
    with SshRemote(address) as remote, pytest.raises(RemoteError) as caught:
        put(remote, b"x")

    assert caught.value.hint == f"make it: ssh build mkdir -p {tmp_path}/disk/remote"
    assert not (tmp_path / "disk").exists()


def test_a_remote_needs_a_folder() -> None:
    with pytest.raises(UsageError, match="ssh://build/: names no folder"):
        SshRemote("ssh://build")


def test_what_nobody_went_on_with_is_cleared_away(machine: SshServer, tmp_path: Path) -> None:
    address = f"ssh://build{tmp_path}/remote"
    with SshRemote(address) as remote:
        put(remote, b"x")
    ingest = tmp_path / "remote" / "ingest"
    for name, age_s in (("old", ORPHAN_AGE_S + 3600), ("new", ORPHAN_AGE_S - 3600)):
        (ingest / name).write_bytes(b"half")
        then = (ingest / name).stat().st_mtime - age_s
        os.utime(ingest / name, (then, then))

    with SshRemote(address) as remote:
        put(remote, b"y")

    assert [path.name for path in ingest.iterdir()] == ["new"]


@needs_root
def test_a_folder_that_cannot_be_written_is_named(machine: SshServer, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    address = f"ssh://build{tmp_path}/disk/remote"
    with (
        read_only(tmp_path / "disk"),
        SshRemote(address) as remote,
        pytest.raises(RemoteError, match=f"{address}: cannot be made: Failure") as caught,
    ):
        put(remote, b"x")

    assert caught.value.hint == f"see what is there: ssh build ls -ld {tmp_path}/disk/remote"


@needs_root
def test_a_disk_that_is_full_is_told_so(machine: SshServer, tmp_path: Path) -> None:
    address = f"ssh://build{tmp_path}/disk/remote"
    with (
        small_disk(tmp_path / "disk", 3 << 20),
        SshRemote(address) as remote,
        pytest.raises(StorageFull, match=f"{address}: cannot be written: no space is left"),
    ):
        put(remote, LARGE)
