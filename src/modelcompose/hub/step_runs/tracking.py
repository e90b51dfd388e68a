"""Takes what the steps of one command log: sockets, tokens, spools; a hub once somebody calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.errors import ModelComposeError
from modelcompose.hub.listening.addresses import Addresses
from modelcompose.hub.step_runs import variables as names
from modelcompose.hub.step_runs.tracked_run import PROCESS, HubTrackedRun
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs

if TYPE_CHECKING:
    from modelcompose.database.database import Database
    from modelcompose.hub.listening.on_demand import HubOnDemand
    from modelcompose.hub.tokens.principal import Role

_NAME_CHARACTERS = 100


class HubTracking:
    """See `pipeline.step_tracking.StepTracking`.

    Whatever takes time is done by one worker, beside the start of the step's execution.
    """

    def __init__(self, runs: Runs, home: Path, folder: StateFolder, *, engine: str) -> None:
        """Take what is logged to; nothing is opened yet.

        Args:
            runs: the runs, in the database of the home folder.
            home: the folder of the database, logs and artifacts.
            folder: the project's.
            engine: the name of the one that runs the steps.
        """
        self.runs = runs
        self.folder = folder
        self._home = home
        self._engine = engine
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="tracking")
        self._lock = threading.Lock()
        self._hub: Future[HubOnDemand] | None = None
        self._database: Future[Database] | None = None
        self.is_cut_off = False
        """Whether no container reaches this machine, whatever its networks."""

    def prepare(self, port: int | None = None) -> None:
        """Begin to listen, on a port where it is still free."""
        with self._lock:
            if self._hub is None:
                self._hub = self._worker.submit(self._open, port or 0)
                self._database = self._worker.submit(self._open_database)

    def of(self, run: Run, engine: str, notes: Callable[[str], None]) -> HubTrackedRun:
        """Give what takes a run's own."""
        return HubTrackedRun(self, run, engine, notes)

    def addresses(self) -> Addresses:
        """Give where what steps log is taken.

        Raises:
            ModelComposeError, OSError: nothing can be listened on.
        """
        self.prepare()
        assert self._hub is not None  # noqa: S101 - prepared
        return self._hub.result().listening.addresses

    @property
    def was_called(self) -> bool:
        """Tell whether anybody called the hub; who delivers a spool does."""
        hub = self._hub
        if hub is None or not hub.done() or hub.exception() is not None:
            return False
        return hub.result().was_called

    def merge(self, run: Run, folder: Path, notes: Callable[[str], None]) -> bool:
        """Bring what MLflow's client wrote to a file into a run; tell whether that was done."""
        from modelcompose.hub.step_runs.mlflow_file import bring

        try:
            bring(self._home, run.id, folder)
        except (ModelComposeError, OSError) as error:
            notes(f"what it logged to {names.MLFLOW_FILE} cannot be taken: {error}")
            return False
        return True

    def let_in(self, run: Run, secret: str) -> None:
        """Let a secret be valid for a run."""
        from modelcompose.hub.tokens import store

        name = f"{run.step} {run.id[:8]}"[-_NAME_CHARACTERS:]
        grants: dict[str, Role] = {run.project: "writer"}
        with self._tokens().write() as connection:
            store.create(connection, name, grants, time.time(), run=run.id, secret=secret)

    def forget_ended(self) -> None:
        """Have the tokens of runs that have ended removed; they are not valid any more."""
        self._worker.submit(self._forget_ended)

    def close(self) -> None:
        """End the hub."""
        self._worker.shutdown()
        if self._hub is not None and self._hub.exception() is None:
            self._hub.result().close()
        if self._database is not None and self._database.exception() is None:
            self._database.result().close()

    def _forget_ended(self) -> None:
        from modelcompose.hub.tokens import store

        with suppress(ModelComposeError), self._tokens().write() as connection:
            store.forget_ended(connection)

    def _open(self, port: int) -> HubOnDemand:
        from modelcompose.hub.listening.on_demand import HubOnDemand
        from modelcompose.hub.listening.sockets import listen

        bridge = self._bridge()
        listening = listen(port=port, bridge=bridge, is_preferred=True)
        self.is_cut_off = bridge is not None and self._is_elsewhere(listening.addresses)
        return HubOnDemand(listening, self._home / "hub.db", self._home)

    def _is_elsewhere(self, addresses: Addresses) -> bool:
        if addresses.bridge is not None:
            return False
        from modelcompose.engine.docker.bridge import is_rootless

        return is_rootless()

    def _bridge(self) -> str | None:
        if self._engine == PROCESS:
            return None
        from modelcompose.engine.docker.bridge import bridge_address

        return bridge_address()

    def _tokens(self) -> Database:
        self.prepare()
        assert self._database is not None  # noqa: S101 - prepared
        return self._database.result()

    def _open_database(self) -> Database:
        from modelcompose.database.database import Database
        from modelcompose.hub.tokens import store  # noqa: F401 - so that `let_in` finds it here

        return Database.at(self._home / "hub.db")
