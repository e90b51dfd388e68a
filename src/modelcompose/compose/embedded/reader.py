"""Read one plain Compose file without Docker Compose.

The phases are those of Compose: find the file, parse it, interpolate it, check it against the
grammar and make short syntax long, add defaults, make paths absolute, select by profiles, read
the environment files. What only several files give a meaning (`extends`, `include`, overrides,
`!reset`) is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from modelcompose.compose.embedded.defaults import with_defaults
from modelcompose.compose.embedded.environment import with_files_read, without_files
from modelcompose.compose.embedded.interpolation import interpolate
from modelcompose.compose.embedded.locate import Location, locate, normalized_name, unsupported
from modelcompose.compose.embedded.paths import with_absolute_paths
from modelcompose.compose.embedded.resource_grammar import PROJECT
from modelcompose.compose.embedded.selection import check, with_profiles, without_unused
from modelcompose.compose.embedded.shapes import Place, Refused
from modelcompose.compose.embedded.substitution import shaped_without_values, substituted
from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.yaml_loader import load_documents, place_in
from modelcompose.errors import ComposeError, ProjectError, VariableError


class EmbeddedDocument(Struct, frozen=True):
    """A Compose file, resolved."""

    document: dict[str, Any]
    """What parsing the YAML printed by `docker compose config` gives, `$` written `$$`."""
    directory: Path
    """The project folder, absolute."""
    files: tuple[Path, ...]
    env_files: tuple[Path, ...]
    """`.env` files and the services' `env_file` entries, those of inactive profiles too."""
    variables: dict[str, str]
    """What `${NAME}` resolves to: the process environment over the environment files."""
    profiles: tuple[str, ...] = ()
    """The active profiles."""


def read_document(
    options: ComposeOptions,
    *,
    environment: Mapping[str, str],
    profiles: Sequence[str] = (),
    need_values: bool = True,
) -> EmbeddedDocument:
    """Read the project that `docker compose` would read, from the current folder.

    Args:
        options: the global options.
        environment: of the process.
        profiles: active on top of those that the options or `COMPOSE_PROFILES` name; `*` for all.
        need_values: when false, required variables may be missing: what they would decide is left
            out. Services' environment files are then not read, nor is it checked that services
            refer to what is there.

    Raises:
        ComposeError: Compose would refuse the file; file, line and column first.
        VariableError: a required variable is not set.
        UnsupportedError: only Docker Compose reads such a project.
        UsageError: an option or `COMPOSE_…` variable is malformed.
    """
    location = locate(options, environment, profiles)
    text = _content(location.file)
    try:
        return _resolve(text, location, need_values=need_values)
    except Refused as error:
        raise _located(error, location.file, text) from error
    except VariableError as error:
        raise VariableError(f"{location.file}: {error.message}", hint=error.hint) from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ComposeError(f"{file}: {reason}", hint="name the file: -f FILE") from error


def _located(error: Refused, file: Path, text: bytes) -> ProjectError:
    place = ".".join(map(str, error.place))
    position = place_in(text, error.at)
    where = ":".join(map(str, [file, *(position or ())]))
    message = ": ".join(part for part in (where, place, error.problem) if part)
    return unsupported(message) if error.is_unsupported else ComposeError(message, hint=error.hint)


def _resolve(text: bytes, location: Location, *, need_values: bool) -> EmbeddedDocument:
    raw = _parsed(text, location.file)
    name = _name(raw, location, need_values=need_values)
    variables = {**location.variables, "COMPOSE_PROJECT_NAME": name}
    _refuse_unsupported(raw)
    if need_values:
        shaped = PROJECT(substituted(raw, variables), ())
    else:
        shaped = shaped_without_values(raw, variables, PROJECT)
    document = with_defaults(shaped, name, variables)
    declared = with_absolute_paths(document, location.directory, variables.get("HOME", "~"))
    active = with_profiles(declared, location.profiles)
    if need_values:
        check(active, declared["services"])
    active = _with_environment_files(active, variables, are_read=need_values)
    return EmbeddedDocument(
        document=escaped(without_unused(active)),
        directory=location.directory,
        files=(location.file,),
        env_files=(*location.env_files, *_environment_files(declared)),
        variables=variables,
        profiles=location.profiles,
    )


def _parsed(text: bytes, file: Path) -> dict[str, Any]:
    documents = load_documents(text, name=str(file))
    if len(documents) > 1:
        raise unsupported(f"{file}: several YAML documents in one file")
    raw = documents[0] if documents else None
    if raw is None:
        raise ComposeError(f"{file}: empty compose file", hint="add a service under services:")
    if not isinstance(raw, dict):
        raise ComposeError(f"{file}: top-level object must be a mapping")
    return raw


def _name(raw: Mapping[str, Any], location: Location, *, need_values: bool) -> str:
    """Find the project's name: the user's, the file's, or the folder's."""
    if location.name is not None:
        return location.name
    written = raw.get("name")
    if isinstance(written, str) and written:
        name = normalized_name(interpolate(written, location.variables, need_values=need_values))
    else:
        name = normalized_name(location.directory.name)
    if not name and not need_values:
        return normalized_name(location.directory.name) or "project"
    if not name:
        raise Refused(("name",), "project name must not be empty", hint="name it: name: project")
    return name


def _refuse_unsupported(raw: Mapping[str, Any]) -> None:
    if raw.get("include"):
        raise Refused((), "include", at=("include",), is_unsupported=True)
    services = raw.get("services")
    for name, service in services.items() if isinstance(services, dict) else ():
        if isinstance(service, dict) and "extends" in service:
            place: Place = ("services", name)
            raise Refused(place, "extends", at=(*place, "extends"), is_unsupported=True)


def _with_environment_files(
    document: Mapping[str, Any], variables: Mapping[str, str], *, are_read: bool
) -> dict[str, Any]:
    services = {
        name: with_files_read(service, variables) if are_read else without_files(service)
        for name, service in document["services"].items()
    }
    return {**document, "services": services}


def _environment_files(document: Mapping[str, Any]) -> list[Path]:
    entries = [e for service in document["services"].values() for e in service.get("env_file", ())]
    return list(dict.fromkeys(Path(entry["path"]) for entry in entries))


def escaped(value: Any) -> Any:
    """Write `$` twice in every string and key, as Compose prints them."""
    if isinstance(value, dict):
        return {key.replace("$", "$$"): escaped(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [escaped(entry) for entry in value]
    return value.replace("$", "$$") if isinstance(value, str) else value
