from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from modelcompose.errors import StoreError
from modelcompose.store.cache import Cache
from modelcompose.store.digests import digest_bytes, digest_link, encode_tree
from modelcompose.store.file_state import COARSE_TICK_NS, FINE_TICK_NS, is_settled
from modelcompose.store.states import FileStates
from tests.unit.store.folders import build, settle

FAKE = digest_bytes(b"what nobody wrote")
SECOND_NS = 1_000_000_000


def age(path: Path) -> None:
    os.utime(path, ns=(SECOND_NS + 1, SECOND_NS + 1))


def test_a_file_that_has_not_changed_is_not_read_again(tmp_path: Path, states: FileStates) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    settle(path)
    states.digest(path)
    # A digest that the bytes do not have shows where an answer comes from.
    age(path)
    states.remember(path, FAKE)

    assert states.digest(path) == FAKE
    content = states.look(path)
    assert content is not None
    assert content.digest == FAKE


def test_a_digest_outlives_its_process(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "file"
    path.write_bytes(b"one")
    age(path)
    with FileStates(tmp_path / "states.db") as states:
        states.remember(path, FAKE)

    with FileStates(tmp_path / "states.db") as states:
        assert states.digest(path) == FAKE
        assert [entry.digest for entry in states.tree(path.parent).entries] == [FAKE]


@pytest.mark.parametrize("rewrite", ["in place", "renamed over", "older"])
def test_a_change_is_seen(tmp_path: Path, states: FileStates, rewrite: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    settle(path)
    states.digest(path)

    if rewrite == "renamed over":
        (tmp_path / "other").write_bytes(b"two")
        os.utime(tmp_path / "other", ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
        (tmp_path / "other").replace(path)
    else:
        before = path.stat().st_mtime_ns
        path.write_bytes(b"two")
        if rewrite == "older":
            os.utime(path, ns=(before, before))

    assert states.digest(path) == digest_bytes(b"two")


def test_a_second_change_within_the_clocks_tick_is_seen(tmp_path: Path, states: FileStates) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"000")
    for number in range(300):
        data = b"%03d" % number
        with path.open("r+b") as file:
            file.write(data)
        assert states.digest(path) == digest_bytes(data)
        tree = states.tree(tmp_path, skip=lambda found: found != path)
        assert [entry.digest for entry in tree.entries] == [digest_bytes(data)]


def test_a_state_is_trusted_only_when_a_further_change_would_show() -> None:
    fine, coarse = 5 * SECOND_NS + 1, 5 * SECOND_NS

    assert not is_settled(fine, fine + FINE_TICK_NS - 1)
    assert is_settled(fine, fine + FINE_TICK_NS)
    assert not is_settled(coarse, coarse + COARSE_TICK_NS - 1)
    assert is_settled(coarse, coarse + COARSE_TICK_NS)
    assert not is_settled(fine, fine - 3600 * SECOND_NS)


def test_a_digest_of_a_file_written_just_now_is_not_remembered(
    tmp_path: Path, states: FileStates
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    future = path.stat().st_mtime_ns + 3600 * SECOND_NS
    os.utime(path, ns=(future, future))
    states.remember(path, FAKE)

    assert states.digest(path) == digest_bytes(b"one")


def test_nothing_is_no_content(tmp_path: Path, states: FileStates) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "file").write_bytes(b"")

    assert states.look(tmp_path / "missing") is None
    assert states.look(tmp_path / "dangling") is None
    assert states.look(tmp_path / "file" / "below") is None


def test_a_file_is_its_bytes_and_its_executable_bit(tmp_path: Path, states: FileStates) -> None:
    path = tmp_path / "run.sh"
    path.write_bytes(b"#!")
    path.chmod(0o755)

    content = states.look(path)

    assert content is not None
    assert (content.kind, content.digest) == ("file", digest_bytes(b"#!"))
    assert (content.size_bytes, content.files, content.executable) == (2, 1, True)


def test_a_folder_is_its_listing(tmp_path: Path, states: FileStates) -> None:
    build(
        tmp_path / "data",
        {
            b"b": ("file", b"bb", False),
            b"a": {b"x": ("file", b"1", True), b"empty": {}},
            b"link": ("link", b"/etc", False),
        },
    )

    tree = states.tree(tmp_path / "data")
    content = states.look(tmp_path / "data")

    found = [(entry.path, entry.size_bytes, entry.executable, entry.link) for entry in tree.entries]
    assert found == [
        ("a/x", 1, True, None),
        ("b", 2, False, None),
        ("link", 4, False, "/etc"),
    ]
    assert tree.entries[2].digest == digest_link("/etc")
    assert tree.empty_folders == ("a/empty/",)
    assert content is not None
    assert (content.kind, content.size_bytes, content.files) == ("folder", 7, 3)
    assert content.digest == digest_bytes(encode_tree(tree))


def test_a_link_at_the_top_is_followed_and_one_inside_is_not(
    tmp_path: Path, states: FileStates
) -> None:
    build(tmp_path / "big", {b"f": ("file", b"1", False)})
    (tmp_path / "data").symlink_to("big")
    (tmp_path / "file").symlink_to("big/f")

    assert states.look(tmp_path / "data") == states.look(tmp_path / "big")
    assert states.look(tmp_path / "file") == states.look(tmp_path / "big" / "f")
    tree = states.tree(tmp_path, skip=lambda path: path.name in {"big", "cache"})
    assert [entry.link for entry in tree.entries] == ["big", "big/f"]


def test_what_is_skipped_is_not_listed_nor_looked_into(tmp_path: Path, states: FileStates) -> None:
    build(
        tmp_path / "data",
        {b"keep": ("file", b"", False), b"drop": {b"deep": ("file", b"", False)}},
    )
    asked = []

    def skip(path: Path) -> bool:
        asked.append(path.relative_to(tmp_path / "data").as_posix())
        return path.name == "drop"

    tree = states.tree(tmp_path / "data", skip=skip)

    assert [entry.path for entry in tree.entries] == ["keep"]
    assert sorted(asked) == ["drop", "keep"]
    assert [e.path for e in states.tree(tmp_path / "data").entries] == ["drop/deep", "keep"]


@pytest.mark.parametrize("kind", ["a socket", "a named pipe"])
def test_what_holds_no_bytes_is_refused_by_name(
    tmp_path: Path, states: FileStates, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")  # a socket's path must be short
    if kind == "a socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("odd")
    else:
        os.mkfifo("odd")

    for path in (tmp_path / "data", tmp_path / "data" / "odd"):
        with pytest.raises(StoreError, match=f"data/odd: .*{kind}"):
            states.look(path)


def test_a_folder_is_no_file(tmp_path: Path, states: FileStates) -> None:
    with pytest.raises(StoreError, match="found a folder"):
        states.digest(tmp_path)
    with pytest.raises(StoreError, match=r"missing: .*no such file"):
        states.digest(tmp_path / "missing")


@pytest.mark.parametrize("damage", [b"this is no database" * 100, b"", None])
def test_a_damaged_database_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    database = tmp_path / "states.db"
    path = tmp_path / "file"
    path.write_bytes(b"one")
    age(path)
    with FileStates(database) as states:
        states.remember(path, digest_bytes(b"one"))
    if damage is None:  # a header that is right over pages that are not
        database.write_bytes(database.read_bytes()[:100] + b"\xa5" * 20_000)
    else:
        database.write_bytes(damage)

    with FileStates(database) as states:
        assert states.digest(path) == digest_bytes(b"one")
        states.remember(path, FAKE)
    with FileStates(database) as states:
        assert states.digest(path) == FAKE


@pytest.mark.parametrize("obstacle", ["a folder", "a file above"])
def test_a_database_that_cannot_be_written_is_done_without(tmp_path: Path, obstacle: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    database = tmp_path / "states.db"
    if obstacle == "a folder":
        database.mkdir()
    else:
        database = path / "below" / "states.db"

    with FileStates(database) as states:
        assert states.digest(path) == digest_bytes(b"one")
        assert states.look(path) == states.look(path)
        states.set("key", b"value")
        states.remember(path, FAKE)
        states.forget(tmp_path)


def test_a_database_of_another_version_is_made_anew(tmp_path: Path) -> None:
    import sqlite3

    database = sqlite3.connect(tmp_path / "states.db")
    database.execute("CREATE TABLE files (other)")
    database.execute("PRAGMA user_version = 99")
    database.commit()
    database.close()

    with FileStates(tmp_path / "states.db") as states:
        states.set("key", b"value")
    with FileStates(tmp_path / "states.db") as states:
        assert states.get("key") == b"value"


def test_a_memo_is_given_back_also_to_the_next_process(tmp_path: Path) -> None:
    with FileStates(tmp_path / "states.db") as states:
        assert states.get("key") is None
        states.set("key", b"\0value")
        assert states.get("key") == b"\0value"
    with FileStates(tmp_path / "states.db") as states:
        assert states.get("key") == b"\0value"
        states.set("key", b"new")
    with FileStates(tmp_path / "states.db") as states:
        assert states.get("key") == b"new"


def test_a_forgotten_folder_leaves_its_neighbours_known(tmp_path: Path) -> None:
    paths = [tmp_path / name / "file" for name in ("run", "run/deep", "run-2", "run0", "ru")]
    with FileStates(tmp_path / "states.db") as states:
        for path in paths:
            path.parent.mkdir(parents=True)
            path.write_bytes(b"one")
            age(path)
            states.remember(path, FAKE)
        states.forget(tmp_path / "run")
        known = [states.digest(path) == FAKE for path in paths]

    assert known == [False, False, True, True, True]


def test_a_removed_file_is_forgotten_at_the_next_look(tmp_path: Path, states: FileStates) -> None:
    build(tmp_path / "data", {b"a": ("file", b"", False), b"b": ("file", b"", False)})
    for name in ("a", "b"):
        age(tmp_path / "data" / name)
        states.remember(tmp_path / "data" / name, digest_bytes(b""))
    (tmp_path / "data" / "a").unlink()

    states.tree(tmp_path / "data")
    states.close()

    cache = Cache(tmp_path / "cache" / "states.db")
    assert list(cache.folder(os.fsencode(tmp_path / "data"))) == [b"b"]
    cache.close()


def test_threads_may_share_one_cache(tmp_path: Path, states: FileStates) -> None:
    build(tmp_path / "data", {b"%d" % n: ("file", b"%d" % n, False) for n in range(40)})
    for path in (tmp_path / "data").iterdir():
        age(path)
    expected = states.look(tmp_path / "data")
    found = []

    def work() -> None:
        digests = [states.digest(path) for path in sorted((tmp_path / "data").iterdir())]
        found.append((states.look(tmp_path / "data"), digests))
        states.flush()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 6
    assert all(one == found[0] for one in found)
    assert found[0][0] == expected


def test_processes_may_share_one_database(tmp_path: Path) -> None:
    build(tmp_path / "data", {b"%d" % n: ("file", b"%d" % n, False) for n in range(40)})
    script = (
        "import sys; from pathlib import Path; from modelcompose.store.states import FileStates\n"
        "with FileStates(Path(sys.argv[1])) as states:\n"
        "    for n in range(20):\n"
        "        content = states.look(Path(sys.argv[2]))\n"
        "        states.set(f'{sys.argv[3]}-{n}', b'value'); states.flush()\n"
        "print(content.digest)\n"
    )
    arguments = [str(tmp_path / "new" / "states.db"), str(tmp_path / "data")]
    commands = [[sys.executable, "-c", script, *arguments, str(n)] for n in range(3)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE) for command in commands]
    outputs = [child.communicate(timeout=60)[0] for child in children]

    assert [child.returncode for child in children] == [0, 0, 0]
    assert len(set(outputs)) == 1
    with FileStates(tmp_path / "new" / "states.db") as states:
        for n in range(3):
            assert states.get(f"{n}-19") == b"value"
