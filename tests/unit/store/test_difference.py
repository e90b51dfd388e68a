from __future__ import annotations

from modelcompose.store.difference import FOLDER, file_digests, plan_exchange, standing_folders

OLD, NEW = "file sha256:0", "file sha256:1"


def test_what_is_equal_is_not_touched() -> None:
    items = {"out": FOLDER, "out/a": OLD, "out/b": "link a", "file": NEW}

    assert plan_exchange(items, dict(items)) == []


def test_files_come_before_others_go() -> None:
    before = {"out": FOLDER, "out/a": OLD, "out/old": FOLDER, "out/old/b": OLD}
    after = {"out": FOLDER, "out/a": NEW, "out/new": FOLDER, "out/new/b": OLD}

    assert plan_exchange(before, after) == [
        ("mkdir", "out/new"),
        ("move", "out/a"),
        ("move", "out/new/b"),
        ("unlink", "out/old/b"),
        ("rmdir", "out/old"),
    ]


def test_what_changes_its_kind_goes_first() -> None:
    before = {"out": FOLDER, "out/a": OLD, "out/b": FOLDER, "out/b/deep": FOLDER, "out/b/c": OLD}
    after = {"out": FOLDER, "out/a": FOLDER, "out/a/x": NEW, "out/b": NEW}

    assert plan_exchange(before, after) == [
        ("rmdir", "out/b/deep"),
        ("unlink", "out/b/c"),
        ("rmdir", "out/b"),
        ("unlink", "out/a"),
        ("mkdir", "out/a"),
        ("move", "out/a/x"),
        ("move", "out/b"),
    ]


def test_a_name_that_begins_like_another_is_not_inside_it() -> None:
    before = {"out": FOLDER, "out/a": FOLDER, "out/a-b": OLD, "out/a/c": OLD}
    after = {"out": FOLDER, "out/a": OLD, "out/a-b": OLD}

    assert plan_exchange(before, after) == [
        ("unlink", "out/a/c"),
        ("rmdir", "out/a"),
        ("move", "out/a"),
    ]


def test_the_executable_bit_counts() -> None:
    assert plan_exchange({"a": "file sha256:0"}, {"a": "program sha256:0"}) == [("move", "a")]


def test_only_folders_that_stand_before_are_checked() -> None:
    before = {"out": FOLDER, "out/a": "link /etc", "out/b": FOLDER, "out/b/f": OLD}
    after = {"out": FOLDER, "out/a": FOLDER, "out/a/f": NEW, "models/m": NEW}

    found = standing_folders(["out/a/f", "out/b/f", "out/b", "models/m"], before, after)

    assert found == ["out/b", "out", "models"]


def test_only_files_have_digests() -> None:
    items = {"a": FOLDER, "a/b": "link sha256:9", "a/c": OLD, "a/d": "program sha256:2"}

    assert file_digests(items) == {"a/c": "sha256:0", "a/d": "sha256:2"}
