"""`ml.lock`: what each step was last made from, what it made, and which image each name meant.

And, since version 2, which version of the data belongs here; a lock without data is version 1.

One block a step, sorted, one line a fact, so that changes to different steps merge in git.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from modelcompose import __version__
from modelcompose.errors import LockFileError, ProjectError
from modelcompose.store.content import Content
from modelcompose.store.failures import translate
from modelcompose.store.states import FileStates

FILE_NAME = "ml.lock"
UNFINISHED_NAME = ".ml.lock.new"
VERSION = 2
_WITHOUT_DATA = 1
"""The version of a lock without data, so that programs before that go on reading it."""
_Entry = TypeVar("_Entry")
_HEADER = "# Written by modelcompose; commit this file. Conflicts: modelcompose lock merge\n"


class LockedStep(Struct, frozen=True):
    """What the lock says about one step."""

    identity: str
    image: str
    """Digest of the image's part of the identity."""
    dockerfile: str | None = None
    """Digest of the Dockerfile, for a service that builds."""
    command: list[str] | None = None
    environment: Mapping[str, str | None] = {}
    params: Mapping[str, Any] = {}
    inputs: Mapping[str, str] = {}
    """Path to digest; more than `_MANY` inputs are folded into one line."""
    outputs: Mapping[str, Content] = {}
    probes: Mapping[str, str] = {}
    """Probe to the value that it had."""
    urls: Mapping[str, str] = {}
    """URL to the mark that it had, of what only counts and of what was fetched."""
    made: str | None = None
    """When it was made, for a step with a period: `2026-11-23T17:36:00Z`."""


class LockedSource(Struct, frozen=True):
    """What lay at the source of a path when it was last brought from there."""

    where: str
    """The address, without credentials."""
    digest: str
    """Of the content that it gave."""
    mark: str = ""
    """Tells cheaply whether it is still the same; empty where nothing does."""


class Lock(Struct, frozen=True):
    """The whole file."""

    images: Mapping[str, str] = {}
    """Image reference to the digest that it stands for in this project."""
    steps: Mapping[str, LockedStep] = {}
    data: Mapping[str, Content] = {}
    """Versioned files and folders by their paths: content that no step writes."""
    sources: Mapping[str, LockedSource] = {}
    """Where versioned files and folders came from, by their paths."""

    def with_step(self, name: str, step: LockedStep) -> Lock:
        """Give a lock in which one step is replaced."""
        return replace(self, steps={**self.steps, name: step})

    def with_images(self, pins: Mapping[str, str]) -> Lock:
        """Give a lock in which image references stand for these digests."""
        return replace(self, images={**self.images, **pins})

    def with_data(self, path: str, content: Content | None) -> Lock:
        """Give a lock in which a path holds this content; with None, one that forgets it."""
        if content is not None:
            return replace(self, data={**self.data, path: content})
        return replace(self, data=_without(self.data, path), sources=_without(self.sources, path))

    def with_source(self, path: str, source: LockedSource | None) -> Lock:
        """Give a lock that says where a path came from; with None, one that does not."""
        others = _without(self.sources, path)
        return replace(self, sources=others if source is None else {**others, path: source})


def _without(entries: Mapping[str, _Entry], path: str) -> dict[str, _Entry]:
    return {known: found for known, found in entries.items() if known != path}


def read_lock(path: Path, states: FileStates | None = None) -> Lock:
    """Read `ml.lock`; an absent file is an empty lock.

    Args:
        path: the file.
        states: the project's cache, which remembers the file as it was last parsed.

    Raises:
        LockFileError: it is corrupt, has conflict markers or a newer version.
    """
    try:
        data = path.read_bytes()
        text = data.decode()
    except FileNotFoundError:
        return Lock()
    except (OSError, UnicodeDecodeError) as error:
        raise LockFileError(f"{path.name}: cannot be read: {error}") from error
    if states is None:
        return parse_lock(text, path.name)
    key = f"{path.name} {__version__} {hashlib.sha256(data).hexdigest()}"
    known = states.get(path.name)
    if known is not None and known.startswith(key.encode()):
        return msgspec.msgpack.decode(known[len(key) :], type=Lock)
    lock = parse_lock(text, path.name)
    states.set(path.name, key.encode() + msgspec.msgpack.encode(lock))
    return lock


def parse_lock(text: str, name: str = FILE_NAME) -> Lock:
    """Read the text of a lock.

    Raises:
        LockFileError: as `read_lock`.
    """
    from modelcompose.compose.yaml_loader import load_yaml

    if "\n<<<<<<< " in f"\n{text}":
        raise LockFileError(
            f"{name}: holds git's conflict markers", hint="run: modelcompose lock merge"
        )
    try:
        document = load_yaml(text) or {}
    except ProjectError as error:
        raise _corrupt(name, error.message) from error
    if not isinstance(document, dict) or not isinstance(document.get("version"), int):
        raise _corrupt(name, "no version in it")
    if document["version"] > VERSION:
        raise LockFileError(
            f"{name}: has version {document['version']}, this program reads up to {VERSION}",
            hint="upgrade with: pip install --upgrade docker-ml",
        )
    try:
        lock = msgspec.convert(
            {name: document.get(name) or {} for name in ("images", "steps", "data", "sources")},
            Lock,
        )
    except msgspec.ValidationError as error:
        raise _corrupt(name, str(error)) from error
    from modelcompose.pipeline.lock_soundness import fault_of

    fault = fault_of(lock)
    if fault is not None:
        raise _corrupt(name, fault)
    return lock


def _corrupt(name: str, what: str) -> LockFileError:
    return LockFileError(
        f"{name}: is not a lock file: {what}",
        hint=f"take the last good one with: git checkout -- {name}",
    )


def write_lock(path: Path, lock: Lock) -> None:
    """Replace the file at once and durably, if it differs.

    Raises:
        StoreError: it cannot be written; StorageFull where the disk is full.
    """
    text = lock_text(lock)
    if _holds(path, text) or (lock == Lock() and not path.exists()):
        return
    temporary = path.with_name(UNFINISHED_NAME)
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise translate(error, path, "cannot be written, the old one is whole") from error


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def lock_text(lock: Lock) -> str:
    """Give the file's text: a YAML subset, keys sorted, so that equal locks are equal bytes."""
    lines = [_HEADER, f"version: {VERSION if lock.data else _WITHOUT_DATA}\n"]
    if lock.images:
        lines.append("\nimages:\n")
        lines += [f"  {_text(ref)}: {lock.images[ref]}\n" for ref in sorted(lock.images)]
    if lock.data:
        lines.append("\ndata:\n")
        lines += [f"  {_text(p)}: {_text(_content(lock.data[p]))}\n" for p in sorted(lock.data)]
    if lock.sources:
        lines.append("\nsources:\n")
        lines += [
            f"  {_text(p)}: {_text(msgspec.to_builtins(lock.sources[p]))}\n"
            for p in sorted(lock.sources)
        ]
    if lock.steps:
        lines.append("\nsteps:\n")
    for name in sorted(lock.steps):
        lines += _step_lines(name, lock.steps[name])
    return "".join(lines)


def _step_lines(name: str, step: LockedStep) -> list[str]:
    lines = [
        f"  {_text(name)}:\n",
        f"    identity: {step.identity}\n",
        f"    image: {step.image}\n",
    ]
    if step.dockerfile is not None:
        lines.append(f"    dockerfile: {step.dockerfile}\n")
    if step.made is not None:
        lines.append(f"    made: {_text(step.made)}\n")
    if step.command is not None:
        lines.append(f"    command: {_text(step.command)}\n")
    for key, values in (
        ("environment", step.environment),
        ("params", step.params),
        ("inputs", step.inputs),
        ("probes", step.probes),
        ("urls", step.urls),
    ):
        if values:
            lines.append(f"    {key}:\n")
            lines += [f"      {_text(k)}: {_text(values[k])}\n" for k in sorted(values)]
    if step.outputs:
        lines.append("    outputs:\n")
        for path in sorted(step.outputs):
            lines.append(f"      {_text(path)}: {_text(_content(step.outputs[path]))}\n")
    lines.append("\n")
    return lines


def _content(content: Content) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(content)
    if not content.executable:
        del document["executable"]
    if content.kind != "folder":
        del document["files"]
    return document


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def _text(value: Any) -> str:
    """Give a value in YAML's flow style; JSON where a plain word will not do."""
    if isinstance(value, str) and _is_plain(value):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_plain(text: str) -> bool:
    if text.startswith("sha256:"):
        return True
    return text[:1].isalpha() and _PLAIN.issuperset(text) and text.lower() not in _WORDS
