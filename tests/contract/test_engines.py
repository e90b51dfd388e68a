"""Every engine passes the conformance kit."""

from __future__ import annotations

import pytest

from modelcompose.engine import open_engine
from modelcompose.engine.protocol import Engine
from modelcompose.testing.engine_kit import EngineKit


class TestProcessEngine(EngineKit):
    protects_inputs = False

    @pytest.fixture
    def engine(self) -> Engine:
        return open_engine("process")


@pytest.mark.docker
class TestDockerEngine(EngineKit):
    image = "python:3.11-slim"

    @pytest.fixture
    def engine(self) -> Engine:
        return open_engine("docker")
