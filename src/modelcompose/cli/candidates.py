"""What could stand where the user presses the Tab key.

Answers `modelcompose __complete WORDS…` in the protocol of Cobra, which Docker speaks too: a
candidate a line, a tab before its description, and a last line `:N` that tells the shell what
else to do. So `docker ml` is completed by Docker's own script.

Source: https://github.com/spf13/cobra/blob/main/site/content/completions/_index.md
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from modelcompose.cli.arguments import (
    ENGINES,
    EXTENDED_VERBS,
    OUR_FLAGS,
    OUR_VERBS,
    Invocation,
    split_arguments,
)
from modelcompose.errors import ModelComposeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

FILES = 0
"""Let the shell complete files where there is no candidate."""
NO_FILES = 4

_FLAG_TEXTS = {
    "--engine": "What runs the steps",
    "--jobs": "How many steps may run at once",
    "--quiet": "Print results only, no progress",
}
_TAKE_PATHS = ("data", "push", "pull", "fetch")
_TAKE_STEPS = ("status", "why", "run", "reproduce")


class Answer(NamedTuple):
    """Candidates with their descriptions, and the directive for the shell."""

    candidates: dict[str, str]
    directive: int = NO_FILES


def complete(words: list[str]) -> int:
    """Print what could stand in place of the last word, and give the exit code."""
    answer = candidates(words[:-1], words[-1] if words else "")
    lines = [f"{name}\t{text}" if text else name for name, text in answer.candidates.items()]
    sys.stdout.write("\n".join([*lines, f":{answer.directive}", ""]))
    return 0


def candidates(before: list[str], last: str) -> Answer:
    """Find what could stand in place of `last`, after the words `before`."""
    name, equals, value = last.partition("=")
    if equals and name.startswith("--"):
        return candidates([*before, name], value)
    if before[-1:] == ["--engine"]:
        return Answer(_starting(dict.fromkeys(ENGINES, ""), last))
    try:
        return _after(split_arguments(before), last)
    except ModelComposeError:
        return Answer({})


def _after(invocation: Invocation, last: str) -> Answer:
    if invocation.verb is None:
        return _before_verb(invocation, last)
    if invocation.verb not in OUR_VERBS:
        return _ask_compose(invocation, last)
    ours = _after_our_verb(invocation, last)
    if invocation.verb not in EXTENDED_VERBS:
        return ours
    theirs = _ask_compose(invocation, last)
    has_files = ours.directive == FILES and theirs.directive == NO_FILES
    return Answer(theirs.candidates | ours.candidates, FILES if has_files else theirs.directive)


def _before_verb(invocation: Invocation, last: str) -> Answer:
    theirs = _ask_compose(invocation, last)
    if invocation.rest:  # a flag of Compose's that waits for its value
        return theirs
    ours = _FLAG_TEXTS if last.startswith("-") else OUR_VERBS
    return Answer(_starting(ours, last) | _unknown_to(ours, theirs.candidates), theirs.directive)


def _unknown_to(ours: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in theirs.items() if name not in ours}


def _after_our_verb(invocation: Invocation, last: str) -> Answer:
    command, waiting = _command(invocation)
    if last.startswith("-"):
        flags = _flags(command) | {flag: _FLAG_TEXTS[flag] for flag in OUR_FLAGS}
        return Answer(_starting(flags, last))
    if waiting is not None:
        return _values(waiting, last)
    if (commands := getattr(command, "commands", None)) is not None:
        seen = {name: found for name, found in commands.items() if not found.hidden}
        texts = {name: found.get_short_help_str(100) for name, found in seen.items()}
        return Answer(_starting(texts, last))
    if invocation.verb in _TAKE_STEPS and not (invocation.verb == "run" and _has_name(invocation)):
        return Answer(_starting(_steps(invocation), last))
    if invocation.verb in _TAKE_PATHS and not _waits_for_a_value(invocation, command):
        return Answer(_starting(_versioned(invocation, command), last), FILES)
    return _arguments(command, last)


def _waits_for_a_value(invocation: Invocation, command: click.Command) -> bool:
    """Whether the word before is a flag that only Compose knows."""
    previous = invocation.rest[-1] if invocation.rest else ""
    return previous.startswith("-") and previous not in _flags(command)


def _has_name(invocation: Invocation) -> bool:
    return any(not word.startswith("-") for word in invocation.rest)


def _command(invocation: Invocation) -> tuple[click.Command, click.Parameter | None]:
    """Give the command that the words lead to, and its option that waits for a value."""
    from modelcompose.cli.app import command as command_of

    command = command_of(str(invocation.verb))
    for word in invocation.rest:
        command = getattr(command, "commands", {}).get(word, command)
    previous = invocation.rest[-1:] if invocation.rest else ()
    for parameter in command.params:
        if set(previous) & set(parameter.opts) and not getattr(parameter, "is_flag", False):
            return command, parameter
    return command, None


def _flags(command: click.Command) -> dict[str, str]:
    return {
        name: getattr(parameter, "help", None) or ""
        for parameter in command.params
        if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False)
        for name in parameter.opts
        if name.startswith("--")
    }


def _values(parameter: click.Parameter, last: str) -> Answer:
    """Give the values that a parameter may take; files where it does not tell."""
    choices = getattr(parameter.type, "choices", None)
    if choices is None:
        return Answer({}, FILES)
    return Answer(_starting(dict.fromkeys(map(str, choices), ""), last))


def _arguments(command: click.Command, last: str) -> Answer:
    for parameter in command.params:
        if parameter.param_type_name == "argument" and hasattr(parameter.type, "choices"):
            return _values(parameter, last)
    return Answer({})


def _steps(invocation: Invocation) -> dict[str, str]:
    """Give the steps of the project; none where it cannot be read: Tab is no place for errors."""
    from modelcompose.compose.reader import read

    try:
        project = read(invocation.compose_options(), need_values=False, all_profiles=True)
    except ModelComposeError:
        return {}
    return dict.fromkeys(project.steps, "step")


def _versioned(invocation: Invocation, command: click.Command) -> dict[str, str]:
    """Give the versioned paths that a command may mean; where none fits, files are completed."""
    from modelcompose.compose.reader import read
    from modelcompose.pipeline.lock import FILE_NAME, read_lock

    if command.name in {"add", "import", "dvc"}:
        return {}
    try:
        project = read(invocation.compose_options(), need_values=False, all_profiles=True)
        lock = read_lock(project.directory / FILE_NAME)
    except ModelComposeError:
        return {}
    paths = dict.fromkeys((*lock.data, *(item.path for item in project.data)), "data")
    if command.name in {"push", "pull", "fetch", "get"}:
        outputs = [path for step in lock.steps.values() for path in step.outputs]
        paths |= dict.fromkeys(outputs, "output")
    return paths


def _ask_compose(invocation: Invocation, last: str) -> Answer:
    command = ["docker", "__complete", "compose", *invocation.compose_arguments, last]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return Answer({})
    *lines, directive = done.stdout.splitlines() or [""]
    if not directive.startswith(":"):
        return Answer({})
    pairs = (line.partition("\t") for line in lines)
    return Answer({name: text for name, _, text in pairs}, int(directive[1:]))


def _starting(texts: dict[str, str], start: str) -> dict[str, str]:
    return {name: text for name, text in _sorted(texts.items()) if name.startswith(start)}


def _sorted(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: pair[0])
