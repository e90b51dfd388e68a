"""The grammar of a Dockerfile: its text as a list of instructions.

Source: https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from modelcompose.pipeline.image_definition.words import split_words, word_end

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*")
_HEREDOC = re.compile(r"\d*<<(-?)\s*([^<]+)")
_TAKES_HEREDOC = frozenset({"ADD", "COPY", "RUN"})


class Instruction(Struct, frozen=True):
    """One instruction, its continued lines joined."""

    line: int
    """Where it starts, from 1."""
    name: str
    """In upper case."""
    flags: tuple[tuple[str, str], ...]
    """`--name=value` before the arguments, in order."""
    rest: str
    """The arguments as they stand."""

    def flag(self, name: str) -> str | None:
        """Give the value of a flag, empty when it has none, None when it is not given."""
        return next((value for key, value in self.flags if key == name), None)

    def all_flags(self, name: str) -> list[str]:
        """Give every value of a flag that may be repeated."""
        return [value for key, value in self.flags if key == name]

    @property
    def json(self) -> list[str] | None:
        """Give the arguments of the JSON form, None for the other one."""
        if not self.rest.startswith("["):
            return None
        try:
            values = json.loads(self.rest)
        except ValueError:
            return None
        return values if all(isinstance(value, str) for value in values) else None


class Dockerfile(Struct, frozen=True):
    """A Dockerfile, read."""

    instructions: tuple[Instruction, ...]
    escape: str = "\\"
    syntax: str | None = None
    """The frontend that `# syntax=` names."""


def parse(text: str) -> Dockerfile:
    """Read a Dockerfile; what is no Dockerfile gives instructions of unknown names."""
    lines = [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]
    directives = _directives(lines)
    escape = "`" if directives.get("escape") == "`" else "\\"
    instructions = tuple(_instructions(lines, escape))
    return Dockerfile(instructions, escape=escape, syntax=directives.get("syntax"))


def sub_instruction(parent: Instruction) -> Instruction:
    """Give the instruction that an ONBUILD holds."""
    return _instruction(parent.rest, parent.line)


def _directives(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.lstrip())
        if match is None:
            break
        found.setdefault(match[1].lower(), match[2])
    return found


def _instructions(lines: list[str], escape: str) -> Iterator[Instruction]:
    token = re.escape(escape)
    continuation = re.compile(rf"(?:^|(?<=[^{token}])){token}[ \t]*$")
    at = 0
    while at < len(lines):
        start = at
        line, at = _joined(lines, at, continuation)
        if not line.strip():
            continue
        instruction = _instruction(line, start + 1)
        for name, strips_tabs in _heredocs(instruction, line):
            at = _after_heredoc(lines, at, name, strips_tabs=strips_tabs)
        yield instruction


def _joined(lines: list[str], at: int, continuation: re.Pattern[str]) -> tuple[str, int]:
    """Join a line with those that continue it; comments and empty lines between do not count."""
    line = lines[at].lstrip()
    at += 1
    if line.startswith("#"):
        return "", at
    parts: list[str] = []
    while continued := continuation.search(line):
        parts.append(line[: continued.start()])
        while at < len(lines) and _is_blank(lines[at]):
            at += 1
        if at == len(lines):
            return "".join(parts), at
        line = lines[at]
        at += 1
    return "".join([*parts, line]), at


def _is_blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _instruction(line: str, number: int) -> Instruction:
    name, *rest = line.strip().split(maxsplit=1)
    flags, arguments = _split_flags(rest[0] if rest else "")
    return Instruction(number, name.upper(), flags, arguments)


def _split_flags(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    flags: list[tuple[str, str]] = []
    text = text.strip()
    while text.startswith("--"):
        word = text[: word_end(text, 0)]
        text = text[len(word) :].lstrip()
        name, _, value = word.removeprefix("--").partition("=")
        flags.append((name.lower(), value))
    return tuple(flags), text


def _heredocs(instruction: Instruction, line: str) -> list[tuple[str, bool]]:
    """Give the names that end the heredocs of a line, and whether tabs before them count."""
    if instruction.name == "ONBUILD":
        instruction = sub_instruction(instruction) if instruction.rest else instruction
    if instruction.name not in _TAKES_HEREDOC or "<<" not in line or instruction.json is not None:
        return []
    matches = (_HEREDOC.fullmatch(word) for word in split_words(line))
    return [(re.sub(r"['\"]", "", match[2]), bool(match[1])) for match in matches if match]


def is_heredoc(word: str) -> bool:
    """Tell whether a COPY source is a heredoc."""
    return _HEREDOC.fullmatch(word) is not None


def _after_heredoc(lines: list[str], at: int, name: str, *, strips_tabs: bool) -> int:
    """Give the line after a heredoc; one that does not end is none, `1 << 2` for one."""
    for index in range(at, len(lines)):
        line = lines[index].lstrip("\t") if strips_tabs else lines[index]
        if line == name:
            return index + 1
    return at
