"""What goes wrong, in MLflow's words: an error code, its HTTP status, and a message."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from msgspec import Struct

from modelcompose.errors import (
    AlreadyExists,
    Busy,
    DatabaseError,
    ModelComposeError,
    NotFound,
    StorageFull,
    StoreUnavailable,
    UsageError,
)

STATUS = {
    "BAD_REQUEST": 400,
    "INVALID_PARAMETER_VALUE": 400,
    "RESOURCE_ALREADY_EXISTS": 400,
    # MLflow's own is 500, which its client tries again for minutes before it shows the message.
    "INVALID_STATE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "ENDPOINT_NOT_FOUND": 404,
    "RESOURCE_CONFLICT": 409,
    "REQUEST_LIMIT_EXCEEDED": 429,
    "INTERNAL_ERROR": 500,
    "NOT_IMPLEMENTED": 501,
    "TEMPORARILY_UNAVAILABLE": 503,
}
"""MLflow's error codes that the hub answers with, and the HTTP status of each."""

_CODES: dict[type[ModelComposeError], str] = {
    NotFound: "RESOURCE_DOES_NOT_EXIST",
    AlreadyExists: "RESOURCE_ALREADY_EXISTS",
    UsageError: "INVALID_PARAMETER_VALUE",
    Busy: "RESOURCE_CONFLICT",
    DatabaseError: "TEMPORARILY_UNAVAILABLE",
    StoreUnavailable: "TEMPORARILY_UNAVAILABLE",
}


class MlflowError(Exception):
    """An answer that only MLflow's protocol has: a code of `STATUS`, and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class _Body(Struct):
    error_code: str
    message: str


def error_answer(error: Exception) -> tuple[int, bytes] | None:
    """Give the HTTP status and body that tell of an error; None for a bug of ours."""
    if isinstance(error, MlflowError):
        return _answer(error.code, error.message)
    if isinstance(error, StorageFull):
        # No other try would help: of 500 the client makes many.
        return _answer("INTERNAL_ERROR", error.message, HTTPStatus.INSUFFICIENT_STORAGE)
    if isinstance(error, ModelComposeError):
        hint = f"\nhint: {error.hint}" if error.hint else ""
        return _answer(code_of(error), error.message + hint)
    if isinstance(error, msgspec.ValidationError):
        return _answer("INVALID_PARAMETER_VALUE", invalid_request(error))
    if isinstance(error, msgspec.DecodeError):
        return _answer("BAD_REQUEST", f"The request body is no JSON: {error}")
    return None


def code_of(error: ModelComposeError) -> str:
    """Give MLflow's code for an error of ours."""
    for kind in type(error).__mro__:
        if kind in _CODES:
            return _CODES[kind]
    return "INTERNAL_ERROR"


def invalid_request(error: msgspec.ValidationError) -> str:
    """Say in MLflow's words what is wrong with a request's shape."""
    text = str(error)
    what, _, path = text.partition(" - at `$.")
    path = path.removesuffix("`")
    if what.endswith("got `null`"):  # what is null is not there
        return missing(path)
    if what.startswith("Object missing required field"):
        field = what.rpartition(" ")[2].strip("`")
        return missing(f"{path}.{field}" if path else field)
    return f"Invalid value for parameter '{path or 'request'}' supplied: {what}"


def missing(parameter: str) -> str:
    """Say that a required parameter is not there."""
    return (
        f"Missing value for required parameter '{parameter}'. "
        "See the API docs for more information about request parameters."
    )


def _answer(code: str, message: str, status: int | None = None) -> tuple[int, bytes]:
    return status or STATUS[code], msgspec.json.encode(_Body(code, message))
