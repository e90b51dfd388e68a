"""One stage of a Dockerfile: its variables, and what it takes from elsewhere."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.pipeline.image_definition.dockerfile import Instruction
from modelcompose.pipeline.image_definition.words import Scope


class Source(Struct, frozen=True):
    """Something that an instruction takes from a context."""

    path: str
    """As written, variables replaced; may hold wildcards unless `is_literal`."""
    context: str = ""
    """Name of an additional context, empty for the main one."""
    parents: bool = False
    exclude: tuple[str, ...] = ()
    is_literal: bool = False


class Stage:
    """What is known of one stage so far."""

    def __init__(self, index: int, name: str) -> None:
        self.index = index
        self.name = name
        self.args: dict[str, str | None] = {}
        self.env: dict[str, str | None] = {}
        self.unset: set[str] = set()
        self.has_open_environment = False
        self.has_unknown_base = False
        self.needs: list[int] = []
        self.images: list[str] = []
        self.sources: list[Source] = []
        self.onbuild: list[Instruction] = []
        self.unresolved: str | None = None

    @property
    def scope(self) -> Scope:
        """Give the variables; those of ENV go before those of ARG."""
        return Scope(
            self.args | self.env,
            is_open=self.has_open_environment,
            unset=frozenset(self.unset - self.env.keys()),
        )

    def inherit(self, base: Stage) -> None:
        """Start from what a stage before ended with."""
        self.args, self.env, self.unset = dict(base.args), dict(base.env), set(base.unset)
        self.has_open_environment = base.has_open_environment
        self.needs.append(base.index)
