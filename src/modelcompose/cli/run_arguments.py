"""Telling a run of steps from a `docker compose run`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


def positionals(command: click.Command, arguments: Sequence[str]) -> list[str] | None:
    """Give the words of a command line that are no flags of ours.

    Args:
        command: our verb, whose options are known.
        arguments: what follows the verb.

    Returns:
        None when there is a flag that is not ours: the line is then Compose's.
    """
    takes_value = _flags(command)
    words: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return None
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        flag, equals, _ = word.partition("=")
        if not word.startswith("--"):
            flag, equals = word[:2], word[2:]
            if equals and takes_value.get(flag) is False:
                return None  # several flags in one word
        if flag not in takes_value:
            return None
        if takes_value[flag] and not equals:
            if not waiting:
                return None
            waiting.pop(0)
    return words


def _flags(command: click.Command) -> dict[str, bool]:
    import click

    options = [param for param in command.params if isinstance(param, click.Option)]
    flags = {name: not option.is_flag for option in options for name in option.opts}
    return {**flags, "--help": False, "-h": False}
