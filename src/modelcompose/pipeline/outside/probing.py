"""Asking a probe: a command is run, and what it prints is the value."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from modelcompose.compose.project import Probe, Project
from modelcompose.engine.protocol import LONGEST_ANSWER_BYTES, Answer, Engine
from modelcompose.errors import PlanError
from modelcompose.store.digests import digest_bytes

SHOWN_CHARACTERS = 64
"""A value up to this length stands for itself, a longer one for its digest."""


def value_of(printed: bytes) -> str:
    """Give the value that an output stands for: itself where it is one short line of text."""
    try:
        text = printed.decode().rstrip()
    except UnicodeDecodeError:
        return digest_bytes(printed)
    is_short = len(text) <= SHOWN_CHARACTERS and (text.isprintable() or not text)
    return text if is_short else digest_bytes(printed)


def ask(engine: Engine, project: Project, probe: Probe) -> str | None:
    """Give a probe's value now; None where its service does not run.

    Raises:
        PlanError: the command fails, takes too long or prints too much; without the place.
        EngineError: the engine cannot be asked.
    """
    if probe.service is None:
        answer = _ask_here(project.directory, probe)
    else:
        found = engine.ask(project, probe.service, probe.words, timeout_s=probe.timeout_s)
        if found is None:
            return None
        answer = found
    _check(answer, probe)
    return value_of(answer.stdout)


def _ask_here(folder: Path, probe: Probe) -> Answer:
    """Run a command on this machine, in a session of its own; what it leaves behind is ended."""
    import tempfile

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = _start(probe.words, folder, out.fileno(), err.fileno())
        try:
            exit_code: int | None = process.wait(probe.timeout_s)
        except subprocess.TimeoutExpired:
            exit_code = None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        printed = []
        for stream in (out, err):
            stream.seek(0)
            printed.append(stream.read(LONGEST_ANSWER_BYTES + 1))
    return Answer(exit_code, *printed)


def _start(words: Sequence[str], folder: Path, out: int, err: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(words),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    except OSError as error:
        raise PlanError(
            f"cannot be run: {error.strerror or error}",
            hint="name a program that is installed here, or run it in a service: "
            "{probe: …, service: …}",
        ) from error


def _check(answer: Answer, probe: Probe) -> None:
    if answer.exit_code is None:
        raise PlanError(
            f"took longer than {probe.timeout_s:g} s",
            hint="give it more with `timeout`, or ask for less",
        )
    if answer.exit_code != 0:
        lines = answer.stderr.decode(errors="replace").strip().splitlines()
        told = f": {lines[-1].strip()}" if lines else ", and nothing on its standard error"
        raise PlanError(f"exit code {answer.exit_code}{told}", hint=f"try it: {_by_hand(probe)}")
    if len(answer.stdout) > LONGEST_ANSWER_BYTES:
        raise PlanError(
            f"printed more than {LONGEST_ANSWER_BYTES >> 20} MiB",
            hint="let it print a digest: … | sha256sum",
        )


def _by_hand(probe: Probe) -> str:
    from shlex import join

    command = join(probe.words) if probe.service or isinstance(probe.command, tuple) else None
    if probe.service is None:
        return command or str(probe.command)
    return f"docker compose exec {probe.service} {command}"
