"""What of a service and its command line looks like a parameter."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from modelcompose.adoption.writing import Written, command_text, scalar
from modelcompose.compose.project import Project, Service
from modelcompose.compose.sources import Sources
from modelcompose.tracking.masking import is_secret

_OPTION = re.compile(r"--?([A-Za-z][\w.-]*)")
_KEY = re.compile(r"(?:--)?[A-Za-z][\w.-]*")
_LONG_OPTION = re.compile(r"--[A-Za-z][\w-]*")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ASSIGNMENT = re.compile(r"(--)?([A-Za-z_][\w.-]*)=(.*)", re.DOTALL)


def written_service(sources: Sources, name: str) -> list[Mapping[str, Any]]:
    """Give a service as its files write it, `${…}` and all: the farthest base first."""
    lineages = (sources.lineage(source, name) for source in sources.merged)
    return [
        source.services[inner]
        for lineage in lineages
        for source, inner in lineage
        if inner in source.services
    ]


def interpolated_parameters(
    project: Project, service: Service, written: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """Give the parameters of a service that its file leaves open, `${NAME}`, with their values.

    A container variable goes by its own name, anything else by that of the Compose variable.
    Secrets, and variables that have no value, are left out.
    """
    found: dict[str, str] = {}
    for document in written:
        for name, text in _open_variables(document.get("environment")):
            if any(_names_in(text)):
                found[name] = service.environment.get(name) or ""
        for place in ("command", "entrypoint"):
            for name in _names_in(document.get(place)):
                found[name] = project.variables.get(name) or project.defaults.get(name) or ""
    return {
        name: value
        for name, value in found.items()
        if value and not is_secret(name, project.masked_variables)
    }


def argument_parameters(command: Sequence[str]) -> dict[str, str]:
    """Give what a command line sets: `--name value`, `--name=value`, `name=value`.

    The first word is the program. An option without a value is `true`.
    """
    found: dict[str, str] = {}
    words = list(command[1:])
    while words:
        word = words.pop(0)
        assigned = _ASSIGNMENT.fullmatch(word)
        if assigned is not None:
            found[assigned[2]] = assigned[3]
            continue
        option = _OPTION.fullmatch(word)
        if option is None:
            continue
        if not word.startswith("--"):
            # `-m module`, `-c text`, `-O`: the interpreter's own
            continue
        has_value = bool(words) and not _is_option(words[0])
        found[option[1]] = words.pop(0) if has_value else "true"
    return found


def opened(words: Sequence[str], used: Collection[str]) -> tuple[str, list[str]]:
    """Give a command as Compose reads it, with a variable in the place of each number it is given.

    Args:
        words: the command line.
        used: names of variables that stand for something else already.

    Returns:
        The text, in which `--epochs 5` is `--epochs ${EPOCHS:-5}`, and the variables' names.
    """
    names: list[str] = []

    def variable(option: str, value: str) -> str | None:
        name = re.sub(r"\W", "_", option.lstrip("-")).upper()
        if not _NUMBER.fullmatch(value) or name in used or name in names:
            return None
        names.append(name)
        return f"${{{name}:-{value}}}"

    texts: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        key, equals, value = word.partition("=")
        if equals and _KEY.fullmatch(key) and (found := variable(key, value)):
            texts.append(f"{key}={found}")
        elif _LONG_OPTION.fullmatch(before) and (found := variable(before, word)):
            texts.append(found)
        else:
            texts.append(shlex.quote(word).replace("$", "$$"))
    return " ".join(texts), names


def open_value(name: str, value: str) -> Written:
    """Give a variable's value as YAML that leaves it open: `${NAME:-value}`."""
    if any(character in value for character in "}$\\\n"):
        return Written(scalar(value))
    return Written(command_text(f"${{{name}:-{value}}}"))


def _is_option(word: str) -> bool:
    return word.startswith("-") and not re.fullmatch(r"-\d.*|-\.\d.*", word)


def _open_variables(environment: Any) -> Iterator[tuple[str, str]]:
    """Give the variables of a service's `environment` as written, as a map or a list."""
    if isinstance(environment, Mapping):
        yield from ((str(name), str(text)) for name, text in environment.items() if text)
    elif isinstance(environment, list):
        for entry in environment:
            name, equals, text = str(entry).partition("=")
            if equals:
                yield name, text


def _names_in(value: Any) -> Iterator[str]:
    from modelcompose.compose.embedded.interpolation import variables_of

    texts = value if isinstance(value, list) else [value]
    for text in texts:
        if isinstance(text, str):
            yield from variables_of(text)
