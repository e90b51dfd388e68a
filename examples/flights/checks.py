"""Check what must hold of the data and of the model, whatever the numbers turn out to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import joblib
import pandas as pd
from sklearn.pipeline import Pipeline

PREPARED = Path("data/prepared")
TRAIN, TEST = pd.read_csv(PREPARED / "train.csv"), pd.read_csv(PREPARED / "test.csv")
MODEL: Pipeline = joblib.load("models/delay/model.joblib")
METRICS: dict[str, float] = json.loads(Path("metrics/evaluate.json").read_text())

HAPPENS_LATER = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"}
LEAST_GAIN = 0.03
"""By how much the model's AUC must exceed that of the timetable alone."""


def the_test_period_follows_the_training_period() -> None:
    assert TRAIN["time_hour"].max() < TEST["time_hour"].min()


def no_feature_is_known_only_after_departure() -> None:
    used = set(MODEL.feature_names_in_)
    assert not used & HAPPENS_LATER, used & HAPPENS_LATER
    assert "late" not in used


def few_flights_lack_their_weather() -> None:
    missing = TRAIN["temp"].isna().mean()
    assert missing < 0.05, f"{missing:.1%} of the flights have no weather"


def the_model_knows_more_than_the_timetable() -> None:
    gain = METRICS["auc"] - METRICS["baseline_auc"]
    assert gain >= LEAST_GAIN, f"auc is {gain:+.4f} over the baseline, at least {LEAST_GAIN} wanted"
    assert METRICS["log_loss"] < METRICS["baseline_log_loss"]


def a_late_airport_makes_flights_later() -> None:
    sample = TEST.sample(2000, random_state=0)
    on_time = MODEL.predict_proba(sample.assign(airport_delay=0.0))[:, 1].mean()
    late = MODEL.predict_proba(sample.assign(airport_delay=60.0))[:, 1].mean()
    assert late > on_time, f"{late:.3f} with an airport an hour late, {on_time:.3f} without"


def an_unknown_destination_is_no_error() -> None:
    probability = MODEL.predict_proba(TEST.head(10).assign(dest="XXX"))[:, 1]
    assert ((probability > 0) & (probability < 1)).all()


CHECKS: tuple[Callable[[], None], ...] = (
    the_test_period_follows_the_training_period,
    no_feature_is_known_only_after_departure,
    few_flights_lack_their_weather,
    the_model_knows_more_than_the_timetable,
    a_late_airport_makes_flights_later,
    an_unknown_destination_is_no_error,
)


def main() -> None:
    for check in CHECKS:
        check()
        print(f"holds: {check.__name__.replace('_', ' ')}")


if __name__ == "__main__":
    main()
