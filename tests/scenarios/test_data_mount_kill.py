"""A kill at any change of the disk while data moves into the store alone loses nothing."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from tests.kills import Trial, kill_at_random

POINTS = 4


class AddMounted(Trial):
    """The data is whole in the project, or in the store with nothing in its place."""

    command = ("data", "add", "data")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._declare("mount")

    def before(self) -> None:
        self._declare("copy")
        self.bench.run("data", "checkout", code=None)
        self._declare("mount")
        self.text = self.next_text()
        self.write(self.text)

    def after(self) -> None:
        self.check_store()
        place = self.project / "data"
        if place.exists() and any(place.iterdir()):
            self.check_data(self.text)
        self.bench.run(*self.command)
        assert list(place.iterdir()) == []
        assert [each["is_stored"] for each in self.bench.json("data", "status")] == [True]
        assert not list((self.project / ".ml" / "work").glob("withdrawn-*"))
        self._declare("copy")
        self.bench.run("data", "checkout")
        self.check_data(self.text)

    def _declare(self, link: str) -> None:
        self.bench.compose({}, **{"x-ml": {"data": {"data": {"link": link}}}})


def test_a_kill_while_data_moves_into_the_store_alone_loses_nothing(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    sys.stderr.write(f"seed {seed}\n")
    kill_at_random(AddMounted(tmp_path), POINTS, seed)
