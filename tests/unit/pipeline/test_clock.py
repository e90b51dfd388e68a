from __future__ import annotations

import pytest

from modelcompose.engine.protocol import Outcome
from modelcompose.pipeline.clock import clock_offset, steadied

TRUE_S = 10.0


@pytest.mark.parametrize("jump_s", [-7200.0, -5.0, 5.0, 3600.0])
def test_a_clock_that_is_set_while_a_step_runs_does_not_change_its_duration(jump_s: float) -> None:
    seen = Outcome(0, started_at=1000.0, ended_at=1000.0 + TRUE_S + jump_s)
    outcome = steadied(seen, before=500.0, after=500.0 + jump_s)
    assert outcome.ended_at - outcome.started_at == pytest.approx(TRUE_S)
    assert outcome.ended_at == seen.ended_at


def test_a_clock_that_is_kept_right_is_believed() -> None:
    seen = Outcome(0, started_at=1000.0, ended_at=1010.0)
    assert steadied(seen, before=500.0, after=500.2) is seen


def test_what_ended_while_nobody_watched_is_believed() -> None:
    seen = Outcome(0, started_at=1000.0, ended_at=1010.0, was_watched=False)
    assert steadied(seen, before=500.0, after=9000.0) is seen


def test_no_duration_is_ever_negative() -> None:
    seen = Outcome(0, started_at=1000.0, ended_at=1001.0)
    outcome = steadied(seen, before=0.0, after=50.0)
    assert outcome.started_at == outcome.ended_at


def test_the_offset_stays_while_nobody_sets_the_clock() -> None:
    assert clock_offset() == pytest.approx(clock_offset(), abs=0.5)
