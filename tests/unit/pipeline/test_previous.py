"""What the lock, and runs, tell of what was made before."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from modelcompose.pipeline.lock import LockedStep
from modelcompose.pipeline.previous import lock_differences, locked_step, made_before
from modelcompose.store.content import Content
from modelcompose.tracking.run import Run

DAY = 86400.0
NOW = 1_800_000_000.0
OLD, NEW = Content("file", "sha256:old", 1), Content("file", "sha256:new", 1)
PARTS: dict[str, Any] = {
    "image": {"reference": "a", "digest": "sha256:1"},
    "command": ["true"],
    "environment": {},
    "params": {},
    "inputs": {"data": "sha256:2"},
    "probes": {"db: count": "12"},
    "urls": {"s3://b": "etag 1"},
}


def a_run(ended_at: float) -> Run:
    run = Run("ab" * 16, "p", "/p", "fetch", "succeeded", "process", ended_at - 1)
    return replace(run, ended_at=ended_at, outputs={"out": NEW})


def test_the_lock_says_what_changed_elsewhere() -> None:
    locked = locked_step("", PARTS, {}, marks={"https://a/b": "etag 7"})
    changed = {"probes": {"db: count": "14"}, "urls": {"s3://b": "etag 2"}}
    assert lock_differences(locked, {**PARTS, **changed}) == (
        "probe db: count: 12 → 14",
        "s3://b changed",
    )


def test_a_mark_of_what_is_fetched_is_locked_and_counts_for_nothing() -> None:
    locked = locked_step("", PARTS, {}, marks={"https://a/b": "etag 7"})
    assert locked.urls == {"s3://b": "etag 1", "https://a/b": "etag 7"}
    moved = locked_step("", PARTS, {}, marks={"https://a/b": "etag 8"})
    assert lock_differences(moved, PARTS) == ("what the step declares changed",)


def test_a_run_goes_before_the_lock_unless_a_period_asks_for_the_newest() -> None:
    locked = LockedStep("i", "m", outputs={"out": OLD}, made="2027-01-15T07:00:00Z")
    run = a_run(NOW - 2 * DAY)
    without = made_before(run, locked, "i", None, NOW)
    within = made_before(run, locked, "i", DAY, NOW)
    assert without is not None
    assert (without.run, without.outputs) == (run.id, {"out": NEW})
    assert within is not None
    assert (within.run, within.outputs, within.ended_at) == (None, {"out": OLD}, NOW - 3600)


def test_a_lock_of_another_identity_tells_nothing() -> None:
    locked = LockedStep("other", "m", outputs={"out": OLD})
    assert made_before(None, locked, "i", None, NOW) is None
    assert made_before(None, None, "i", DAY, NOW) is None


def test_what_is_not_known_yet_is_no_difference() -> None:
    parts = {**PARTS, "inputs": {"data": "sha256:2", "a.csv": "sha256:3"}}
    locked = locked_step("", parts, {})
    assert lock_differences(locked, PARTS, ["a.csv"]) == ()
    changed = {**PARTS, "params": {"LR": 2}}
    assert lock_differences(locked, changed, ["a.csv"]) == ("LR: None → 2",)
    many = {f"{number}.csv": "sha256:1" for number in range(201)}
    folded = locked_step("", {**PARTS, "inputs": many}, {})
    assert lock_differences(folded, {**PARTS, "inputs": {}}, ["0.csv"]) == ()
