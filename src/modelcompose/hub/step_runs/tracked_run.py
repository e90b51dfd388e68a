"""One run whose code logs into it: what it is given, and what is made of what it left."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.compose.project import Project, Service
from modelcompose.engine.protocol import Given, GivenMount
from modelcompose.errors import ModelComposeError
from modelcompose.hub.listening.addresses import Addresses
from modelcompose.hub.step_runs import variables as names
from modelcompose.hub.step_runs.sdk import sdk_folder
from modelcompose.hub.step_runs.spool import Spool
from modelcompose.hub.tokens.secret import new_secret
from modelcompose.store.failures import translated
from modelcompose.tracking.run import Run

PROCESS = "process"
"""The engine whose steps are processes of this machine."""

if TYPE_CHECKING:
    from modelcompose.hub.step_runs.tracking import HubTracking


class HubTrackedRun:
    """See `pipeline.step_tracking.TrackedRun`."""

    def __init__(
        self, tracking: HubTracking, run: Run, engine: str, notes: Callable[[str], None]
    ) -> None:
        """Take a run; see `HubTracking.of`."""
        self._tracking = tracking
        self._run = run
        self._engine = engine
        self._told = notes
        self._folder = tracking.folder.spool(run.id)
        self._spool: Spool | None = None
        self._was_merged = False
        self.secret: str | None = None
        self.port: int | None = None

    def begin(self, project: Project, service: Service) -> Given:
        """Have everything ready; give what the run's execution is to be given."""
        try:
            addresses = self._tracking.addresses()
        except (ModelComposeError, OSError) as error:
            self._notes(f"what it logs cannot be taken: {error}")
            return Given()
        self.port = addresses.port
        self._make_folder()
        self._spool = self._new_spool(is_new=True)
        self._let_in()
        return self._given(project, service, addresses)

    def go_on(self, port: int | None) -> None:
        """Take what the run logs from here on; its code knows the port and the token."""
        self._tracking.prepare(port)
        self._spool = self._new_spool(is_new=False)

    def look(self) -> None:
        """Have delivered what was written by now."""
        if self._spool is not None:
            self._spool.look()

    def deliver_rest(self) -> None:
        """Deliver what is left."""
        if self._spool is None or self._is_gone():
            return
        self._spool.finish()
        if (self._folder / names.MLFLOW_FILE).exists():
            self._was_merged = self._tracking.merge(self._run, self._folder, self._notes)
        shutil.rmtree(self._folder.parent, ignore_errors=True)

    def _is_gone(self) -> bool:
        """Remove the folder where it is empty, which is quickly done; tell whether it is gone."""
        with suppress(OSError):
            self._folder.rmdir()
            self._folder.parent.rmdir()
        return not self._folder.exists()

    @property
    def was_used(self) -> bool:
        """Tell whether a spool was written, or the hub called."""
        return self._was_merged or self._tracking.was_called

    def close(self, *, is_left: bool) -> None:
        """Let go of the run."""
        if self._spool is None:
            return
        if is_left:
            self._spool.pause()
        else:
            self.deliver_rest()
            self._end_below()
            self._tracking.forget_ended()
        self._spool = None

    def _end_below(self) -> None:
        """End the runs that the code began below its own and had no time to end."""
        if self.was_used:
            with suppress(ModelComposeError):
                self._tracking.runs.end_below(self._run.id, time.time())

    def _notes(self, message: str) -> None:
        self._told(f"{self._run.step}: {message}")

    def _new_spool(self, *, is_new: bool) -> Spool:
        return Spool(self._folder, self._server, self._notes, is_new=is_new)

    def _server(self) -> tuple[str, str, str]:
        """Give where its spool is delivered to, the token for that, and its experiment."""
        experiment = str(self._tracking.runs.experiment(self._run.id))
        return self._tracking.addresses().local, self.secret or self._let_in(), experiment

    def _let_in(self) -> str:
        self.secret = secret = new_secret()
        self._tracking.let_in(self._run, secret)
        return secret

    def _make_folder(self) -> None:
        around = self._folder.parent
        with translated(self._folder, "what the step logs cannot be kept"):
            around.parent.mkdir(exist_ok=True)
            around.mkdir(mode=0o700)
            self._folder.mkdir()
            self._folder.chmod(0o777)

    def _given(self, project: Project, service: Service, addresses: Addresses) -> Given:
        is_process = self._engine == PROCESS
        sdk = sdk_folder()
        experiment = self._tracking.runs.experiment(self._run.id)
        spool = str(self._folder) if is_process else names.SPOOL_INSIDE
        given = names.spool_variables(spool, self._run.id)
        mode = "host" if is_process else service.document.get("network_mode")
        address = addresses.for_container(mode)
        if not is_process and self._is_cut_off(project, service):
            given |= names.file_variables(spool)
        else:
            given |= names.hub_variables(address, str(self.secret), experiment, self._run.id)
        return Given(
            variables=given,
            python_path=_path(sdk, names.SDK_INSIDE, is_process=is_process),
            unproxied=address.partition("//")[2].partition(":")[0],
            mounts=() if is_process else self._mounts(sdk),
        )

    def _is_cut_off(self, project: Project, service: Service) -> bool:
        is_alone = names.is_cut_off(project.document, service.document)
        return is_alone or self._tracking.is_cut_off

    def _mounts(self, sdk: Path | None) -> tuple[GivenMount, ...]:
        spool = GivenMount(self._folder, names.SPOOL_INSIDE, read_only=False)
        return (spool,) if sdk is None else (GivenMount(sdk, names.SDK_INSIDE), spool)


def _path(sdk: Path | None, inside: str, *, is_process: bool) -> str | None:
    if sdk is None:
        return None
    return str(sdk) if is_process else inside
