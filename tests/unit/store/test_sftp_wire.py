from __future__ import annotations

import errno

import pytest

from modelcompose.store.remotes.ssh import wire


def test_attributes_are_read_whatever_the_server_adds_to_them() -> None:
    everything = 1 | 2 | 4 | 8 | 1 << 31
    owners, times = wire.number(1000) * 2, wire.number(5) + wire.number(7)
    more = wire.number(1) + wire.text("acl@example.com") + wire.text("rwx")
    data = wire.number(everything) + wire.long(1 << 40) + owners + wire.number(0o40755)

    found = wire.Reader(data + times + more).attributes()

    assert found == wire.RemoteFile(1 << 40, 7, 0o40755)
    assert found.is_folder
    assert wire.Reader(wire.NO_ATTRIBUTES).attributes() == wire.RemoteFile(0, 0, 0)


@pytest.mark.parametrize("data", [b"", b"\0\0\0", wire.number(5) + b"abc", wire.number(1 << 31)])
def test_an_answer_that_is_cut_off_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="cut off"):
        wire.Reader(data).text()


@pytest.mark.parametrize(
    ("code", "number"), [(2, errno.ENOENT), (3, errno.EACCES), (4, errno.EIO), (99, errno.EIO)]
)
def test_what_a_server_refuses_is_an_error_of_the_system(code: int, number: int) -> None:
    with pytest.raises(OSError, match="No") as caught:
        wire.check(wire.STATUS, wire.number(code) + wire.text("No") + wire.text("en"), "/srv/data")

    assert (caught.value.errno, caught.value.filename) == (number, "/srv/data")


def test_a_good_status_is_silent_and_the_end_is_told_apart() -> None:
    wire.check(wire.STATUS, wire.number(0), "/srv")
    with pytest.raises(wire.EndOfFile):
        wire.check(wire.STATUS, wire.number(1), "/srv")
    with pytest.raises(ValueError, match="of kind 103"):
        wire.check(wire.DATA, b"", "/srv")


def test_a_greeting_names_the_servers_extensions() -> None:
    pairs = [wire.text(wire.FSYNC), wire.text("1"), wire.text(wire.LIMITS), wire.text("1")]

    found = wire.greeting(bytes([wire.ANSWER_VERSION]) + wire.number(3) + b"".join(pairs))

    assert found == {wire.FSYNC, wire.LIMITS}
