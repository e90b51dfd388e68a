"""A hub that begins when somebody calls: until then it is two sockets and a sleeping thread."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.engine.waking import Wake

if TYPE_CHECKING:
    from modelcompose.hub.listening.sockets import Listening
    from modelcompose.hub.serve import Server


class HubOnDemand:
    """Serves a hub over sockets that listen already, from the first call on.

    It answers those alone who have a token, whatever address they call: it is for what a command
    started, and nobody else knows of it.
    """

    def __init__(
        self,
        listening: Listening,
        url: str | Path,
        home: Path,
        *,
        artifacts: str | None = None,
        told: Callable[[str], None] | None = None,
    ) -> None:
        """Begin to wait for a call.

        Args:
            listening: the sockets; they are closed with this.
            url: the database, as `Database.at` takes it.
            home: the folder of logs, artifacts and the content store.
            artifacts: as `open_hub` takes it.
            told: is told, in a line, where it cannot serve.
        """
        self._listening = listening
        self._hub = (url, home, artifacts)
        self._told = told
        self._wake = Wake()
        self._lock = threading.Lock()
        self._is_closed = False
        self._server: Server | None = None
        self._thread = threading.Thread(target=self._work, name="hub", daemon=True)
        self._thread.start()

    @property
    def listening(self) -> Listening:
        """Give the sockets."""
        return self._listening

    @property
    def was_called(self) -> bool:
        """Tell whether it has begun to serve."""
        return self._server is not None

    def close(self) -> None:
        """Answer what was asked already, and end."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            if self._server is not None:
                self._server.should_exit = True
        self._wake.ring()
        self._thread.join()
        self._listening.close()
        self._wake.close()

    def _work(self) -> None:
        if not self._is_called():
            return
        try:
            self._serve()
        except Exception as error:  # noqa: BLE001 - steps go on without a hub
            self._listening.close()  # so that nobody waits for an answer
            if self._told is not None:
                self._told(f"what steps log cannot be taken: {error}")

    def _is_called(self) -> bool:
        """Wait for the first call; False where none came before the end."""
        waited: list[socket.socket | Wake] = [*self._listening.sockets, self._wake]
        ready, _, _ = select.select(waited, [], [])
        return not self._is_closed and ready != [self._wake]

    def _serve(self) -> None:
        import asyncio

        from modelcompose.hub.access import Rules
        from modelcompose.hub.hub import open_hub
        from modelcompose.hub.serve import new_server

        url, home, artifacts = self._hub
        hub = open_hub(url, home, artifacts=artifacts)
        if self._is_closed:
            hub.close()
            return
        try:
            server = new_server(hub, Rules(is_closed=True))
        except BaseException:
            hub.close()
            raise
        with self._lock:
            self._server = server
            server.should_exit = self._is_closed
        asyncio.run(server.serve(self._listening.sockets))
