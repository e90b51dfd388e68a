"""Sends one run: first what it is, then what grew since, its files, and the models it made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from modelcompose.database.database import Connection, Database
from modelcompose.hub.sending import outbox
from modelcompose.hub.sending.artifacts import File, Places
from modelcompose.hub.sending.cutting import told_points
from modelcompose.hub.sending.made import logged_by, told_models, version_place, versions_by
from modelcompose.hub.sending.outbox import Sent
from modelcompose.hub.sending.remote import FileChanged, Remote
from modelcompose.hub.sending.telling import told_run
from modelcompose.hub.sending.wire import (
    Kept,
    KeptModels,
    LogPart,
    LogSize,
    PointBatches,
    Position,
    SamplesOf,
    SentModels,
    SentRun,
    SentSamples,
)
from modelcompose.registry.logged_models import LoggedModel
from modelcompose.registry.records import Version
from modelcompose.registry.run_places import run_artifacts
from modelcompose.tracking.query.reading import read_run

BATCH_BYTES = 1 << 20
LOG_BYTES = 1 << 19


class _Whole(Struct, frozen=True):
    """A run as one reading of the database shows it."""

    sent: Sent
    document: SentRun
    models: SentModels
    root: str
    logged: Sequence[LoggedModel]
    versions: Sequence[Version]


class RunSender:
    """Sends runs of one home to one hub. For one thread at a time.

    Its methods raise `Away`, `Denied` or `Refused`, and what was sent until then stays sent.
    """

    def __init__(self, home: Path, database: Database, remote: Remote) -> None:
        """Take what it works with."""
        self._home = home
        self._database = database
        self._remote = remote
        self._files = Places(home)
        self._places: dict[int, Kept] = {}
        self._left: set[int] = set()
        """Runs with files that could not be sent as they are."""

    def send(self, run: int, checked: Callable[[], None]) -> bool:
        """Send what waits of a run; give whether the hub was asked anything.

        Args:
            run: its number.
            checked: called before each call of the hub; may raise.
        """
        with self._database.read() as connection:
            sent = outbox.sent(connection, run)
            if sent is None:
                return False
            whole = self._read(connection, sent) if sent.changes != sent.delivered else None
        if whole is None:
            return self._log(sent, checked)
        was_asked = [
            self._document(whole, checked),
            self._samples(sent, checked),
            self._points(sent, checked),
            self._log(sent, checked),
            self._artifacts(whole, checked),
            self._models(whole, checked),
        ]
        if run in self._left:
            self._left.remove(run)
            return any(was_asked)
        with self._database.write() as connection:
            outbox.note_delivered(connection, run, sent.changes)
        return any(was_asked)

    def send_plan(self, project: str, document: str) -> None:
        """Send a project's plan, which is JSON."""
        path = f"/projects/{quote(project, safe='')}/plan"
        self._remote.call("PUT", path, msgspec.Raw(document.encode()), dict)

    def _read(self, connection: Connection, sent: Sent) -> _Whole:
        row = connection.row(
            "SELECT coalesce(experiments.name, runs.project) FROM runs "
            "LEFT JOIN experiments ON experiments.number = runs.experiment WHERE runs.number = ?",
            (sent.run,),
        )
        document = told_run(connection, read_run(connection, sent.id), row[0] if row else "")
        root = run_artifacts(connection, sent.id)
        logged = logged_by(connection, sent.id)
        ids = [model.id for model in logged]
        versions = [v for v in versions_by(connection, sent.id) if self._files.is_whole(v)]
        places = [(v, version_place(v, sent.id, root, ids)) for v in versions]
        models = told_models(
            connection, sent.run, logged, [(v, p) for v, p in places if p is not None]
        )
        return _Whole(sent, document, models, root, logged, versions)

    def _document(self, whole: _Whole, checked: Callable[[], None]) -> bool:
        digest = _digest(whole.document)
        run = whole.sent.run
        if digest == whole.sent.document:
            return False
        self._keep(whole, checked)
        with self._database.write() as connection:
            outbox.note_document(connection, run, digest)
        return True

    def _keep(self, whole: _Whole, checked: Callable[[], None]) -> Kept:
        with self._database.read() as connection:
            sender = outbox.sender_id(connection)
        checked()
        path = f"/runs/{whole.sent.id}?sender={sender}"
        kept = self._remote.call("PUT", path, whole.document, Kept)
        self._places[whole.sent.run] = kept
        return kept

    def _samples(self, sent: Sent, checked: Callable[[], None]) -> bool:
        after, was_asked = sent.samples, False
        while True:
            with self._database.read() as connection:
                rows = outbox.samples(connection, sent.run, after)
            if not rows:
                return was_asked
            parts = [
                SentSamples(part, msgspec.json.decode(fields), count, columns)
                for part, count, fields, columns in rows
            ]
            checked()
            was_asked = True
            self._remote.call("POST", f"/runs/{sent.id}/resources", SamplesOf(parts), dict)
            after = rows[-1][0] + 1
            with self._database.write() as connection:
                outbox.note_samples(connection, sent.run, after)

    def _points(self, sent: Sent, checked: Callable[[], None]) -> bool:
        was_asked = False
        while True:
            with self._database.read() as connection:
                rows = outbox.points(connection, sent.run, BATCH_BYTES)
                sender = outbox.sender_id(connection)
            if not rows:
                return was_asked
            was_asked = True
            for batches in told_points(rows):
                checked()
                body = PointBatches(sender, batches)
                self._remote.call("POST", f"/runs/{sent.id}/points", body, Position)
            with self._database.write() as connection:
                outbox.drop_points(connection, sent.run, rows[-1].number)

    def _log(self, sent: Sent, checked: Callable[[], None]) -> bool:
        path = self._home / "runs" / sent.id[:2] / sent.id / "output.log"
        at, was_asked = sent.log_bytes, False
        while data := _part(path, at):
            checked()
            was_asked = True
            answer = self._remote.call("PUT", f"/runs/{sent.id}/log", LogPart(at, data), LogSize)
            if answer.size_bytes == at:
                break
            at = answer.size_bytes
            with self._database.write() as connection:
                outbox.note_log(connection, sent.run, at)
        return was_asked

    def _artifacts(self, whole: _Whole, checked: Callable[[], None]) -> bool:
        with self._database.read() as connection:
            known = outbox.files(connection, whole.sent.run)
        was_asked = False
        for file in self._files.files(whole.root, whole.logged, whole.versions):
            if known.get(file.place) == file.state:
                continue
            place = self._place(whole, file, checked)
            if place is None:
                return was_asked
            checked()
            was_asked = True
            try:
                self._remote.upload(place, file.path, file.size_bytes)
            except FileChanged:
                self._left.add(whole.sent.run)  # it is being written: again with the next pass
                continue
            with self._database.write() as connection:
                outbox.note_file(connection, whole.sent.run, file.place, file.state)
        return was_asked

    def _place(self, whole: _Whole, file: File, checked: Callable[[], None]) -> str | None:
        """Give where a file goes; None where the hub keeps no artifacts of the run."""
        kept = self._places.get(whole.sent.run) or self._keep(whole, checked)
        area, _, rest = file.place.partition("/")
        root = kept.artifacts if area == "artifacts" else kept.models
        return None if root is None else f"{root}/{rest}"

    def _models(self, whole: _Whole, checked: Callable[[], None]) -> bool:
        digest = _digest(whole.models)
        if whole.models == SentModels() or digest == whole.sent.models:
            return False
        checked()
        self._remote.call("PUT", f"/runs/{whole.sent.id}/models", whole.models, KeptModels)
        with self._database.write() as connection:
            outbox.note_models(connection, whole.sent.run, digest)
        return True


def _digest(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


def _part(path: Path, at: int) -> bytes:
    try:
        with path.open("rb") as log:
            log.seek(at)
            return log.read(LOG_BYTES)
    except FileNotFoundError:
        return b""
