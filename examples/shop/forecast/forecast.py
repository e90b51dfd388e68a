"""Forecast the orders of the coming days from those of the past: forecast.py ORDERS TARGET."""

from __future__ import annotations

import csv
import json
import os
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

DAYS = int(os.environ.get("DAYS", "7"))
HELD_OUT_DAYS = 28


def design(days: list[date], first: date) -> np.ndarray:
    """Give one row a day: the time since `first` in years, and which weekday it is."""
    years = np.array([[(day - first).days / 365] for day in days])
    weekdays = np.eye(7)[[day.weekday() for day in days]]
    return np.hstack([years, weekdays])


def fit(days: list[date], orders: np.ndarray, first: date) -> np.ndarray:
    """Fit a trend and a level for each weekday by least squares."""
    return np.linalg.lstsq(design(days, first), orders, rcond=None)[0]


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    with source.open(newline="") as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row["day"]) for row in rows]
    orders = np.array([float(row["orders"]) for row in rows])
    first = days[0]

    weights = fit(days[:-HELD_OUT_DAYS], orders[:-HELD_OUT_DAYS], first)
    errors = design(days[-HELD_OUT_DAYS:], first) @ weights - orders[-HELD_OUT_DAYS:]
    metrics = {"mean_absolute_error": round(float(np.abs(errors).mean()), 3)}

    coming = [days[-1] + timedelta(days=number) for number in range(1, DAYS + 1)]
    expected = design(coming, first) @ fit(days, orders, first)
    forecast = [
        {"day": day.isoformat(), "orders": round(float(count), 1)}
        for day, count in zip(coming, expected, strict=True)
    ]
    target.mkdir(parents=True, exist_ok=True)
    (target / "forecast.json").write_text(json.dumps(forecast, indent=2) + "\n")
    (target.parent / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(f"{len(forecast)} days from {coming[0]} on; {metrics}")


if __name__ == "__main__":
    main()
