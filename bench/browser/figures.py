"""The web UI in a browser: `python bench/run.py browser`.

Fills a hub with 5,000 runs, with 50 runs of 20 metrics and 200 runs of 100,000 points beside, one
with 100,000 runs, and MLflow's with the same 5,000; then headless Chromium looks at all of them by
one script (drive.js), in one call. It needs the built UI, `npm ci` in `ui/`, and Chromium.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import machine
from browser import homes
from hub import servers
from msgspec import Struct
from results import with_part

import modelcompose

PAGE = Path(__file__).parents[1] / "RESULTS.md"
TITLE = "The web UI in a browser"
UPDATES = 7200
"""An hour of two updates a second, which is what the hub tells at most."""
_CALLS = 3
_DRIVE = Path(__file__).with_name("drive.js")
_TOLD = (
    "`python bench/run.py browser` writes this part: headless Chromium, without a graphics card, "
    "on the machine of the servers. Each figure is the median of {calls} browsers that were "
    "started for it alone, with empty caches; times are from the navigation on. The peer is "
    "`mlflow server` over the same 5,000 runs, by the same script in the same call; its table has "
    "the first 100 of them, all on the page. The hour of "
    "live updates is compressed: {updates:,} updates of the {hour:,} that the hub tells in an "
    "hour, each of {growing} runs that wrote a point, one upon the other as fast as they are drawn."
)
_OUR_ROWS = {"rows": "[role=grid] [role=row]", "scroller": "[role=grid]"}
_MLFLOW_ROWS = {"rows": ".ag-row, [role=row], tr", "scroller": ".ag-body-viewport"}
_NONE = "none"
_STEADY = 1.1
"""What is held at the end, at most, of what was held in the first half."""


class _Wanted(Struct, frozen=True):
    """A figure, and what it is to be."""

    work: str
    task: str
    key: str
    unit: str
    limit: float | None = None
    is_least: bool = False


_WANTED = (
    _Wanted("first load, over the wire", "load", "kB", "kB", 200),
    _Wanted("first load, until it has its words", "load", "ms", "ms", 1000),
    _Wanted("table of 5,000 runs: its rows are there", "few", "ms", "ms", 500),
    _Wanted("… a scroll of three screens has other rows", "few", "scrollMs", "ms"),
    _Wanted("… scrolling", "few", "scrollFrames", "frames/s"),
    _Wanted("table of 100,000 runs: its rows are there", "many", "ms", "ms", 1000),
    _Wanted("… a scroll of three screens has other rows", "many", "scrollMs", "ms"),
    _Wanted("charts of 50 runs, 20 metrics each", "charts", "ms", "ms", 1000),
    _Wanted("200 runs of 100,000 points: drawn", "long", "ms", "ms"),
    _Wanted("… panning", "long", "frames", "frames/s", 50, is_least=True),
    _Wanted("… the exact picture after panning", "long", "redraws", "ms", 200),
    _Wanted("… the exact picture after zooming", "long", "zooms", "ms"),
)
_HAS_ROWS = "() => /run-\\d+/.test(document.body?.innerText ?? '')"
_HAS_HOME = "() => document.querySelector('main h1, main h2') !== null"


def main(argv: Sequence[str]) -> int:
    """Measure, and write the part of the page."""
    asked = _asked(argv)
    if not (Path(modelcompose.__file__).parent / "hub" / "static" / "index.html").exists():
        print("error: the UI is not built\n\nhint: npm --prefix ui run build", file=sys.stderr)
        return 1
    before = machine.load()
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-") as folder:
        figures = _measured(asked.home or Path(folder), asked)
    part = _part(figures, asked, machine.about(before))
    print(part)
    old = asked.output.read_text(encoding="utf-8") if asked.output.exists() else ""
    asked.output.write_text(with_part(old, part), encoding="utf-8")
    print(f"wrote {asked.output}", file=sys.stderr)
    return 0


def _asked(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, prog="run.py browser")
    parser.add_argument("--home", type=Path, help="where the databases stay, and are looked for")
    parser.add_argument("--calls", type=int, default=_CALLS, help="browsers for each figure")
    parser.add_argument("--updates", type=int, default=UPDATES, help="of runs that go on")
    parser.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    return parser.parse_args(argv)


def _measured(root: Path, asked: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Give the figures of each task, one for each of its browsers."""
    found = homes.make(root, ("few", "many", "mlflow"))
    running = [servers.hub(found.few), servers.hub(found.many), servers.mlflow(found.mlflow)]
    try:
        addresses = [server.address for server in running]
        tasks = _tasks(*addresses)
        figures = _driven(tasks * asked.calls)
        return figures | _driven([_growing(addresses[0], asked.updates)])
    finally:
        for server in running:
            server.close()


def _tasks(few: str, many: str, mlflow: str) -> list[dict[str, Any]]:
    experiment = f"{mlflow}/#/experiments/0/runs"
    wide = {"width": 1600, "height": 3200}
    return [
        {"name": "load", "does": "firstLoad", "url": f"{few}/", "ready": _HAS_HOME},
        {"name": "load, peer", "does": "firstLoad", "url": experiment, "ready": _HAS_ROWS},
        {"name": "few", "does": "table", "url": f"{few}/projects/Default/runs", **_OUR_ROWS},
        {"name": "few, peer", "does": "table", "url": experiment, **_MLFLOW_ROWS},
        {"name": "many", "does": "table", "url": f"{many}/projects/Default/runs", **_OUR_ROWS},
        {
            "name": "charts",
            "does": "charts",
            "url": f"{few}/projects/charted/runs?charts=50",
            "count": homes.METRICS,
            "size": wide,
        },
        {"name": "long", "does": "long", "url": f"{few}/projects/long/runs?charts=50&c.f=loss"},
    ]


def _growing(few: str, updates: int) -> dict[str, Any]:
    first = homes.FEW + homes.CHARTED + homes.LONG + 1
    runs = [f"{number:032x}" for number in range(first, first + homes.GROWING)]
    return {
        "name": "growing",
        "does": "growing",
        "url": f"{few}/projects/growing/runs?charts=50",
        "write": f"{few}/api/2.0/mlflow/runs/log-batch",
        "runs": runs,
        "updates": updates,
    }


def _driven(tasks: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    with subprocess.Popen(
        ["node", str(_DRIVE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(tasks))
        process.stdin.close()
        for line in process.stdout:
            told = json.loads(line)
            print(line.strip(), file=sys.stderr)
            if "figures" in told:
                found.setdefault(told["name"], []).append(told["figures"])
    return found


def _part(
    figures: Mapping[str, list[dict[str, Any]]],
    asked: argparse.Namespace,
    about: Mapping[str, str],
) -> str:
    told = _TOLD.format(
        calls=asked.calls, updates=asked.updates, hour=UPDATES, growing=homes.GROWING
    )
    lines = [f"# {TITLE}", "", told, "", "| work | ours | MLflow's UI | target | reached |"]
    lines += ["| --- | --- | --- | --- | --- |", *map(_line, _rows(figures)), ""]
    return "\n".join([*lines, *(f"- {name}: {value}" for name, value in about.items()), ""])


def _rows(figures: Mapping[str, list[dict[str, Any]]]) -> list[tuple[str, ...]]:
    held = [one["heldMB"] for one in figures.get("growing", [])]
    memory = ", ".join(f"{size:.0f}" for size in held[0]) if held else _NONE
    is_steady = bool(held) and held[0][-1] <= max(held[0][: len(held[0]) // 2]) * _STEADY
    growing = ("memory of the tab over the hour", f"{memory} MB", _NONE, "steady", _yes(is_steady))
    return [*(_row(figures, wanted) for wanted in _WANTED), growing]


def _row(figures: Mapping[str, list[dict[str, Any]]], wanted: _Wanted) -> tuple[str, ...]:
    ours = _median(figures.get(wanted.task, []), wanted.key)
    peer = _median(figures.get(f"{wanted.task}, peer", []), wanted.key)
    shown = (_figure(ours, wanted.unit), _figure(peer, wanted.unit))
    if wanted.limit is None:
        return (wanted.work, *shown, "", "")
    target = _figure(wanted.limit, wanted.unit) + (" or more" if wanted.is_least else "")
    is_reached = ours is not None and (ours < wanted.limit) != wanted.is_least
    return (wanted.work, *shown, target, _yes(is_reached))


def _median(found: Sequence[Mapping[str, Any]], key: str) -> float | None:
    some = [one[key] for one in found if one.get(key) is not None]
    if not some:
        return None
    return float(median(median(one) if isinstance(one, list) else one for one in some))


def _figure(value: float | None, unit: str) -> str:
    return _NONE if value is None else f"{value:,.0f} {unit}"


def _yes(is_reached: bool) -> str:  # noqa: FBT001 - the one thing it is told
    return "yes" if is_reached else "**no**"


def _line(row: tuple[str, ...]) -> str:
    return f"| {' | '.join(row)} |"
