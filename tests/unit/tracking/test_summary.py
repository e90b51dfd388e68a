from __future__ import annotations

import math

from modelcompose.engine.protocol import Sample
from modelcompose.tracking.run import Metric, Series
from modelcompose.tracking.summary import Resources, objective_first, resources, summarize


def test_a_single_value_is_its_own_summary() -> None:
    assert summarize({"auc": 0.7}, []) == {"auc": Metric(0.7, 0.7, 0.7)}


def test_a_series_is_summed_up_and_goes_before_a_value() -> None:
    series = [Series("loss", (0.0, 1.0), (3.0, 1.0)), Series("loss", (2.0,), (2.0,))]
    assert summarize({"loss": 9.0}, series) == {"loss": Metric(2.0, 1.0, 3.0, 3)}


def test_the_best_step_is_told_by_the_objective() -> None:
    series = [Series("loss", (5.0, 6.0, 7.0), (3.0, 1.0, 2.0))]
    assert summarize({}, series, {"loss": "min"})["loss"].best_step == 6.0
    assert summarize({}, series, {"loss": "max"})["loss"].best_step == 5.0


def test_nan_is_no_extreme_unless_it_is_all_there_is() -> None:
    metrics = summarize(
        {},
        [
            Series("a", (0.0, 1.0, 2.0), (math.nan, 1.0, math.nan)),
            Series("b", (0.0,), (math.nan,)),
            Series("c", (), ()),
        ],
    )
    assert (metrics["a"].min, metrics["a"].max, metrics["a"].count) == (1.0, 1.0, 3)
    assert math.isnan(metrics["a"].last)
    assert math.isnan(metrics["b"].max)
    assert "c" not in metrics


def test_the_metrics_of_the_objective_come_first_and_the_others_as_they_were() -> None:
    metrics = {"rows": 1, "loss": 2, "auc": 3}
    assert list(objective_first(metrics, ["auc", "gone"])) == ["auc", "rows", "loss"]
    assert list(objective_first(metrics, [])) == ["rows", "loss", "auc"]


def test_resources_are_totals_and_peaks() -> None:
    samples = [
        Sample(1.0, cpu_s=1.0, memory_bytes=10, gpu_percent=50.0),
        Sample(2.0, cpu_s=2.5, memory_bytes=5, gpu_percent=100.0, network_in_bytes=3),
    ]
    assert resources(samples) == Resources(
        cpu_s=2.5, memory_peak_bytes=10, gpu_percent_mean=75.0, network_in_bytes=3
    )
    assert resources([]) == Resources()
