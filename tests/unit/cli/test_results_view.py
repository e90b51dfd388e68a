"""What a command's table says of each step."""

from __future__ import annotations

import pytest

from modelcompose.cli.results_view import print_table
from modelcompose.pipeline.report import StepResult
from modelcompose.tracking.run import Metric

ONCE = Metric(0.5, 0.5, 0.5)
COURSE = Metric(0.1, 0.1, 1.0, count=10)


def test_metrics_that_count_come_first_then_those_with_a_course(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    metrics = {"a": ONCE, "b": ONCE, "c": ONCE, "d": ONCE, "loss": COURSE, "auc": ONCE}
    print_table([StepResult("train", "fresh", metrics=metrics)], {"train.auc": "max"})
    assert "auc=0.5  loss=0.1  a=0.5  b=0.5  +2 more" in capsys.readouterr().out
