"""A project whose outputs are exchanged."""

from __future__ import annotations

from pathlib import Path

from modelcompose.store.difference import list_items, plan_exchange
from modelcompose.store.exchange import exchange
from modelcompose.store.states import FileStates
from modelcompose.store.swapping import Operation
from tests.unit.store.folders import Node, build


class Scene:
    """A project whose output `out` is old, and a workspace in which it is new."""

    def __init__(self, root: Path, old: Node | None, new: Node | None) -> None:
        self.project = root / "project"
        self.staged = self.project / ".ml" / "work" / "run"
        self.journals = self.project / ".ml" / "journals"
        self.staged.mkdir(parents=True)
        self.database = self.project / ".ml" / "cache" / "states.db"
        build(root / "precious", {b"file": ("file", b"precious", False)})
        for folder, node in ((self.project, old), (self.staged, new)):
            if node is not None:
                build(folder / "out", node)

    @property
    def out(self) -> Path:
        return self.project / "out"

    def plan(self) -> list[Operation]:
        with FileStates(self.database) as states:
            return plan_exchange(
                list_items(self.project, ["out"], states), list_items(self.staged, ["out"], states)
            )

    def exchange(self, *outputs: str) -> None:
        with FileStates(self.database) as states:
            journal = self.journals / "run.json"
            exchange(self.project, self.staged, outputs or ["out"], journal, states=states)
