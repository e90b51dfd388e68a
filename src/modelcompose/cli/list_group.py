"""Verbs that list things by themselves, and have commands on one of them."""

from __future__ import annotations

import click

from modelcompose.errors import UsageError


class ListGroup(click.Group):
    """Says what to type when the name of a thing stands where a command should."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is refused with the nearest, or with `show`."""
        if args and self.get_command(ctx, args[0]) is None:
            raise self._unknown(args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def _unknown(self, name: str, commands: list[str]) -> UsageError:
        import difflib

        nearest = difflib.get_close_matches(name, commands, n=1)
        better = nearest[0] if nearest else f"show {name}"
        return UsageError(
            f"{self.name} has no command {name!r}", hint=f"try: modelcompose {self.name} {better}"
        )
