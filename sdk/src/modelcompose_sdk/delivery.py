"""Delivers a spool file to the server: each line once.

Every batch of values carries a tag that tells where in the file it ends, and the server takes
the values and the tag together. Where it is not known whether a batch was taken, after a restart
or a lost answer, the tag is asked for. Files and the end of a run may be sent twice: that changes
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from modelcompose_sdk.client import Away, Client, Refused
from modelcompose_sdk.settings import warn
from modelcompose_sdk.spool import FILES, Line, Reader, open_plain, remove_plain

TAG = "modelcompose.spool."
"""The tag's name, before the spool's."""

_METRICS, _PARAMS, _TAGS = 1000, 99, 99
_VALUES = 999
_BATCH_BYTES = 800_000
_KINDS = {"m": "metrics", "p": "params", "t": "tags"}


class Delivery:
    """One spool file on its way; of one thread."""

    def __init__(  # noqa: PLR0913 - what it is told, each by name
        self,
        client: Client,
        reader: Reader,
        *,
        is_new: bool,
        known: dict[str, str],
        told: Callable[[str], None] = warn,
        experiment: str | None = None,
    ) -> None:
        """Take a file.

        Args:
            client: of the server.
            reader: of the file.
            is_new: whether nothing of it can have been sent yet.
            known: ids of runs, by their spools; this run's is added as soon as it is known.
            told: is told what the server does not take.
            experiment: where new runs go, whatever the file says; by default what it says.
        """
        self._told = told
        self._experiment_id = experiment
        self._client = client
        self._reader = reader
        self._known = known
        self._run_id: str | None = reader.header["run_id"]
        self._root: str | None = None
        self._done: int | None = 0 if is_new and self._run_id else None
        self._is_new = is_new
        self.is_over = False
        """Whether all is delivered, and the file is gone."""

    def deliver(self) -> None:
        """Deliver what is there.

        Raises:
            Away: the server does not answer; try again later.
            Refused: the run does not take anything; the file stays.
        """
        done = self._begin()
        batch: list[Line] = []
        size = 0
        for line in self._reader.lines(after=done):
            kind = line.record[0]
            if kind not in _KINDS:
                self._send(batch)
                batch, size = [], 0
                self._other(line)
                continue
            size += line.end - (batch[-1].end if batch else self._done or 0)
            if batch and (size > _BATCH_BYTES or not _fits(batch, kind)):
                self._send(batch)
                batch, size = [], 0
            batch.append(line)
        self._send(batch)

    def finish(self) -> bool:
        """Remove the file when nothing is left in it; tell whether that was so."""
        if self._done is None or not self._reader.is_at_end(self._done):
            return False
        self._reader.remove()
        self.is_over = True
        try:
            key = TAG + str(self._reader.header["spool"])
            self._client.post("runs/delete-tag", {"run_id": self._run_id, "key": key})
        except (Away, Refused):
            pass  # it tells what is true: it may stay
        return True

    def _begin(self) -> int:
        if self._run_id is None:
            self._run_id = self._created()
            self._known[str(self._reader.header["spool"])] = self._run_id
        if self._done is None:
            run = self._client.get("runs/get", run_id=self._run_id)["run"]
            self._root = run["info"].get("artifact_uri", "")
            tags = {tag["key"]: tag["value"] for tag in run.get("data", {}).get("tags", [])}
            place = tags.get(TAG + str(self._reader.header["spool"]), "0")
            self._done = int(place) if place.isdigit() else 0
        return self._done

    def _created(self) -> str:
        header = self._reader.header
        experiment = self._experiment(header)
        tag = TAG + str(header["spool"])
        found = None if self._is_new else self._of_spool(experiment, header["spool"])
        if found:
            return found
        self._is_new = False  # from here on it may have been created
        tags = {**header["tags"], tag: "0"}
        if header["user"]:
            tags.setdefault("mlflow.user", header["user"])
        parent = header["parent_id"] or self._known.get(header["parent"] or "")
        if parent is None and header["parent"]:
            parent = self._of_spool(experiment, header["parent"])
        if parent:
            tags.setdefault("mlflow.parentRunId", parent)
        body = {
            "experiment_id": experiment,
            "start_time": header["start_ms"],
            "user_id": header["user"],
            "run_name": header["name"] or "",
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
        }
        return str(self._client.post("runs/create", body)["run"]["info"]["run_id"])

    def _of_spool(self, experiment: str, spool: str) -> str | None:
        asked = {"experiment_ids": [experiment], "filter": f"tags.`{TAG}{spool}` LIKE '%'"}
        found = self._client.post("runs/search", asked).get("runs", [])
        return str(found[0]["info"]["run_id"]) if found else None

    def _experiment(self, header: dict[str, Any]) -> str:
        if self._experiment_id is not None:
            return self._experiment_id
        name = header["experiment_name"]
        if not name:
            return str(header["experiment_id"] or "0")
        try:
            found = self._client.get("experiments/get-by-name", experiment_name=name)
        except Refused as refused:
            if refused.status != 404:  # noqa: PLR2004 - HTTP's number for «there is none»
                raise
        else:
            return str(found["experiment"]["experiment_id"])
        try:
            return str(self._client.post("experiments/create", {"name": name})["experiment_id"])
        except Refused:  # somebody else was quicker
            found = self._client.get("experiments/get-by-name", experiment_name=name)
            return str(found["experiment"]["experiment_id"])

    def _send(self, batch: Sequence[Line]) -> None:
        if not batch:
            return
        body: dict[str, Any] = {"run_id": self._run_id, "metrics": [], "params": [], "tags": []}
        for line in batch:
            body[_KINDS[line.record[0]]].append(_value(line.record))
        end = batch[-1].end
        body["tags"].append({"key": TAG + str(self._reader.header["spool"]), "value": str(end)})
        try:
            self._client.post("runs/log-batch", body)
        except Away:
            self._done = None  # it may have been taken: ask before the next one
            raise
        except Refused as refused:
            if refused.status not in (400, 413):
                raise
            self._send_apart(batch, refused)
            return
        self._done = end

    def _send_apart(self, batch: Sequence[Line], refused: Refused) -> None:
        """Find what the server does not take, leave it out, and send the rest."""
        if len(batch) == 1:
            self._told(f"the server does not take {json.dumps(batch[0].record)[:200]}: {refused}")
            self._done = batch[0].end
            return
        half = len(batch) // 2
        self._send(batch[:half])
        self._send(batch[half:])

    def _other(self, line: Line) -> None:
        kind, *rest = line.record
        if kind == "a":
            self._upload(*rest)
        elif kind == "e":
            status, end_ms = rest
            body = {"run_id": self._run_id, "status": status, "end_time": end_ms}
            self._client.post("runs/update", body)
        self._done = line.end

    def _upload(self, place: str, name: str, kind: str) -> None:
        if self._root is None:
            run = self._client.get("runs/get", run_id=str(self._run_id))["run"]
            self._root = run["info"].get("artifact_uri", "")
        path = self._reader.path
        inside = (path.with_suffix(FILES).name, Path(place).name)
        try:
            file = open_plain(path.parent, *inside)
        except FileNotFoundError:
            return  # it was delivered before
        except OSError as error:
            self._told(f"the artifact {name} cannot be read: {error}")
            return
        try:
            with file:
                self._client.put_file(str(self._root), name, file, kind)
        except Refused as refused:
            self._told(f"the server does not take the artifact {name}: {refused}")
        remove_plain(path.parent, *inside)


def _fits(batch: Sequence[Line], kind: str) -> bool:
    most = {"m": _METRICS, "p": _PARAMS, "t": _TAGS}[kind]
    if len(batch) >= _VALUES:
        return False
    return kind == "m" or sum(line.record[0] == kind for line in batch) < most


def _value(record: list[Any]) -> dict[str, Any]:
    if record[0] == "m":
        _, key, value, step, timestamp = record
        return {"key": key, "value": _number(value), "step": step, "timestamp": timestamp}
    return {"key": record[1], "value": record[2]}


def _number(value: float) -> float | str:
    """Give a number as Protocol Buffers write those that JSON has no word for."""
    if value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value
