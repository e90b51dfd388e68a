"""Running a short command in a service's container and taking what it prints.

Source: https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Exec
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from modelcompose.compose.project import Project
from modelcompose.engine.docker.api import Api
from modelcompose.engine.docker.logs import Demultiplexer
from modelcompose.engine.docker.services import refuse_strangers, running_containers, service_of
from modelcompose.engine.protocol import LONGEST_ANSWER_BYTES, Answer
from modelcompose.errors import EngineLost

_NUMBER = "com.docker.compose.container-number"


def ask(
    api: Api, project: Project, service: str, words: Sequence[str], timeout_s: float
) -> Answer | None:
    """Run a command in a service's first container; arguments and result as `Engine.ask`.

    The engine cannot end a command that takes too long: it is left to itself.

    Raises:
        EngineError: the engine refuses.
    """
    containers = running_containers(api, project)
    refuse_strangers(project, containers)
    found = sorted((each for each in containers if service_of(each) == service), key=_number)
    if not found:
        return None
    order = {"Cmd": list(words), "AttachStdout": True, "AttachStderr": True}
    execution = api.post(f"/containers/{found[0]['Id']}/exec", body=order)["Id"]
    streams = {"stdout": bytearray(), "stderr": bytearray()}
    if not _read(api, execution, streams, timeout_s):
        return Answer(None, b"", bytes(streams["stderr"]))
    exit_code = api.get(f"/exec/{execution}/json")["ExitCode"]
    return Answer(exit_code, bytes(streams["stdout"]), bytes(streams["stderr"]))


def _read(api: Api, execution: str, streams: Mapping[str, bytearray], timeout_s: float) -> bool:
    """Start a command and take what it prints; tell whether it came to its end in time."""
    deadline = time.monotonic() + timeout_s
    demultiplexer = Demultiplexer()
    try:
        with closing(api.start(f"/exec/{execution}/start", timeout_s)) as response:
            for data in response:
                for stream, part in demultiplexer.feed(data):
                    room = LONGEST_ANSWER_BYTES + 1 - len(streams[stream])
                    streams[stream].extend(part[:room])
                if time.monotonic() > deadline:
                    return False
    except EngineLost:
        if time.monotonic() >= deadline:
            return False
        raise
    return True


def _number(container: Mapping[str, Any]) -> int:
    return int(container["Labels"].get(_NUMBER, 0))
