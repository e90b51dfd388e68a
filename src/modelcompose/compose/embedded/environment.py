"""A service's `env_file` and `label_file`: read them into its environment and its labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelcompose.compose.embedded.dotenv import parse_dotenv, parse_raw, read_dotenv, read_text
from modelcompose.errors import ComposeError


def with_files_read(service: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """Give a service that names no environment or label files, but holds what they say.

    What the Compose file says wins, also a name without a value; then the last file.

    Args:
        service: with absolute paths.
        variables: looked at first where a file names a variable.

    Raises:
        ComposeError: a required file is missing, or a file is malformed.
        VariableError: a value requires a variable that is not set.
    """
    found = without_files(service)
    environment = _environment(service, variables)
    if environment:
        found["environment"] = environment
    labels: dict[str, str] = {}
    for path in service.get("label_file", ()):
        labels |= read_dotenv(Path(path), labels)
    labels |= service.get("labels", {})
    return found | ({"labels": labels} if labels else {})


def without_files(service: Mapping[str, Any]) -> dict[str, Any]:
    """Give a service that names no environment or label files."""
    return {n: value for n, value in service.items() if n not in {"env_file", "label_file"}}


def _environment(service: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, str | None]:
    own: dict[str, str | None] = service.get("environment", {})
    given = {name: value for name, value in own.items() if value is not None}
    found: dict[str, str] = dict(given)
    lookup = {**given, **variables}
    for entry in service.get("env_file", ()):
        found |= _read(entry, lookup, found)
    return {**found, **own}


def _read(
    entry: Mapping[str, Any], variables: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    path = Path(entry["path"])
    if not path.exists() and not entry["required"]:
        return {}
    kind = entry.get("format", ".env")
    text = read_text(path)
    if kind == "raw":
        return parse_raw(text, variables, name=str(path))
    if kind != ".env":
        raise ComposeError(f"{path}: unsupported env_file format {kind!r}", hint="use format: raw")
    return parse_dotenv(text, variables, known, name=str(path))
