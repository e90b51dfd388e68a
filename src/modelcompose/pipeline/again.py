"""What differs for a session whose runs reproduce others in a project rebuilt for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from modelcompose.compose.project import Project
from modelcompose.tracking.run import Run


class Again(NamedTuple):
    """Whose place the rebuilt project takes."""

    project: Project
    """The user's own: the services that steps need are its."""
    recorded: Callable[[Run], Run]
    """Gives a run as it is to be recorded: of the user's project, and never reused."""
    images: Mapping[str, str] = {}
    """The image of each step for which the engine still has the very one."""
