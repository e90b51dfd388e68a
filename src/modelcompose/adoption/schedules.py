"""Commands that a service runs by the clock: each could be a step of its own, run by anybody."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from modelcompose.adoption.calls import Call, calls_of_shell
from modelcompose.adoption.siblings import name_after
from modelcompose.adoption.view import View

_TIMES = re.compile(r"(?:@\w+|(?:[\d*,/\-A-Za-z]+\s+){4}[\d*,/\-A-Za-z]+)\s+(?P<rest>.+)")
_OFELIA = re.compile(r"ofelia\.job-(?:exec|run)\.(?P<name>[^.]+)\.command")
_USER = re.compile(r"(?:root|[a-z_][a-z0-9_-]*)\s+(?=\S)")
_LARGEST_BYTES = 100_000
_PROGRAMS = frozenset({"python", "python3", "sh", "bash", "cd", "env", "flock", "timeout", "exec"})


class Scheduled(Struct, frozen=True):
    """One command that is run by the clock."""

    name: str
    """What a service for it may be called."""
    command: str
    """As a shell reads it, without where its output goes."""
    folder: str | None = None
    """The working folder, where it is not the service's own."""


def scheduled(view: View, called: Sequence[Call]) -> list[Scheduled]:
    """Give the commands that a service runs by the clock, as far as its files tell."""
    found = [each for text in _crontabs(view) for each in _of_crontab(text, view)]
    found += _of_labels(view)
    if any(call.program == "while" for call in called):
        found += [s for c in called if c.script or c.module if (s := _of_call(c, view)) is not None]
    return list({each.command: each for each in found}.values())


def _crontabs(view: View) -> Iterator[str]:
    """Give the crontabs that the service's image or mounts hold."""
    places: list[Path] = []
    build = view.service.build
    if build is not None and Path(build.context).is_dir():
        for instruction in view.stage:
            if instruction.name in ("COPY", "ADD"):
                words = instruction.json or instruction.rest.split()
                places += [Path(build.context) / word for word in words[:-1] if "cron" in word]
    for mount in view.service.mounts:
        if mount.source is not None and "cron" in f"{mount.source} {mount.target}":
            places.append(Path(mount.source))
    for place in dict.fromkeys(places):
        with suppress(OSError, UnicodeDecodeError):
            if place.is_file() and place.stat().st_size < _LARGEST_BYTES:
                yield place.read_text(encoding="utf-8")


def _of_crontab(text: str, view: View) -> Iterator[Scheduled]:
    for line in text.splitlines():
        match = None if line.lstrip().startswith("#") else _TIMES.fullmatch(line.strip())
        if match is None:
            continue
        rest = match["rest"]
        user = _USER.match(rest)
        if user is not None and user[0].strip() not in _PROGRAMS and "/" not in user[0]:
            rest = rest[user.end() :]
        yield from _of_shell(rest, view)


def _of_labels(view: View) -> Iterator[Scheduled]:
    labels = view.service.document.get("labels") or {}
    pairs = labels.items() if isinstance(labels, dict) else (str(x).split("=", 1) for x in labels)
    for name, value in pairs:
        if _OFELIA.fullmatch(str(name)):
            yield from _of_shell(str(value), view)


def _of_shell(text: str, view: View) -> Iterator[Scheduled]:
    """Give the programs that a line calls, in the folder that it goes to."""
    folder: str | None = None
    for call in calls_of_shell(text):
        if call.program == "cd" and call.arguments:
            folder = posixpath.join(view.working_folder, call.arguments[0])
            continue
        found = _of_call(call, view)
        if found is not None:
            is_own = folder is None or folder.rstrip("/") == view.working_folder.rstrip("/")
            yield found if is_own else Scheduled(found.name, found.command, folder)


def _of_call(call: Call, view: View) -> Scheduled | None:
    if call.script is None and call.module is None:
        return None
    words = [call.program, *call.arguments]
    if call.script is not None and call.program == posixpath.basename(call.script):
        words[0] = call.script
    return Scheduled(name_after(call) or view.service.name, shlex.join(words).replace("$", "$$"))
