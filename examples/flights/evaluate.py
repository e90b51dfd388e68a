"""Measure the model on flights that lie after everything it has learned from."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import pandas as pd
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    log_loss,
    roc_auc_score,
    roc_curve,
)

PREPARED = Path("data/prepared")
MODEL = Path("models/delay/model.joblib")
METRICS = Path("metrics/evaluate.json")
PLOTS = Path("plots")
ROC_POINTS = 200


def timetable_baseline(train: pd.DataFrame, test: pd.DataFrame) -> pd.Series:
    """Predict the share of late flights among those of the same hour of the day."""
    shares = train.groupby(train["minute_of_day"] // 60)["late"].mean()
    return (test["minute_of_day"] // 60).map(shares).fillna(train["late"].mean())


def write_plots(late: pd.Series, probability: pd.Series) -> None:
    """Write the points of the ROC curve and of the calibration curve."""
    fpr, tpr, _ = roc_curve(late, probability)
    roc = pd.DataFrame({"false_positive_rate": fpr, "true_positive_rate": tpr})
    every = max(1, len(roc) // ROC_POINTS)
    roc = pd.concat([roc.iloc[:-1:every], roc.tail(1)])

    observed, predicted = calibration_curve(late, probability, n_bins=10, strategy="quantile")
    calibration = pd.DataFrame({"predicted": predicted, "observed": observed})

    PLOTS.mkdir(parents=True, exist_ok=True)
    roc.round(5).to_csv(PLOTS / "roc.csv", index=False)
    calibration.round(5).to_csv(PLOTS / "calibration.csv", index=False)


def main() -> None:
    model = joblib.load(MODEL)
    train, test = pd.read_csv(PREPARED / "train.csv"), pd.read_csv(PREPARED / "test.csv")
    late = test["late"]
    probability = pd.Series(model.predict_proba(test)[:, 1])
    baseline = timetable_baseline(train, test)

    metrics = {
        "auc": roc_auc_score(late, probability),
        "average_precision": average_precision_score(late, probability),
        "accuracy": accuracy_score(late, probability >= 0.5),
        "log_loss": log_loss(late, probability),
        "base_rate": late.mean(),
        "baseline_auc": roc_auc_score(late, baseline),
        "baseline_log_loss": log_loss(late, baseline),
    }
    METRICS.parent.mkdir(parents=True, exist_ok=True)
    rounded = {name: round(float(value), 4) for name, value in metrics.items()}
    METRICS.write_text(json.dumps(rounded, indent=2) + "\n")
    write_plots(late, probability)
    for name, value in rounded.items():
        print(f"{name:18} {value:.4f}")


if __name__ == "__main__":
    main()
