"""The project's `.ml` folder: workspaces, journals, caches. It ignores itself in git."""

from __future__ import annotations

from pathlib import Path

from modelcompose.pipeline.inputs import STATE_FOLDER
from modelcompose.pipeline.sharing import follow_sharing, refuse_locked
from modelcompose.store.failures import translated


class StateFolder:
    """Where things lie under `.ml`."""

    def __init__(self, project: Path) -> None:
        self.path = project / STATE_FOLDER
        self.work = self.path / "work"
        self.journals = self.path / "journal"
        self.resume = self.path / "resume"
        self.rescued = self.path / "rescued"
        self.states = self.path / "cache" / "states.db"
        self.services = self.path / "services.json"
        self.tickets = self.path / "tickets"
        self.spools = self.path / "spool"
        self.stops = self.path / "stop"
        self.supervisor_log = self.path / "supervisor.log"
        self.progress = self.path / "progress.json"

    def make(self) -> None:
        """Create the folder where it is absent, as open to others as the project folder is.

        Raises:
            StoreError: the project cannot be written to; StorageFull where the disk is full.
        """
        follow_sharing(self.path.parent)
        refuse_locked(self.path.parent, self.path)
        ignore = self.path / ".gitignore"
        if ignore.exists():
            return
        with translated(self.path, "steps need a project folder that can be written to"):
            for folder in (self.work, self.journals, self.states.parent):
                folder.mkdir(parents=True, exist_ok=True)
            unfinished = ignore.with_name(".gitignore.new")
            unfinished.write_text("*\n", encoding="utf-8")
            unfinished.replace(ignore)

    def spool(self, run: str) -> Path:
        """Give the folder that a run's own code writes to what it logs.

        Any user of a container may write there; the folder around it lets in nobody else.
        """
        return self.spools / run / "log"

    def workspace(self, run: str) -> Path:
        """Give the folder that stands in for the project while a run goes."""
        return self.work / run
