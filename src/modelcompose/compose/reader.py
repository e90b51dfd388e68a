"""Read a Compose project: Docker Compose resolves it, we take out and check what is ours."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from modelcompose.compose.build_project import Origin, build_project
from modelcompose.compose.command import plugin_available
from modelcompose.compose.discovery import Discovery, discover
from modelcompose.compose.docker_config import (
    ALL_PROFILES,
    config_command,
    profiles_of_all_services,
    resolve,
)
from modelcompose.compose.fault import Fault
from modelcompose.compose.memory import Memory, Resolved, memory_key, pack
from modelcompose.compose.project import ComposeOptions, Project
from modelcompose.compose.sources import Sources, interpolated
from modelcompose.errors import GrammarError, NotFound

Reader = Literal["auto", "docker", "embedded"]
_STANDARD_INPUT = "-"  # can be read only once, so that nothing is asked about it before


def read(  # noqa: PLR0913, each is a question that a verb answers for itself
    options: ComposeOptions,
    *,
    steps: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    extra_variables: Mapping[str, str] | None = None,
    need_values: bool = True,
    reader: Reader = "auto",
    all_profiles: bool = False,
    memory: Memory | None = None,
) -> Project:
    """Read the project that the options name.

    Args:
        options: the global options, handed to Docker Compose as they are.
        steps: services that must be in the project, whatever their profile.
        environment: what Compose sees as its environment; this process's own by default.
        extra_variables: put over the environment for `${NAME}`.
        need_values: when false, required variables may be unset: values are then as written.
        reader: `docker` asks Docker Compose, `embedded` reads a plain file without it, `auto`
            takes the first where it is there.
        all_profiles: read the services of all profiles.
        memory: where what Compose makes of the project is remembered; nowhere by default.

    Raises:
        ComposeError: Docker Compose refuses the file.
        GrammarError: something under `x-ml` is wrong.
        NotFound: a step that was named is no service.
        ProjectError: a file is missing.
        UnsupportedError: only Docker Compose can read this file, and it is not there.
        VariableError: a required variable is not set.
    """
    variables = {**(os.environ if environment is None else environment), **(extra_variables or {})}
    discovery = discover(options, variables)
    reading = _Reading(
        options=options,
        environment=variables,
        discovery=discovery,
        sources=Sources(discovery),
        with_docker=reader == "docker" or (reader == "auto" and plugin_available(variables)),
        need_values=need_values,
    )
    profiles = (ALL_PROFILES,) if all_profiles else _profiles(reading, steps)
    project = _project(reading, profiles, memory)
    for name in steps:
        if name not in project.services:
            raise _unknown(name, {*project.services, *reading.sources.service_names()})
    return project


class _Reading(Struct, frozen=True):
    """What one call of `read` is about."""

    options: ComposeOptions
    environment: Mapping[str, str]
    discovery: Discovery
    sources: Sources
    with_docker: bool
    need_values: bool


def _profiles(reading: _Reading, steps: Sequence[str]) -> tuple[str, ...]:
    """Give the user's profiles, and those that the named steps need beside them."""
    active = dict.fromkeys(reading.discovery.profiles)
    for name in steps:
        needed = reading.sources.profiles(name)
        if needed is None:
            needed = _profiles_elsewhere(reading, name)
        if needed and ALL_PROFILES not in active and not needed & active.keys():
            active |= dict.fromkeys(sorted(needed))
    return tuple(active)


def _profiles_elsewhere(reading: _Reading, name: str) -> set[str]:
    """Give the profiles of a service that stands in no file of this machine, as Compose sees it.

    Raises:
        NotFound: Compose knows no such service either.
    """
    if not reading.with_docker or _STANDARD_INPUT in reading.options.files:
        return set()
    known = profiles_of_all_services(reading.options, reading.environment, reading.sources)
    if name not in known:
        raise _unknown(name, set(known))
    return known[name]


def _project(reading: _Reading, profiles: tuple[str, ...], memory: Memory | None) -> Project:
    options = reading.options
    if profiles != reading.discovery.profiles:
        options = msgspec.structs.replace(options, profiles=profiles)
    if memory is None or not reading.with_docker:
        return _build(reading, _resolved(reading, options, profiles), profiles)
    command = config_command(options, reading.environment, need_values=reading.need_values)
    key = memory_key(command, reading.environment, reading.discovery, reading.sources)
    known = memory.recall(key) if key else None
    if known is not None:
        return _build(reading, known, profiles)
    resolved = _resolved(reading, options, profiles)
    packed = pack(resolved)  # before building, which takes `x-ml` out
    project = _build(reading, resolved, profiles)
    if key:
        memory.remember(key, packed, project)
    return project


def _resolved(reading: _Reading, options: ComposeOptions, profiles: tuple[str, ...]) -> Resolved:
    if not reading.with_docker:
        from modelcompose.compose.embedded import read_document

        embedded = read_document(
            options,
            environment=reading.environment,
            profiles=profiles,
            need_values=reading.need_values,
        )
        return Resolved(document=embedded.document)
    return resolve(options, reading.environment, reading.sources, need_values=reading.need_values)


def _build(reading: _Reading, resolved: Resolved, profiles: tuple[str, ...]) -> Project:
    from modelcompose.compose.embedded.interpolation import variables_of

    name = resolved.document.get("name") or reading.discovery.directory.name
    variables = {**reading.discovery.variables, "COMPOSE_PROJECT_NAME": name}
    found = variables_of(reading.sources.text)
    env_files = (*reading.discovery.env_files, *reading.sources.env_files)
    origin = Origin(
        directory=reading.discovery.directory,
        files=tuple(reading.sources.by_path),
        options=reading.options,
        profiles=profiles,
        variables=variables,
        defaults={
            name: interpolated(default, variables)
            for name, default in found.items()
            if default is not None
        },
        interpolated=frozenset(found),
        env_files=tuple(dict.fromkeys(env_files)),
        warnings=resolved.warnings,
    )
    try:
        _refuse_dropped(reading.sources)
        is_interpolated = reading.need_values or not reading.with_docker
        return build_project(resolved.document, origin, is_interpolated=is_interpolated)
    except Fault as fault:
        raise _located(fault, reading.sources) from fault


def _refuse_dropped(sources: Sources) -> None:
    """Make sure that no included file has an `x-ml` of its own, which Compose loses.

    Raises:
        GrammarError: one has.
    """
    for source in sources.merged:
        if source.role == "included" and "x-ml" in source.document:
            from modelcompose.compose.positions import position_in

            position = position_in(source, ["x-ml"])
            raise GrammarError(
                f"{position}: x-ml: Docker Compose drops this key of an included file",
                hint="move it into the file that includes this one; on services it may stay",
            )


def _located(fault: Fault, sources: Sources) -> GrammarError:
    from modelcompose.compose.positions import locate

    position = locate(sources, fault.path, at_key=fault.at_key)
    return GrammarError(f"{position}: {fault}" if position else str(fault), hint=fault.hint)


def _unknown(name: str, known: set[str]) -> NotFound:
    from modelcompose.compose.complaints import unknown_service

    return unknown_service(name, known)
