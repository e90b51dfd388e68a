"""What the server says of itself, and what it does not offer."""

from __future__ import annotations

from msgspec import Struct
from starlette.routing import Route

from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError

MLFLOW_VERSION = "3.17.0"
"""The release whose protocol this is: clients compare it with what they need."""

_TRACES = ("/mlflow/traces", "/mlflow/traces/{rest:path}")
_NO_TRACES = (
    "Tracing is not supported by this tracking server. "
    "Send traces to an OpenTelemetry collector, or to an MLflow server of their own."
)
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, "/mlflow/server-info", _info, _Nothing, methods=("GET",)),
        *(call(hub, path, _no_traces, _Nothing, methods=_METHODS) for path in _TRACES),
    ]


def trace_intake(hub: Hub) -> Route:
    """Give the route of OpenTelemetry's own protocol, which stands under no prefix."""
    return call(hub, "/v1/traces", _no_traces, _Nothing)


class _Nothing(Struct):
    pass


class _Features(Struct, frozen=True):
    gateway: bool = False


class _Info(Struct):
    store_type: str = "SqlStore"
    workspaces_enabled: bool = False
    trace_archival_enabled: bool = False
    multipart_uploads_enabled: bool = True
    multipart_downloads_enabled: bool = True
    presigned_upload_run_id_supported: bool = False
    presigned_upload_model_id_supported: bool = False
    features_enabled: _Features = _Features()


def _info(_hub: Hub, _asked: _Nothing) -> _Info:
    return _Info()


def _no_traces(_hub: Hub, _asked: _Nothing) -> None:
    raise MlflowError("NOT_IMPLEMENTED", _NO_TRACES)
