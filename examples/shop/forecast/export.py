"""Write the number of orders of each day to a file: export.py TARGET."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import psycopg

ORDERS = "SELECT day, count(*) FROM orders GROUP BY day ORDER BY day"


def main() -> None:
    target = Path(sys.argv[1])
    with psycopg.connect() as database:  # PGHOST and the like say where
        days = database.execute(ORDERS).fetchall()
    with target.open("w", newline="") as file:
        csv.writer(file).writerows([("day", "orders"), *days])
    print(f"{target}: {len(days)} days, {sum(count for _, count in days)} orders")


if __name__ == "__main__":
    main()
