"""Join flights with weather and planes, keep what is known before departure, split by time.

A prediction is made before the scheduled hour of departure begins: it may use the weather that was
recorded for the hour before, and the flights that had left by the beginning of that hour. No column
tells anything that happened later, except `late`, which is to be predicted.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

RAW = Path("data/raw")
PREPARED = Path("data/prepared")
LATE_MINUTES = int(os.environ.get("LATE_MINUTES", "15"))
TEST_FROM = pd.Timestamp(os.environ.get("TEST_FROM", "2013-10-01"), tz="UTC")

NOTICE = pd.Timedelta(hours=1)
"""How old the newest facts are when the scheduled hour of departure begins."""
ROUTE = ["carrier", "origin", "dest", "distance"]
TIMETABLE = ["weekday", "minute_of_day", "scheduled_minutes"]
PLANE = ["plane_age", "seats", "manufacturer"]
WIND = ["wind_dir", "wind_speed", "wind_gust"]
WEATHER = ["temp", "dewp", "humid", "precip", "pressure", "visib", *WIND]
AIRPORT = ["airport_delay", "airport_departures"]
FEATURES = [*ROUTE, *TIMETABLE, *PLANE, *WEATHER, *AIRPORT]


def read_flights() -> pd.DataFrame:
    """Read the flights that departed, with their times as timestamps."""
    flights = pd.read_csv(RAW / "flights.csv", parse_dates=["time_hour"])
    flights = flights.dropna(subset=["dep_delay"])
    flights["known_at"] = flights["time_hour"] - NOTICE
    scheduled = flights["time_hour"] + pd.to_timedelta(flights["minute"], unit="min")
    flights["departed_at"] = scheduled + pd.to_timedelta(flights["dep_delay"], unit="min")
    return flights


def add_calendar(flights: pd.DataFrame) -> pd.DataFrame:
    """Add what the timetable tells."""
    departure = flights["sched_dep_time"] // 100 * 60 + flights["sched_dep_time"] % 100
    arrival = flights["sched_arr_time"] // 100 * 60 + flights["sched_arr_time"] % 100
    return flights.assign(
        weekday=pd.to_datetime(flights[["year", "month", "day"]]).dt.weekday,
        minute_of_day=departure,
        scheduled_minutes=(arrival - departure) % (24 * 60),  # local times: zones are part of it
        late=(flights["arr_delay"] >= LATE_MINUTES).astype(int),
    )


def add_planes(flights: pd.DataFrame) -> pd.DataFrame:
    """Add the age, size and maker of each plane."""
    planes = pd.read_csv(RAW / "planes.csv", usecols=["tailnum", "year", "seats", "manufacturer"])
    joined = flights.merge(planes.rename(columns={"year": "built"}), on="tailnum", how="left")
    return joined.assign(plane_age=joined["year"] - joined["built"])


def add_weather(flights: pd.DataFrame) -> pd.DataFrame:
    """Add the weather at the origin in the hour before."""
    columns = ["origin", "time_hour", *WEATHER]
    weather = pd.read_csv(RAW / "weather.csv", usecols=columns, parse_dates=["time_hour"])
    weather = weather.rename(columns={"time_hour": "known_at"})
    once = weather.drop_duplicates(["origin", "known_at"])
    return flights.merge(once, on=["origin", "known_at"], how="left")


def add_airport(flights: pd.DataFrame) -> pd.DataFrame:
    """Add how late the airport ran in the two hours up to the hour before."""
    recent = (
        flights.sort_values("departed_at")
        .set_index("departed_at")
        .groupby("origin")["dep_delay"]
        .rolling("2h")
        .agg(["mean", "count"])
        .reset_index()
        .rename(columns={"mean": "airport_delay", "count": "airport_departures"})
    )
    return pd.merge_asof(
        flights.sort_values("known_at"),
        recent.sort_values("departed_at"),
        left_on="known_at",
        right_on="departed_at",
        by="origin",
        allow_exact_matches=False,
        tolerance=pd.Timedelta(hours=2),
        suffixes=("", "_of_others"),
    )


def main() -> None:
    flights = read_flights()
    table = add_airport(add_weather(add_planes(add_calendar(flights))))
    table = table.dropna(subset=["arr_delay"])
    table = table.sort_values(["time_hour", "origin", "carrier", "flight"])
    print(f"flights that departed: {len(flights)}, that arrived: {len(table)}")
    for what, column in (("weather", "temp"), ("plane", "plane_age")):
        print(f"with a known {what}: {table[column].notna().mean():.1%}")

    PREPARED.mkdir(parents=True, exist_ok=True)
    is_test = table["time_hour"] >= TEST_FROM
    for name, part in (("train", table[~is_test]), ("test", table[is_test])):
        part[["time_hour", *FEATURES, "late"]].to_csv(PREPARED / f"{name}.csv", index=False)
        print(f"{name}: {len(part)} flights, {part['late'].mean():.1%} late")


if __name__ == "__main__":
    main()
