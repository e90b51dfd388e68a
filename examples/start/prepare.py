"""Split the flowers into those to learn from and those to test with."""

import os
import random
from pathlib import Path

TEST_SHARE = float(os.environ.get("TEST_SHARE", "0.3"))
PREPARED = Path("data")


def main():
    head, *rows = Path("iris.csv").read_text().splitlines(keepends=True)
    random.Random(1).shuffle(rows)
    cut = round(len(rows) * TEST_SHARE)
    PREPARED.mkdir(exist_ok=True)
    (PREPARED / "test.csv").write_text("".join([head, *rows[:cut]]))
    (PREPARED / "train.csv").write_text("".join([head, *rows[cut:]]))
    print(f"{len(rows) - cut} flowers to learn from, {cut} to test with")


if __name__ == "__main__":
    main()
