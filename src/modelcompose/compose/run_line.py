"""The command line of `docker compose run`: its flags, the service, the command.

Source: `docker compose run --help`, Compose 2.40.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

_TAKES_VALUE = {
    "--build": False,
    "--cap-add": True,
    "--cap-drop": True,
    "--detach": False,
    "--dry-run": False,
    "--entrypoint": True,
    "--env": True,
    "--env-from-file": True,
    "--interactive": False,
    "--label": True,
    "--name": True,
    "--no-TTY": False,
    "--no-deps": False,
    "--publish": True,
    "--pull": True,
    "--quiet": False,
    "--quiet-build": False,
    "--quiet-pull": False,
    "--remove-orphans": False,
    "--rm": False,
    "--service-ports": False,
    "--tty": False,
    "--use-aliases": False,
    "--user": True,
    "--volume": True,
    "--workdir": True,
}
_SHORT = {
    "d": "--detach",
    "e": "--env",
    "i": "--interactive",
    "l": "--label",
    "T": "--no-TTY",
    "p": "--publish",
    "P": "--service-ports",
    "q": "--quiet",
    "t": "--tty",
    "u": "--user",
    "v": "--volume",
    "w": "--workdir",
}
_FALSE = frozenset({"false", "f", "0", "F", "False", "FALSE"})

Flag = tuple[str, str | None]
"""A flag by its long name, with its value; None where it has none."""


class RunLine(Struct, frozen=True):
    """What follows `docker compose run`, taken apart."""

    service: str
    command: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()

    def is_set(self, name: str) -> bool:
        """Tell whether a flag without a value is given, and not as `--name=false`."""
        given = [value for flag, value in self.flags if flag == name]
        return bool(given) and given[-1] not in _FALSE

    def values(self, name: str) -> list[str]:
        """Give every value of a flag that takes one, in order."""
        return [value for flag, value in self.flags if flag == name and value is not None]

    def flag_arguments(self, *, without: Sequence[str] = ()) -> list[str]:
        """Give the flags as words of a command line, but for those named."""
        kept = [(name, value) for name, value in self.flags if name not in without]
        return [name if value is None else f"{name}={value}" for name, value in kept]


def parse_run_line(arguments: Sequence[str], own: Sequence[str] = ()) -> RunLine | None:
    """Take a command line of `docker compose run` apart; None where Compose would refuse it.

    Args:
        arguments: what follows `run`.
        own: flags without a value that Compose does not know, allowed all the same.
    """
    takes_value = {**_TAKES_VALUE, **dict.fromkeys(own, False)}
    flags: list[Flag] = []
    waiting = list(arguments)
    while waiting and waiting[0].startswith("-") and waiting[0] != "-":
        word = waiting.pop(0)
        if word == "--":
            break
        is_long = word.startswith("--")
        taken = _long(word, waiting, takes_value) if is_long else _short(word, waiting)
        if taken is None:
            return None
        flags += taken
    if not waiting:
        return None
    return RunLine(waiting[0], tuple(waiting[1:]), tuple(flags))


def _long(word: str, waiting: list[str], takes_value: dict[str, bool]) -> list[Flag] | None:
    name, equals, value = word.partition("=")
    if name not in takes_value:
        return None
    if equals:
        return [(name, value)]
    if not takes_value[name]:
        return [(name, None)]
    return [(name, waiting.pop(0))] if waiting else None


def _short(word: str, waiting: list[str]) -> list[Flag] | None:
    """Take a bundle of short flags, of which the last may have a value: `-Te A=1`."""
    flags: list[Flag] = []
    letters = word[1:]
    while letters:
        name, letters = _SHORT.get(letters[0]), letters[1:]
        if name is None:
            return None
        if _TAKES_VALUE[name]:
            value = letters.removeprefix("=")
            if not letters and not waiting:
                return None
            return [*flags, (name, value if letters else waiting.pop(0))]
        if letters.startswith("="):
            return [*flags, (name, letters[1:])]
        flags.append((name, None))
    return flags
