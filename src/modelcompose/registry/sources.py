"""Where a version's files are: what a client says of it, checked and followed to the end.

A version must not be a way to other files: a source that the hub keeps has to lie among those of
the run or the logged model that the request names.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound, UsageError
from modelcompose.registry.aliases import version_called
from modelcompose.registry.logged_models import logged_model
from modelcompose.registry.models import model_named
from modelcompose.registry.names import SOURCE_CHARACTERS
from modelcompose.registry.run_places import run_artifacts
from modelcompose.tracking.limits import check_length, check_text

_LOGGED = re.compile(r"m-[0-9a-f]{1,62}")
_KEPT = "mlflow-artifacts"
_ROUTE = re.compile(r"/api/2\.0/mlflow-artifacts/artifacts(?=/|$)")


class Source(Struct, frozen=True):
    """Where a version's files are, and what it was made from."""

    source: str
    storage: str
    run: str | None = None
    logged_model: str | None = None


def resolve(connection: Connection, source: str, run: str | None, logged: str | None) -> Source:
    """Follow what a client names as a version's source.

    Args:
        connection: of any block.
        source: an address, `runs:/RUN/PATH`, `models:/m-…` or `models:/NAME/VERSION`.
        run: the run that the client names.
        logged: the logged model that the client names.

    Raises:
        UsageError: it is no source, or it is of another run or model than those named.
        NotFound: it names a version that is not there.
    """
    check_length("source", source, SOURCE_CHARACTERS)
    check_text("source", source)
    scheme = urlsplit(source).scheme.lower()
    if scheme == "models":
        return _of_model(connection, source, run, logged)
    if _climbs(source):
        raise UsageError(
            f"Invalid model version source: '{source}'. If supplying a source as an http, https, "
            "local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be "
            "provided without relative path references present. Please provide an absolute path."
        )
    if scheme in ("", "file"):
        named = "model_id" if logged else "run_id"
        raise UsageError(
            f"Invalid model version source: '{source}'. To use a local path as a model version "
            f"source, the {named} request parameter has to be specified and the local path has to "
            f"be contained within the artifact directory of the run specified by the {named}."
        )
    if logged:
        return _within_logged(connection, source, run, logged)
    if scheme == "runs":
        if not run or urlsplit(source).path.strip("/").partition("/")[0] != run:
            raise _other(source, "run_id")
    elif _is_kept(source) and not (run and _lies_in(source, _run_root(connection, run, source))):
        raise _other(source, "run_id")
    return Source(source, source, run or None)


def _of_model(connection: Connection, source: str, run: str | None, logged: str | None) -> Source:
    split = urlsplit(source)
    name, _, version = split.path.strip("/").partition("/")
    if split.netloc:
        raise UsageError(
            f"Invalid model version source: '{source}'. Registered model sources must use the "
            "active model registry."
        )
    if not version and _LOGGED.fullmatch(name):
        if logged != name:
            raise _other(source, "model_id")
        found = logged_model(connection, name)
        return Source(source, found.artifacts, run or found.run, name)
    name, at, alias = unquote(split.path.strip("/")).partition("@")
    if not at:
        name, _, alias = name.partition("/")
    model = model_named(connection, name)
    if model.is_prompt:
        raise UsageError(
            f"Invalid model version source: '{source}'. Prompt versions cannot be used as model "
            "version sources."
        )
    of = version_called(connection, model, alias)
    if (run is not None and run != (of.run or "")) or (
        logged is not None and logged != (of.logged_model or "")
    ):
        raise UsageError(
            f"Invalid model version source: '{source}'. The run_id and model_id request "
            "parameters must match the referenced model version."
        )
    return Source(f"models:/{name}/{of.version}", of.storage, of.run, of.logged_model)


def _within_logged(connection: Connection, source: str, run: str | None, logged: str) -> Source:
    if urlsplit(source).scheme == "runs":
        raise _other(source, "model_id")
    try:
        found = logged_model(connection, logged)
    except NotFound:
        raise _other(source, "model_id") from None
    if _is_kept(source) and not _lies_in(source, found.artifacts):
        raise _other(source, "model_id")
    return Source(source, source, run or found.run, logged)


def _run_root(connection: Connection, run: str, source: str) -> str:
    try:
        return run_artifacts(connection, run)
    except NotFound:
        raise _other(source, "run_id") from None


def _is_kept(source: str) -> bool:
    split = urlsplit(source)
    if split.scheme.lower() == _KEPT:
        return True
    return split.scheme.lower() in ("http", "https") and bool(_ROUTE.search(split.path))


def _lies_in(source: str, root: str) -> bool:
    """Whether an address among the hub's artifacts is below another; both hold a path."""
    inside, outside = _names(source), _names(root)
    return bool(outside) and inside[: len(outside)] == outside


def _names(address: str) -> tuple[str, ...]:
    split = urlsplit(address)
    path = split.path
    if split.scheme.lower() != _KEPT:
        path = _ROUTE.split(path)[-1]
    return tuple(unquote(name) for name in path.split("/") if name)


def _climbs(source: str) -> bool:
    for _ in range(8):
        decoded = unquote(source)
        if decoded == source:
            return "\0" in source or ".." in source.replace("\\", "/").split("/")
        source = decoded
    return True  # nobody writes an address like that


def _other(source: str, parameter: str) -> UsageError:
    return UsageError(
        f"Invalid model version source: '{source}'. The {parameter} request parameter must "
        "identify the resource that contains the source."
    )
