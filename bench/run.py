"""Measure Model Compose against its peers: `make bench`, or `python bench/run.py --only NAME`.

`python bench/run.py hub` measures the rows of the hub alone, `… commands` the others. Without a
peer, on pages of their own: `… scale`, the hub with 100,000 runs and 100 million points, and
`… reliability`, writers, and kills in the middle of logging; `… kills`, kills of the verbs that
move data. `… data` measures versions of data, `… browser` the web UI in Chromium; both write
their part of the page.
"""

from __future__ import annotations

import argparse
import compileall
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import machine
from browser import figures
from cases import CASES, Case
from data import kills, versions
from hub import reliability, scale
from hub.cases import HUB_CASES, HubCase
from hub.pair import Pair
from measure import CommandFailedError, Side, alternate, measure
from place import MissingProgramError, Place
from results import Result, page, with_part

import modelcompose

PAGE = Path(__file__).with_name("RESULTS.md")
_AREAS: dict[str, Sequence[Case | HubCase]] = {"commands": CASES, "hub": HUB_CASES}
_ALONE = {
    "scale": scale.main,
    "reliability": reliability.main,
    "kills": kills.main,
    "data": versions.main,
    "browser": figures.main,
}


def main(argv: Sequence[str]) -> int:
    """Measure the rows, print the page, and write it where it was asked for."""
    if argv and argv[0] in _ALONE:
        return _ALONE[argv[0]](argv[1:])
    options = _options(argv)
    # An installed wheel has its bytecode; an editable install has it only after a first call.
    compileall.compile_dir(Path(modelcompose.__file__).parent, quiet=2)
    is_whole = not options.only and set(options.area) == set(_AREAS)
    wanted = {case.name for area in options.area for case in _AREAS[area]}
    wanted &= set(options.only or wanted)
    before = machine.load()
    try:
        results = [*_commands(wanted, options.runs), *_hub(wanted, options.runs)]
    except (CommandFailedError, MissingProgramError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    text = page(results, machine.about(before))
    print(text)
    target = options.output or (PAGE if is_whole else None)
    if target is not None:
        old = target.read_text(encoding="utf-8") if target.exists() else ""
        target.write_text(with_part(old, text), encoding="utf-8")
        print(f"wrote {target}", file=sys.stderr)
    return 0


def _commands(wanted: set[str], runs: int | None) -> list[Result]:
    chosen = [case for case in CASES if case.name in wanted]
    if not chosen:
        return []
    with Place() as place:
        return [_result(place, case, runs or case.runs) for case in chosen]


def _hub(wanted: set[str], runs: int | None) -> list[Result]:
    chosen = [case for case in HUB_CASES if case.name in wanted]
    with Pair() as pair:
        return [_hub_result(pair, case, runs or case.runs) for case in chosen]


def _result(place: Place, case: Case, runs: int) -> Result:
    _say(case, runs)
    sides = case.sides(place)
    for side in sides if case.warms_up else ():
        measure(side)
    turns = {side.label: partial(measure, side) for side in sides}
    return Result(case, {side.label: _told(side) for side in sides}, alternate(turns, runs))


def _hub_result(pair: Pair, case: HubCase, runs: int) -> Result:
    _say(case, runs)
    sides = case.sides(pair)
    for side in sides if case.warms_up else ():
        side.turn()
    turns = {side.label: side.turn for side in sides}
    return Result(case, {side.label: side.told for side in sides}, alternate(turns, runs))


def _say(case: Case | HubCase, runs: int) -> None:
    print(f"{case.name}: {case.work}, {runs} calls of each", file=sys.stderr)


def _told(side: Side) -> str:
    program, *arguments = side.command
    return " ".join([program.rpartition("/")[2], *(word or "''" for word in arguments)])


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "area",
        nargs="*",
        help="commands or hub, by default both; scale, reliability, kills, data, browser",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=[case.name for case in (*CASES, *HUB_CASES)],
        help="measure this row alone, and write no page; may be given again",
    )
    parser.add_argument("--runs", type=int, metavar="N", help="how many calls of each side")
    parser.add_argument("--output", type=Path, help=f"where to write the page, not {PAGE.name}")
    options = parser.parse_args(argv)
    options.area = options.area or list(_AREAS)
    if wrong := set(options.area) - set(_AREAS):
        parser.error(f"{min(wrong)}: expected {' or '.join(_AREAS)}")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
