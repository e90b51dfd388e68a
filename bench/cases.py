"""The rows: the Speed table of the project's targets, as commands to measure."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from goals import OURS, PEER, Goal
from measure import Side
from msgspec import Struct
from msgspec.structs import replace
from place import Place

CONFIG = "docker compose config"
"""What reading a project costs beside, where something that Compose reads has changed."""

CHECKOUT = "dvc checkout"
"""What a user of DVC may type in place of `dvc repro` where nothing but outputs is missing."""

_PYTHON = "an empty Python"


class Case(Struct, frozen=True):
    """One row: what is done, by which commands, how often, and what is to be reached."""

    name: str
    work: str
    peer: str
    runs: int
    """How many times each side is measured, unless the command line says otherwise."""
    goals: Sequence[Goal]
    sides: Callable[[Place], Sequence[Side]]
    """Gives ours, the peer's, and others that are only told; makes what they need."""
    warms_up: bool = True
    """Whether each side is called once before, unmeasured: not where one call takes a minute."""


def _nothing(place: Place) -> list[Side]:
    place.make_chains()
    ours = [place.modelcompose, "--engine", "process", "run"]
    return [
        place.side(OURS, ours, place.chain.folder),
        place.side(PEER, [place.dvc, "repro"], place.dvc_chain.folder),
        place.side(CONFIG, ["docker", "compose", "config"], place.chain.folder),
    ]


def _first(place: Place) -> list[Side]:
    return place.first_runs()


def _restore(place: Place) -> list[Side]:
    place.make_chains()
    ours, peer = place.first_runs()
    ours = replace(ours, before=place.chain.wipe_outputs)
    peer = replace(peer, before=place.dvc_chain.wipe_outputs)
    checkout = replace(peer, label=CHECKOUT, command=[place.dvc, "checkout"])
    return [ours, peer, checkout]


def _one_step(place: Place) -> list[Side]:
    ours = [place.modelcompose, "--quiet", "run", "a", "--force"]
    peer = ["docker", "compose", "run", "--rm", "-T", "a"]
    return [
        place.side(OURS, ours, place.one_step),
        place.side(PEER, peer, place.one_service),
    ]


def _ps(place: Place) -> list[Side]:
    return [
        place.side(OURS, [place.modelcompose, "ps"], place.one_service),
        place.side(PEER, ["docker", "compose", "ps"], place.one_service),
    ]


def _version(place: Place) -> list[Side]:
    return [
        place.side(OURS, [place.modelcompose, "--version"], place.folder),
        place.side(_PYTHON, [sys.executable, "-c", ""], place.folder),
    ]


CASES = (
    Case(
        name="nothing",
        work="100 chained trivial steps, nothing to do",
        peer="`dvc repro`",
        runs=7,
        goals=[Goal("a tenth", "cpu_s", "ratio", 0.1)],
        sides=_nothing,
    ),
    Case(
        name="first",
        work="the same, first run, process engine",
        peer="`dvc repro`",
        runs=3,
        goals=[Goal("a fifth", "cpu_s", "ratio", 0.2)],
        sides=_first,
        warms_up=False,
    ),
    Case(
        name="restore",
        work="restore all 100 outputs",
        peer="`dvc repro` on a wiped workspace",
        runs=3,
        goals=[Goal("a tenth", "cpu_s", "ratio", 0.1)],
        sides=_restore,
        warms_up=False,
    ),
    Case(
        name="step",
        work="one no-op step, docker engine",
        peer="`docker compose run --rm -T`",
        runs=11,
        goals=[Goal("1.25 times", "wall_s", "ratio", 1.25)],
        sides=_one_step,
    ),
    Case(
        name="ps",
        work="a passed-through verb",
        peer="`docker compose ps`",
        runs=15,
        goals=[
            Goal("0.1 s more", "wall_s", "difference", 0.1),
            Goal("0.1 CPU s more", "cpu_s", "difference", 0.1),
        ],
        sides=_ps,
    ),
    Case(
        name="version",
        work="`modelcompose --version`",
        peer="none",
        runs=15,
        goals=[Goal("0.1 s of CPU", "cpu_s", "nothing", 0.1)],
        sides=_version,
    ),
)
