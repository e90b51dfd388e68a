from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.database.connection import open_database
from modelcompose.hub.listening.on_demand import HubOnDemand
from modelcompose.hub.step_runs.tracking import HubTracking
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.tracking.runs import Runs


class Deaf(HubTracking):
    """Finds no address to listen on."""

    def _open(self, port: int) -> HubOnDemand:
        raise OSError(f"no address has port {port}")


def test_a_hub_that_could_not_begin_was_not_called(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "hub.db")
    tracking = Deaf(Runs(connection), tmp_path, StateFolder(tmp_path), engine="process")
    with pytest.raises(OSError, match="no address"):
        tracking.addresses()
    assert not tracking.was_called
    tracking.close()
    connection.close()
