"""Kills of the verbs that move data, at random changes of the disk: nothing may be lost.

    python bench/run.py kills [--points 50] [--seed N] [--only VERB]

Each of add, push, pull, checkout and gc is ended, as by `kill -9`, at so many of the points where
it changes the disk: before a file is made, in the middle of a write, before a rename or a removal.
After each kill the store, the project and the remote are read through, and the command is done
again. It ends at the first thing that is lost, and tells the seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import machine
from results import figures_page, with_part

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.kills import TRIALS, kill_at_random

PAGE = Path(__file__).parents[1] / "RELIABILITY.md"
TITLE = "Reliability of versions of data"
_TOLD = (
    "Each verb is ended as by `kill -9` at points that are chosen at random among all where it"
    " changes the disk, and all that is named is read through afterwards:"
    " `python bench/run.py kills` writes this part."
)


def main(argv: Sequence[str]) -> int:
    """Kill, and write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, prog="run.py kills")
    parser.add_argument("--points", type=int, default=50, help="of each verb")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", choices=list(TRIALS), action="append")
    parser.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    asked = parser.parse_args(argv)
    before = machine.load()
    rows = [("seed", str(asked.seed))]
    for verb in asked.only or TRIALS:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="modelcompose-bench-") as name:
            changes = kill_at_random(TRIALS[verb](Path(name)), asked.points, asked.seed)
        rows.append(
            (
                f"`{verb}`: killed at {asked.points} of {changes} points where it changes the disk",
                "nothing lost, and each time it could be done again",
            )
        )
        took_s = time.perf_counter() - began
        print(f"{verb}: {asked.points} of {changes} points, {took_s:.0f} s", file=sys.stderr)
    part = figures_page(TITLE, _TOLD, rows, machine.about(before))
    old = asked.output.read_text(encoding="utf-8") if asked.output.exists() else ""
    asked.output.write_text(with_part(old, part), encoding="utf-8")
    print(f"wrote {asked.output}", file=sys.stderr)
    return 0
