"""The `cmd` of a stage as a service's `command`. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

Command = str | tuple[str, ...]
"""A line that Compose splits into words, or the words themselves."""
_SHELL = re.compile(r"[|&;<>()$`\\\n*?\[\]{}~#!=%]")
"""What a shell may take for more than a part of a word."""
_BUILT_IN = frozenset({"cd", "export", "set", "source", ".", "test", "true", "false", "if", "for"})


def command_of(cmd: object) -> Command:
    """Give what runs a `cmd`, one after the other where it is a list; a shell where it needs one.

    DVC gives every command to a shell. One that is only words runs the same without, and stands
    in the Compose file as people write it.
    """
    lines = [str(each) for each in cmd] if isinstance(cmd, list | tuple) else [str(cmd)]
    if len(lines) == 1:
        line = lines[0].strip()
        return line if _is_words(line) else ("sh", "-c", line)
    return ("sh", "-c", " && ".join(_grouped(line.strip()) for line in lines))


def shell_line(command: Sequence[str]) -> str:
    """Give words as one line for a shell: the way back from `command_of`."""
    if len(command) == 3 and tuple(command[:2]) == ("sh", "-c"):  # noqa: PLR2004 - sh -c LINE
        return command[2]
    return shlex.join(command)


def _is_words(line: str) -> bool:
    """Whether a line is a command and plain words, that a shell would not change."""
    without_options = re.sub(r"(?<=\s)--?[\w-]+=", "", line)
    if _SHELL.search(without_options) is not None:
        return False
    try:
        words = shlex.split(line)
    except ValueError:
        return False
    return bool(words) and words[0] not in _BUILT_IN


def _grouped(line: str) -> str:
    """Give a line that ends as itself would, whatever stands behind it."""
    return (
        line if _is_words(line) else f"({line}\n)" if "#" in line or "\n" in line else f"({line})"
    )
