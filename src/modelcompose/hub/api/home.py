"""Home: the projects with what changed last in each; as much work with a long history as a short.

Of each project the newest runs are read, of the registry its newest entries: never all of either.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.home_reading import HomeProject, listed, read_home
from modelcompose.hub.hub import Hub


class HomeOf(Struct, frozen=True):
    """Which projects are wanted."""

    pinned: Annotated[list[str], Meta(max_length=100)] = []
    """These come first, in this order."""
    filter: Annotated[str, Meta(max_length=200)] = ""
    """Only projects with this in their names."""
    offset: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 30


class Home(Struct, frozen=True):
    """The projects that the caller may see: the pinned ones, then those that changed last."""

    projects: list[HomeProject]
    total: int
    """How many there are in all."""
    now: float


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/home", _home, HomeOf, Home)]


def _home(hub: Hub, asked: HomeOf) -> Home:
    """Give the projects with what changed last in each, the newest first."""
    now = hub.clock()
    with hub.database.read() as connection:
        found = listed(connection, asked.pinned, asked.filter)
        page = found[asked.offset : asked.offset + asked.limit]
        return Home(read_home(connection, page), len(found), now)
