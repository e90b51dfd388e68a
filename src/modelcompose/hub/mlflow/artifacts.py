"""Artifacts over MLflow's protocol: listed, given by ranges, taken as a stream or in parts."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from modelcompose.hub.artifacts.download import download
from modelcompose.hub.artifacts.paths import parts_of, parts_of_uri
from modelcompose.hub.artifacts.protocol import Entry
from modelcompose.hub.artifacts.transfer import Endpoint, in_thread, told, upload
from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.mlflow.experiments import require
from modelcompose.hub.sending.noting import note_artifact
from modelcompose.registry.run_places import run_artifacts

_ROOT = "/mlflow-artifacts"
_FILE = f"{_ROOT}/artifacts/{{path:path}}"
_PART = f"{_ROOT}/mpu/part/{{upload}}/{{number:int}}"

_MOST_PARTS = 10_000


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, "/mlflow/artifacts/list", _list_of_run, _OfRun, methods=("GET",), is_long=True),
        call(hub, f"{_ROOT}/artifacts", _list, _Listing, methods=("GET",), is_long=True),
        Route(_FILE, told(hub, _give), methods=["GET", "HEAD"]),
        Route(_FILE, told(hub, _take), methods=["PUT"]),
        call(hub, _FILE, _delete, _Path, methods=("DELETE",), is_long=True),
        Route(f"{_ROOT}/mpu/create", told(hub, _begin), methods=["POST"]),
        Route(f"{_ROOT}/mpu/create/{{path:path}}", told(hub, _begin), methods=["POST"]),
        Route(_PART, told(hub, _take_part), methods=["PUT"]),
        *_both(hub, "complete", _complete),
        *_both(hub, "abort", _abort),
        Route(f"{_ROOT}/presigned/{{path:path}}", told(hub, _presigned), methods=["GET"]),
    ]


class FileInfo(Struct, frozen=True):
    """A file or folder, as MLflow lists it."""

    path: str
    is_dir: bool
    file_size: int | UnsetType = UNSET


class Listed(Struct, frozen=True, omit_defaults=True):
    """What is in a folder."""

    files: list[FileInfo]
    root_uri: str = ""


def listed(hub: Hub, uri: str, path: str) -> Listed:
    """List a folder below an artifact URI, with paths from there.

    Raises:
        MlflowError: the artifacts are not kept by this hub.
        UsageError: the path leads out of it.
    """
    root = parts_of_uri(uri)
    if root is None:
        raise MlflowError(
            "INVALID_PARAMETER_VALUE", f"The artifacts at {uri} are not kept by this hub."
        )
    below = parts_of(path)
    prefix = "".join(f"{name}/" for name in below)
    entries = hub.artifacts.entries((*root, *below))
    return Listed([_info(entry, prefix) for entry in entries], uri)


class _OfRun(Struct, frozen=True):
    run_id: str = ""
    run_uuid: str = ""
    path: str = ""


class _Listing(Struct, frozen=True):
    path: str = ""


class _Path(Struct, frozen=True):
    path: str


def _list_of_run(hub: Hub, asked: _OfRun) -> Listed:
    run_id = asked.run_id or asked.run_uuid
    require(run_id=run_id)
    with hub.database.read() as connection:
        uri = run_artifacts(connection, run_id)
    return listed(hub, uri, asked.path)


def _list(hub: Hub, asked: _Listing) -> Listed:
    return Listed([_info(entry, "") for entry in hub.artifacts.entries(parts_of(asked.path))])


def _info(entry: Entry, prefix: str) -> FileInfo:
    size = UNSET if entry.size_bytes is None else entry.size_bytes
    return FileInfo(prefix + entry.name, entry.is_dir, size)


def _delete(hub: Hub, asked: _Path) -> None:
    hub.artifacts.delete(parts_of(asked.path))


async def _give(hub: Hub, request: Request) -> Response:
    path = parts_of(request.path_params["path"])
    reading = await in_thread(hub, partial(hub.artifacts.open, path))
    return download(request, reading, path[-1])


async def _take(hub: Hub, request: Request) -> Response:
    path = parts_of(request.path_params["path"])
    await upload(hub, request, partial(hub.artifacts.create, path))
    await in_thread(hub, partial(note_artifact, hub.database, path))
    return _json(b"{}")


class _Create(Struct, frozen=True):
    path: str
    num_parts: int = 1


class _Part(Struct, frozen=True):
    part_number: int
    etag: str = ""


class _End(Struct, frozen=True):
    path: str
    upload_id: str
    folder: str = ""
    parts: list[_Part] = []


class _Credential(Struct, frozen=True):
    url: str
    part_number: int
    headers: dict[str, str]


class _Created(Struct, frozen=True):
    upload_id: str
    credentials: list[_Credential]


def _both(hub: Hub, verb: str, handle: Endpoint[_End]) -> list[Route]:
    """An artifact at the root of all has no folder, and so no rest of the path."""
    return [
        call(hub, f"{_ROOT}/mpu/{verb}{rest}", handle, _End, is_long=True)
        for rest in ("", "/{folder:path}")
    ]


async def _begin(hub: Hub, request: Request) -> Response:
    asked = msgspec.json.decode(await request.body(), type=_Create, strict=False)
    if not 1 <= asked.num_parts <= _MOST_PARTS:
        raise MlflowError(
            "INVALID_PARAMETER_VALUE",
            f"Invalid value {asked.num_parts} for parameter 'num_parts' supplied: "
            f"expected 1 to {_MOST_PARTS}.",
        )
    path = _target(request.path_params.get("path", ""), asked.path)
    upload_id = await in_thread(hub, partial(hub.artifacts.begin_parts, path))
    place = f"{_root_of(request)}/mpu/part/{upload_id}"
    headers = _credentials(request)
    parts = range(1, asked.num_parts + 1)
    answer = _Created(upload_id, [_Credential(f"{place}/{n}", n, headers) for n in parts])
    return _json(msgspec.json.encode(answer))


async def _take_part(hub: Hub, request: Request) -> Response:
    name, number = request.path_params["upload"], request.path_params["number"]
    part = await upload(hub, request, partial(hub.artifacts.create_part, name, number))
    return _json(b"{}", {"ETag": f'"{part.tag}"'})


def _complete(hub: Hub, asked: _End) -> None:
    parts = [(part.part_number, part.etag.strip('"')) for part in asked.parts]
    path = _target(asked.folder, asked.path)
    hub.artifacts.join_parts(asked.upload_id, path, sorted(parts))
    note_artifact(hub.database, path)


def _abort(hub: Hub, asked: _End) -> None:
    hub.artifacts.drop_parts(asked.upload_id, _target(asked.folder, asked.path))


class _Presigned(Struct, frozen=True):
    url: str
    headers: dict[str, str]
    file_size: int


async def _presigned(hub: Hub, request: Request) -> Response:
    """Say where a large file can be had in ranges, many at once: here."""
    text = request.path_params["path"]
    reading = await in_thread(hub, partial(hub.artifacts.open, parts_of(text)))
    reading.close()
    url = f"{_root_of(request)}/artifacts/{request.url.path.partition('/presigned/')[2]}"
    answer = _Presigned(url, _credentials(request), reading.size_bytes)
    return _json(msgspec.json.encode(answer))


def _target(folder: str, name: str) -> tuple[str, ...]:
    # The client names the file by where it lies on its own disk.
    return (*parts_of(folder), *parts_of(name.replace("\\", "/").rpartition("/")[2]))


def _root_of(request: Request) -> str:
    """Give the hub's address as the caller knows it, who alone is told: also behind a proxy."""
    base = request.base_url
    scheme = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    host = request.headers.get("x-forwarded-host", "").partition(",")[0].strip()
    if scheme in ("http", "https"):
        base = base.replace(scheme=scheme)
    if host:
        base = base.replace(netloc=host)
    return f"{base}api/2.0{_ROOT}"


def _credentials(request: Request) -> dict[str, str]:
    """The client sends a part with no other headers than these."""
    token = request.headers.get("authorization")
    return {} if token is None else {"Authorization": token}


def _json(body: bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(body, HTTPStatus.OK, headers, media_type="application/json")
