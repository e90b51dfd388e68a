"""A new report is right as it stands, whatever a project measures."""

from __future__ import annotations

from modelcompose.reporting.beginning import Seed, beginning
from modelcompose.reporting.parsing import parse
from modelcompose.reporting.report import Placed


def test_a_new_report_shows_what_the_project_counts_and_what_steps_log() -> None:
    text = beginning("my-results", Seed({"evaluate.auc": "max"}, {"train": ["loss", "val_*"]}))
    report = parse(text, "my-results")
    assert report.faults == ()
    assert report.title == "My results"
    kinds = [one.kind for one in report.pieces if isinstance(one, Placed)]
    assert kinds == ["runs", "metric", "table", "chart"]
    assert "sort: -metrics.auc" in text
    assert "metrics: [loss, /^val_.*$/]" in text


def test_what_is_to_be_small_is_sorted_the_other_way() -> None:
    assert "sort: metrics.loss" in beginning("a", Seed({"train.loss": "min"}, {}))


def test_a_project_that_says_nothing_has_a_table_of_its_runs() -> None:
    report = parse(beginning("a", Seed({}, {"fetch": []})), "a")
    assert report.faults == ()
    assert [one.kind for one in report.pieces if isinstance(one, Placed)] == ["table"]
