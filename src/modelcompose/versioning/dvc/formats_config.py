"""DVC's configuration: `.dvc/config` and what shadows it. Pure.

The syntax is ConfigObj's: sections in brackets, a remote's as `['remote "NAME"']`, values in
quotes where they need them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

_SECTION = re.compile(r"\[\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<bare>[^\]]*?))\s*\]")
_NAMED = re.compile(r"(?P<kind>remote|machine|db)\s+\"(?P<name>.*)\"")
_VALUE = re.compile(r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')\s*(?:#.*)?")
_NEEDS_QUOTES = " \r\n\v\t'\""

Sections = dict[str, dict[str, str]]
"""By the name of the section, remotes' as `remote "NAME"`; keys in lower case."""


class DvcConfig(Struct, frozen=True):
    """What the configuration says that concerns content."""

    default_remote: str | None = None
    cache: str | None = None
    """`cache.dir`; relative to where it was written, as `resolved` made it."""
    remotes: Mapping[str, Mapping[str, str]] = {}
    """The keys of each remote, by its name."""


def read_sections(text: str) -> Sections:
    """Read a configuration file; lines that say nothing are left out."""
    found: Sections = {}
    here: dict[str, str] = {}
    for raw in text.splitlines():
        line = raw.strip()
        section = _SECTION.match(line)
        if section is not None:
            name = next(value for value in section.groupdict().values() if value is not None)
            here = found.setdefault(_section(name), {})
        elif line and not line.startswith("#") and "=" in line:
            key, _, value = line.partition("=")
            here[key.strip().strip("'\"").lower()] = _value(value.strip())
    return found


def write_sections(sections: Mapping[str, Mapping[str, str]]) -> str:
    """Give the text of a configuration file, as DVC writes it."""
    lines: list[str] = []
    for name, values in sections.items():
        lines.append(f"[{_quoted(name)}]")
        lines += [f"    {key} = {_quoted(value)}" for key, value in values.items()]
    return "".join(f"{line}\n" for line in lines)


def resolved(sections: Sections, folder: str) -> Sections:
    """Make paths that are relative to a configuration file's folder absolute."""
    found = {name: dict(values) for name, values in sections.items()}
    for name, values in found.items():
        keys = ("url",) if _NAMED.fullmatch(name) else ("dir",) if name == "cache" else ()
        for key in keys:
            if key in values:
                values[key] = _absolute(values[key], folder)
    return found


def merged(levels: Iterable[Sections]) -> DvcConfig:
    """Give what several files say together, the last of them first."""
    whole: Sections = {}
    for level in levels:
        for name, values in level.items():
            whole.setdefault(name, {}).update(values)
    remotes: dict[str, Mapping[str, str]] = {}
    for name, values in whole.items():
        match = _NAMED.fullmatch(name)
        if match is not None and match["kind"] == "remote":
            remotes[match["name"]] = values
    core, cache = whole.get("core", {}), whole.get("cache", {})
    default = core.get("remote", "").lower()
    return DvcConfig(default or None, cache.get("dir") or None, remotes)


def is_url(address: str) -> bool:
    """Whether an address is none of this machine's files."""
    return re.match(r"\w+://", address) is not None


def _section(name: str) -> str:
    match = _NAMED.fullmatch(name)
    return name.lower() if match is None else f'{match["kind"]} "{match["name"].lower()}"'


def _value(text: str) -> str:
    match = _VALUE.fullmatch(text)
    if match is not None:
        return match["double"] if match["double"] is not None else match["single"]
    return text.partition("#")[0].strip()


def _quoted(text: str) -> str:
    is_plain = text and text[0] not in _NEEDS_QUOTES and text[-1] not in _NEEDS_QUOTES
    if is_plain and "," not in text and "#" not in text:
        return text
    return f"'{text}'" if '"' in text else f'"{text}"'


def _absolute(path: str, folder: str) -> str:
    if is_url(path):
        return path
    # Not resolved: a link is the user's way to say where things are.
    return os.path.normpath(Path(folder, os.path.expanduser(path)))  # noqa: PTH111 - never fails
