"""Files of runs and models that only an MLflow server reaches, asked from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from http.client import HTTPException, HTTPResponse
from typing import Any, BinaryIO, Self, cast
from urllib.parse import urlsplit

from modelcompose.errors import UsageError
from modelcompose.hub.importing.http import Answerless, Server
from modelcompose.hub.importing.source import Place, SourceFile, UnreachableError

_API = "/api/2.0/mlflow"
_PROXY = "/api/2.0/mlflow-artifacts/artifacts"
_SCHEME = "mlflow-artifacts"


def server_files(server: Server, place: Place) -> Iterator[SourceFile]:
    """Give the files of a run or model.

    What goes through the server is asked by MLflow's proxy; of a bucket that the server alone has
    the keys of, by the routes of MLflow's own page.

    Raises:
        UnreachableError: the server gives none of them.
    """
    try:
        if urlsplit(place.address).scheme == _SCHEME:
            root = urlsplit(place.address).path.strip("/")
            yield from _proxied(server, root, "")
        elif place.is_model:
            yield from _of_model(server, place.owner, "")
        else:
            yield from _of_run(server, place.owner, "")
    except (Answerless, UsageError) as error:
        raise UnreachableError(f"{place.address}: the server does not give it: {error}") from error


def _proxied(server: Server, root: str, below: str) -> Iterator[SourceFile]:
    folder = f"{root}/{below}" if below else root
    for entry in server.get(_PROXY, {"path": folder}).get("files", ()):
        path = f"{below}/{entry['path']}" if below else entry["path"]
        if entry.get("is_dir"):
            yield from _proxied(server, root, path)
        else:
            yield _file(server, entry, path, f"{_PROXY}/{root}/{path}", None)


def _of_run(server: Server, run: str, below: str) -> Iterator[SourceFile]:
    asked = {"run_id": run, **({"path": below} if below else {})}
    for entry in _listed(server, f"{_API}/artifacts/list", asked):
        if entry.get("is_dir"):
            yield from _of_run(server, run, entry["path"])
        else:
            query = {"run_uuid": run, "path": entry["path"]}
            yield _file(server, entry, entry["path"], "/get-artifact", query)


def _of_model(server: Server, model: str, below: str) -> Iterator[SourceFile]:
    root = f"{_API}/logged-models/{model}/artifacts"
    asked = {"artifact_directory_path": below} if below else {}
    for entry in _listed(server, f"{root}/directories", asked):
        if entry.get("is_dir"):
            yield from _of_model(server, model, entry["path"])
        else:
            query = {"artifact_file_path": entry["path"]}
            files = f"/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files"
            yield _file(server, entry, entry["path"], files, query)


def _listed(server: Server, route: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while True:
        answer = server.get(route, asked)
        yield from answer.get("files", ())
        if not answer.get("next_page_token"):
            return
        asked = {**asked, "page_token": answer["next_page_token"]}


def _file(
    server: Server,
    entry: Mapping[str, Any],
    path: str,
    route: str,
    query: Mapping[str, Any] | None,
) -> SourceFile:
    size = entry.get("file_size")
    opening = partial(_opened, server, route, query)
    return SourceFile(path, opening, None if size is None else int(size))


class _Whole:
    """An answer that is read to its end, or fails: a connection that breaks off is no end."""

    def __init__(self, answer: HTTPResponse) -> None:
        self._answer = answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._answer.read(size)
        except HTTPException as error:
            raise UnreachableError(f"{self._answer.url}: broke off: {error}") from error
        if not data and self._answer.length:
            raise UnreachableError(f"{self._answer.url}: broke off in the middle")
        return data


def _opened(
    server: Server, route: str, query: Mapping[str, Any] | None
) -> AbstractContextManager[BinaryIO]:
    try:
        whole = _Whole(server.open(route, query))
    except Answerless as error:
        raise UnreachableError(str(error)) from error
    return cast("AbstractContextManager[BinaryIO]", whole)
