"""Print a project as the plain Compose file that it stands for, so that a user can leave us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from modelcompose.compose.project import Project

# Whatever else a YAML reader could take for a number, a date, a boolean or nothing is quoted.
_SAFE_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+-]*(?::[A-Za-z0-9_./@+-]+)*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_NO_FOLDING = 1 << 30


def render(project: Project) -> str:
    """Give the project as a YAML file without `x-ml`.

    Docker Compose resolves it to what it resolves the project's own files to. A `$` in a value
    stands twice, as Compose wants it.
    """
    return to_yaml(project.document)


def to_yaml(document: Mapping[str, Any]) -> str:
    """Write plain values as YAML that every reader takes for the same values, keys in order."""
    import yaml

    text: str = yaml.dump(
        document,
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_NO_FOLDING,
    )
    return text


def style_of(text: str) -> str | None:
    """Choose how to write a text: plain (None), in quotes, or as a block of lines."""
    if "\n" in text:
        return "|"
    if text.lower() in _WORDS or not _SAFE_PLAIN.fullmatch(text):
        return '"'
    return None


@cache
def _dumper() -> Any:
    """Make the dumper's class on first use: importing yaml takes time that most verbs save."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]
        def ignore_aliases(self, _data: object) -> bool:
            return True

    def represent_text(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style_of(text))

    Dumper.add_representer(str, represent_text)
    return Dumper
