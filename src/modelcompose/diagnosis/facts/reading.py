"""The project, read as far as it can be."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from modelcompose.compose.project import ComposeOptions, Project
from modelcompose.compose.reader import read
from modelcompose.errors import ModelComposeError, VariableError


class Reading(Struct, frozen=True):
    """What the reader makes of the project's files."""

    project: Project | None
    """With the services of all profiles where that is possible."""
    error: ModelComposeError | None = None
    """Why it cannot be read as the user's commands read it."""
    elsewhere: ModelComposeError | None = None
    """Why it can be read with the user's profiles only."""
    has_values: bool = True
    """Whether variables are filled in: not where a required one is not set."""


def read_project(options: ComposeOptions, environment: Mapping[str, str]) -> Reading:
    """Read the project with all profiles, else with the user's own, else without its values."""
    try:
        return Reading(read(options, environment=environment, all_profiles=True))
    except ModelComposeError as error:
        elsewhere = error
    try:
        return Reading(read(options, environment=environment), elsewhere=elsewhere)
    except VariableError as error:
        return _without_values(options, environment, error)
    except ModelComposeError as error:
        return Reading(None, error)


def _without_values(
    options: ComposeOptions, environment: Mapping[str, str], error: ModelComposeError
) -> Reading:
    for all_profiles in (True, False):
        try:
            project = read(
                options, environment=environment, all_profiles=all_profiles, need_values=False
            )
        except ModelComposeError:
            continue
        return Reading(project, error, has_values=False)
    return Reading(None, error, has_values=False)
