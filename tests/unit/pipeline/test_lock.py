from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.errors import LockFileError
from modelcompose.pipeline.lock import (
    Lock,
    LockedStep,
    lock_text,
    parse_lock,
    read_lock,
    write_lock,
)
from modelcompose.pipeline.lock_merge import merge_locks
from modelcompose.store.content import Content

CONTENT = Content("folder", "sha256:" + "0" * 64, 12, files=3)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1)
finite = st.floats(allow_nan=False, allow_infinity=False)  # `plain` gives no others
scalars = st.none() | st.booleans() | st.integers() | finite | texts


def _step(identity: str = "sha256:1", **changes: object) -> LockedStep:
    return LockedStep(identity, "sha256:2", outputs={"out": CONTENT}, **changes)  # type: ignore[arg-type]


@given(
    names=st.lists(texts, unique=True, max_size=3),
    params=st.dictionaries(texts, scalars, max_size=3),
    environment=st.dictionaries(texts, st.none() | texts, max_size=3),
    command=st.none() | st.lists(texts, max_size=3),
)
def test_what_is_written_is_read_back(
    names: list[str],
    params: dict[str, object],
    environment: dict[str, str | None],
    command: list[str] | None,
) -> None:
    step = _step(params=params, environment=environment, command=command)
    lock = Lock({"python:3.11-slim": "sha256:3"}, dict.fromkeys(names, step))
    assert parse_lock(lock_text(lock)) == lock


def test_equal_locks_are_equal_bytes_in_any_order() -> None:
    one = Lock(steps={"a": _step(), "b": _step()})
    other = Lock(steps={"b": _step(), "a": _step()})
    assert lock_text(one) == lock_text(other)


def test_a_change_of_one_step_changes_its_lines_alone() -> None:
    names = list(string.ascii_lowercase[:5])
    before = lock_text(Lock(steps={name: _step() for name in names})).splitlines()
    after = lock_text(
        Lock(steps={name: _step("sha256:9" if name == "c" else "sha256:1") for name in names})
    ).splitlines()
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_an_absent_lock_is_empty(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "ml.lock") == Lock()


def test_an_empty_lock_makes_no_file(tmp_path: Path) -> None:
    write_lock(tmp_path / "ml.lock", Lock())
    assert not (tmp_path / "ml.lock").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version: 99\n", "has version 99"),
        ("<<<<<<< ours\nversion: 1\n", "conflict markers"),
        ("steps: [", "is not a lock file"),
        ("version: 1\nsteps: {a: {identity: 3}}\n", "is not a lock file"),
        ("no lock", "no version in it"),
    ],
)
def test_a_lock_that_cannot_be_read_says_why_and_how_to_mend_it(text: str, words: str) -> None:
    with pytest.raises(LockFileError, match=words) as caught:
        parse_lock(text)
    assert caught.value.hint


def test_changes_to_different_steps_merge() -> None:
    base = Lock(steps={"a": _step(), "b": _step()})
    ours, theirs = base.with_step("a", _step("sha256:7")), base.with_step("c", _step())
    merged, conflicts = merge_locks(base, ours, theirs)
    assert conflicts == []
    assert {name: step.identity for name, step in merged.steps.items()} == {
        "a": "sha256:7",
        "b": "sha256:1",
        "c": "sha256:1",
    }


def test_a_step_that_both_sides_changed_loses_its_entry() -> None:
    base = Lock(steps={"a": _step(), "b": _step()})
    merged, conflicts = merge_locks(
        base, base.with_step("a", _step("sha256:7")), base.with_step("a", _step("sha256:8"))
    )
    assert conflicts == ["a"]
    assert list(merged.steps) == ["b"]


def test_a_step_that_one_side_took_away_stays_away() -> None:
    base = Lock(steps={"a": _step(), "b": _step()})
    merged, conflicts = merge_locks(base, Lock(steps={"b": _step()}), base)
    assert (list(merged.steps), conflicts) == (["b"], [])


def test_a_lock_with_data_is_read_back_and_has_the_newer_version() -> None:
    lock = Lock(data={"data/raw": CONTENT}, steps={"a": _step()})

    assert parse_lock(lock_text(lock)) == lock
    assert "version: 2\n" in lock_text(lock)
    assert "version: 1\n" in lock_text(lock.with_data("data/raw", None))


def test_data_that_one_side_changed_is_merged() -> None:
    other = Content("file", "sha256:" + "1" * 64, 1)
    base = Lock(data={"a": CONTENT})

    merged, dropped = merge_locks(
        base, base.with_data("b", other), Lock(data={"a": other}).with_step("s", _step())
    )

    assert merged == Lock(data={"a": other, "b": other}, steps={"s": _step()})
    assert dropped == []


def test_what_lies_elsewhere_is_written_a_line_each_and_read_back() -> None:
    step = _step(
        probes={"db: select 1": "14", "b": "x: y"},
        urls={"s3://b/raw": 'etag "5d41"'},
        made="2026-11-23T17:36:00Z",
    )
    text = lock_text(Lock(steps={"a": step}))
    assert parse_lock(text).steps["a"] == step
    assert '      "db: select 1": "14"\n' in text
    assert '    made: "2026-11-23T17:36:00Z"\n' in text


def test_of_a_step_with_a_period_that_both_sides_made_the_later_one_is_kept() -> None:
    base, early, late = (_step(made=f"2026-11-2{day}T17:36:00Z") for day in (1, 2, 3))
    locks = [Lock(steps={"fetch": step}) for step in (base, early, late)]
    merged, conflicts = merge_locks(*locks)
    assert (merged.steps, conflicts) == ({"fetch": late}, [])
    other = Lock(steps={"fetch": _step("sha256:9", made="2026-11-24T17:36:00Z")})
    assert merge_locks(locks[0], locks[1], other)[1] == ["fetch"]


@pytest.mark.parametrize(
    "path",
    [
        "../outside",
        "/etc/cron.d/x",
        "data/../../x",
        ".git/hooks/post-checkout",
        ".GIT/hooks/post-checkout",
        "library/.git/config",
        ".ml/cache/states.db",
        "ml.lock",
        ".",
        "data//x",
        "a\x1b]0;title\x07",
    ],
)
def test_a_lock_that_would_write_where_no_data_belongs_is_refused(path: str) -> None:
    file = Content("file", "sha256:" + "0" * 64, 1, executable=True)
    for lock in (
        Lock(data={path: file}),
        Lock(steps={"s": LockedStep("i", "d", outputs={path: file})}),
    ):
        with pytest.raises(LockFileError, match="is no place for data"):
            parse_lock(lock_text(lock))


@pytest.mark.parametrize("digest", ["sha256:../../etc/passwd", "sha256:" + "0" * 63, "md5:0"])
def test_a_lock_that_names_content_by_no_digest_is_refused(digest: str) -> None:
    with pytest.raises(LockFileError, match="is no digest"):
        parse_lock(lock_text(Lock(data={"data": Content("file", digest, 1)})))
