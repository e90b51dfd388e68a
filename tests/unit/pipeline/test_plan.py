from __future__ import annotations

from msgspec.structs import replace

from modelcompose.pipeline.plan import Known, Made, Observation, Plan, decide
from modelcompose.store.content import Content

OLD = Content("file", "sha256:old", 1)
NEW = Content("file", "sha256:new", 1)
KNOWN = Known("sha256:identity", {}, {})
FRESH = Observation(
    "train",
    known=KNOWN,
    made=Made({"model": OLD}, run="ab" * 16),
    is_held=True,
    present={"model": OLD},
    was_made_before=True,
)


def test_what_was_made_before_and_is_there_is_skipped() -> None:
    decision = decide(FRESH)
    assert (decision.action, decision.state) == ("skip", "fresh")


def test_force_runs_what_is_fresh() -> None:
    assert decide(FRESH, is_forced=True).action == "run"


def test_a_missing_output_is_restored() -> None:
    decision = decide(replace(FRESH, present={"model": None}))
    assert (decision.action, decision.state) == ("restore", "missing")
    assert decision.causes == ("model is missing",)


def test_a_changed_output_is_restored_and_called_modified() -> None:
    decision = decide(replace(FRESH, present={"model": NEW}))
    assert (decision.action, decision.state) == ("restore", "modified")


def test_the_output_of_another_run_is_stale_not_modified() -> None:
    decision = decide(replace(FRESH, present={"model": NEW}, present_from="cd" * 16))
    assert (decision.action, decision.state) == ("restore", "stale")


def test_what_the_store_lost_is_made_again() -> None:
    decision = decide(replace(FRESH, present={"model": None}, is_held=False))
    assert decision.action == "run"
    assert "no longer in the store" in decision.cause


def test_an_identity_that_never_ran_runs_and_says_what_differs() -> None:
    seen = replace(FRESH, made=None, differences=("LR: 0.1 → 0.2",))
    decision = decide(seen)
    assert (decision.action, decision.state, decision.cause) == ("run", "stale", "LR: 0.1 → 0.2")


def test_a_step_that_never_ran_is_missing() -> None:
    decision = decide(replace(FRESH, made=None, was_made_before=False))
    assert (decision.state, decision.cause) == ("missing", "it never ran")


def test_a_failure_of_this_identity_is_told() -> None:
    decision = decide(replace(FRESH, made=None, failure="exit code 1"))
    assert (decision.state, decision.cause) == ("failed", "the last run failed: exit code 1")


def test_an_uncached_step_always_runs() -> None:
    assert decide(replace(FRESH, is_cached=False)).action == "run"


def test_a_step_behind_one_that_runs_is_conditional() -> None:
    decision = decide(replace(FRESH, known=None, made=None, pending=("prepare",)))
    assert decision.is_conditional
    assert decision.cause == "after prepare"


def test_a_problem_blocks_also_a_forced_step() -> None:
    seen = replace(FRESH, problem="data is missing")
    assert decide(seen, is_forced=True).state == "blocked"


def test_what_is_overdue_runs_whatever_lies_there() -> None:
    decision = decide(replace(FRESH, overdue="made 26 h ago, every 1d"))
    assert (decision.action, decision.state) == ("run", "stale")
    assert decision.causes == ("made 26 h ago, every 1d",)


def test_what_was_not_asked_is_told_of_a_step_that_is_fresh_without_it() -> None:
    decision = decide(replace(FRESH, unasked=("probe db: x was not asked: db is not running",)))
    assert (decision.action, decision.state) == ("skip", "fresh")
    assert decision.causes == ("probe db: x was not asked: db is not running",)
    assert not Plan((decision,)).is_certain


def test_what_lies_elsewhere_and_is_not_known_may_run_the_step() -> None:
    decision = decide(replace(FRESH, known=None, unknown=("s3://b changed: 1 → 2",)))
    assert (decision.action, decision.state) == ("run", "stale")
    assert decision.is_conditional
    assert decision.causes == ("s3://b changed: 1 → 2",)


def test_what_a_remote_has_is_restored_with_what_differs() -> None:
    seen = replace(
        FRESH,
        present={"model": NEW},
        is_held=False,
        differences=("LR: 0.1 → 0.2",),
        elsewhere="made on another machine, oci://host/flights",
    )
    decision = decide(seen)
    assert (decision.action, decision.state) == ("restore", "stale")
    assert decision.cause == "LR: 0.1 → 0.2; made on another machine, oci://host/flights"
    assert decide(seen, is_forced=True).action == "run"


def test_what_a_remote_has_of_a_step_that_never_ran_here_needs_no_other_cause() -> None:
    seen = replace(FRESH, present={"model": None}, was_made_before=False, elsewhere="made there")
    decision = decide(seen)
    assert (decision.action, decision.causes) == ("restore", ("made there",))
