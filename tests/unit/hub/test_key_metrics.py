"""The metric that counts of a model is the objective's, else the gate's, else there is one."""

from __future__ import annotations

from modelcompose.hub.key_metrics import key_metric

VERSIONS = [{"evaluate.auc": 0.7, "evaluate.auc.last": 0.7, "evaluate.loss": 0.2}]


def test_the_objective_goes_before_the_gate() -> None:
    found = key_metric(VERSIONS, {"evaluate.loss": "min"}, "evaluate.auc > 0.5")
    assert found is not None
    assert (found.name, found.way, found.why) == ("evaluate.loss", "min", "objective")


def test_an_objective_may_name_what_a_client_logged_without_a_step() -> None:
    found = key_metric([{"auc": 0.7}], {"evaluate.auc": "max"}, None)
    assert found is not None
    assert (found.name, found.way) == ("auc", "max")


def test_without_an_objective_the_gate_says_what_counts() -> None:
    found = key_metric(VERSIONS, {}, "evaluate.loss < 1 and evaluate.auc > 0.5")
    assert found is not None
    assert (found.name, found.why) == ("evaluate.auc", "gate")
    other = key_metric(VERSIONS, {"train.f1": "max"}, "no gate at all (")
    assert other is not None
    assert other.why == "only"


def test_what_nobody_measured_has_no_metric_that_counts() -> None:
    assert key_metric([{}], {"a": "max"}, None) is None
