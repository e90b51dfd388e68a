"""The hub and MLflow's server side by side, over the same runs; each part made when it is asked."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from hub import servers
from hub.filling import append_series, fill_hub, fill_mlflow, rows
from hub.servers import Server
from hub.work import RUNS, new_experiment, new_history

LONG = 10_000_000


class Pair:
    """Both servers, each with 5,000 runs, and with an experiment to write into."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @cached_property
    def ours(self) -> Server:
        home = self.new_home()
        fill_hub(home, RUNS)
        append_series(home, self.long_run, LONG)
        return self._kept(servers.hub(home))

    @cached_property
    def peer(self) -> Server:
        home = self.new_home()
        fill_mlflow(home, RUNS)
        return self._kept(servers.mlflow(home))

    @property
    def both(self) -> tuple[Server, Server]:
        return self.ours, self.peer

    @cached_property
    def experiments(self) -> dict[str, str]:
        """By the server's name."""
        return {server.name: new_experiment(server) for server in self.both}

    @cached_property
    def histories(self) -> dict[str, str]:
        """By the server's name: a run of each with 100,000 points of one metric."""
        return {
            server.name: new_history(server, self.experiments[server.name]) for server in self.both
        }

    @cached_property
    def long_run(self) -> str:
        """The run of the hub with 10 million points of `loss`."""
        return next(rows(1))[0]

    def new_home(self) -> Path:
        """Make a folder that goes in the end."""
        folder = tempfile.TemporaryDirectory(
            prefix="modelcompose-bench-", ignore_cleanup_errors=True
        )
        return Path(self._stack.enter_context(folder))

    def _kept(self, server: Server) -> Server:
        self._stack.callback(server.close)
        return server
