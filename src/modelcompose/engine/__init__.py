"""Engines: what runs the steps. One contract, `Engine`, and the places that keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcompose.errors import UsageError

if TYPE_CHECKING:
    from modelcompose.engine.protocol import Engine, Progress

NAMES = ("docker", "process")


def open_engine(name: str, *, progress: Progress | None = None) -> Engine:
    """Give the engine of this name; nothing is touched until it is used.

    Args:
        name: one of `NAMES`.
        progress: told, line by line, what builds, pulls and starting services report.

    Raises:
        UsageError: there is no such engine.
    """
    if name == "docker":
        from modelcompose.engine.docker.engine import DockerEngine

        return DockerEngine(progress=progress)
    if name == "process":
        from modelcompose.engine.process.engine import ProcessEngine

        return ProcessEngine()
    raise UsageError(
        f"--engine: no engine is called {name!r}", hint=f"choose one of: {', '.join(NAMES)}"
    )


def choose() -> tuple[str, str]:
    """Choose the engine for a user who named none: docker where one answers, else process.

    Returns:
        The engine's name, and the reason in words.
    """
    from modelcompose.engine.docker.answering import answer

    reason, answers = answer()
    return ("docker", reason) if answers else ("process", reason)
