from __future__ import annotations

from modelcompose.pipeline.lock import Lock, LockedSource, lock_text, parse_lock
from modelcompose.pipeline.lock_merge import merge_locks
from modelcompose.store.content import Content

OLD = Content("folder", "sha256:" + "0" * 64, 12, files=3)
NEW = Content("folder", "sha256:" + "1" * 64, 12, files=3)


def source(content: Content, mark: str = 'etag "5d41"') -> LockedSource:
    return LockedSource("https://example.com/raw", content.digest, mark)


def lock(content: Content, mark: str = 'etag "5d41"') -> Lock:
    return Lock(data={"data/raw": content}, sources={"data/raw": source(content, mark)})


def test_a_source_is_one_line_and_is_read_back() -> None:
    text = lock_text(lock(OLD))

    assert parse_lock(text) == lock(OLD)
    assert text.count("https://example.com/raw") == 1
    assert "\nsources:\n  data/raw: {" in text


def test_data_that_is_no_longer_versioned_has_no_source() -> None:
    assert lock(OLD).with_data("data/raw", None) == Lock()


def test_an_update_on_one_side_is_merged_with_its_mark() -> None:
    assert merge_locks(lock(OLD), lock(OLD), lock(NEW, "v2")) == (lock(NEW, "v2"), [])


def test_of_what_both_sides_updated_to_different_content_ours_stays_without_its_mark() -> None:
    other = Content("folder", "sha256:" + "2" * 64, 12, files=3)
    ours = Lock(data={"data/raw": NEW})

    assert merge_locks(lock(OLD), lock(NEW, "v2"), lock(other, "v3")) == (ours, ["data/raw"])
    assert merge_locks(lock(OLD), Lock(), lock(NEW, "v2")) == (ours, ["data/raw"])


def test_what_both_sides_updated_to_the_same_content_stays_and_is_asked_for_again() -> None:
    merged, dropped = merge_locks(lock(OLD), lock(NEW, "v2"), lock(NEW, "v3"))

    assert merged == Lock(data={"data/raw": NEW})
    assert dropped == []
