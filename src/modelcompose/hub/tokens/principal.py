"""Who calls, and what is granted to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Literal

from msgspec import Struct

Role = Literal["reader", "writer", "admin"]
"""A writer may what a reader may, an admin what both may."""

ALL_PROJECTS = ""
"""Stands for every project, in grants."""

_RANKS: Mapping[Role, int] = {"reader": 1, "writer": 2, "admin": 3}


class Principal(Struct, frozen=True):
    """Who calls."""

    token: str | None
    """The token's id; None for somebody on this machine, who needs none."""
    grants: Mapping[str, Role]
    """What they may do, by project, or in `ALL_PROJECTS`."""
    run: str | None = None
    """The only run that they may write to, with those below it."""

    def may(self, role: Role, projects: Iterable[str]) -> bool:
        """Tell whether a role is granted in each of some projects."""
        return all(self._rank(project) >= _RANKS[role] for project in projects)

    def may_somewhere(self, role: Role) -> bool:
        """Tell whether a role is granted in any project."""
        return any(_RANKS[granted] >= _RANKS[role] for granted in self.grants.values())

    @property
    def sees_all(self) -> bool:
        """Tell whether all projects may be read."""
        return ALL_PROJECTS in self.grants

    def _rank(self, project: str) -> int:
        everywhere = self.grants.get(ALL_PROJECTS)
        here = self.grants.get(project)
        return max((_RANKS[role] for role in (everywhere, here) if role), default=0)


OWNER = Principal(None, {ALL_PROJECTS: "admin"})
"""Somebody on this machine."""

caller: ContextVar[Principal] = ContextVar("caller", default=OWNER)
"""Who makes the call that is being answered."""
