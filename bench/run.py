"""Measure Model Compose against its peers: `make bench`, or `python bench/run.py --only NAME`."""

from __future__ import annotations

import argparse
import compileall
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

import machine
from cases import CASES, Case
from measure import CommandFailedError, alternate, measure
from place import MissingProgramError, Place
from results import Result, page

import modelcompose

PAGE = Path(__file__).with_name("RESULTS.md")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the rows, print the page, and write it where it was asked for."""
    options = _options(argv)
    # An installed wheel has its bytecode; an editable install has it only after a first call.
    compileall.compile_dir(Path(modelcompose.__file__).parent, quiet=2)
    chosen = [case for case in CASES if case.name in (options.only or [case.name])]
    try:
        with Place() as place:
            text = _measured(place, chosen, options.runs)
    except (CommandFailedError, MissingProgramError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(text)
    target = options.output or (None if options.only else PAGE)
    if target is not None:
        target.write_text(text, encoding="utf-8")
        print(f"wrote {target}", file=sys.stderr)
    return 0


def _measured(place: Place, cases: Sequence[Case], runs: int | None) -> str:
    before = machine.load()
    results = [_result(place, case, runs or case.runs) for case in cases]
    about = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        **machine.describe(place.modelcompose, place.dvc),
        "load": f"{before} when it began, {machine.load()} when it ended",
    }
    return page(results, about)


def _result(place: Place, case: Case, runs: int) -> Result:
    print(f"{case.name}: {case.work}, {runs} calls of each", file=sys.stderr)
    sides = case.sides(place)
    for side in sides if case.warms_up else ():
        measure(side)
    return Result(case, sides, alternate(sides, runs))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=[case.name for case in CASES],
        help="measure this row alone, and write no page; may be given again",
    )
    parser.add_argument("--runs", type=int, metavar="N", help="how many calls of each side")
    parser.add_argument("--output", type=Path, help=f"where to write the page, not {PAGE.name}")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
