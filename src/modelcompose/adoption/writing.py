"""How values are written in YAML, the way people write Compose files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9_./][\w./@%+*-]*(?: [\w./@%+=*-]+)*")
_NO_TEXT = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n|[-+]?[0-9._]+(?:[eE][-+]?[0-9]+)?|0[xob][0-9a-f]+"
    r"|[0-9]+(?::[0-9]+)+|\d{4}-\d\d?-\d\d?.*",
    re.IGNORECASE,
)
_LONGEST_LINE = 88


def scalar(text: str) -> str:
    """Give a text as a YAML scalar that Compose reads as it is."""
    text = text.replace("$", "$$")
    if _PLAIN.fullmatch(text) and not _NO_TEXT.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def name_text(name: str) -> str:
    """Give a key of a map; nothing in it is Compose's to resolve."""
    is_plain = name == "<<" or (_PLAIN.fullmatch(name) and not _NO_TEXT.fullmatch(name))
    return name if is_plain else json.dumps(name, ensure_ascii=False)


def command_text(text: str) -> str:
    """Give a command as a YAML scalar; its `${NAME:-default}` are Compose's to resolve."""
    is_plain = re.fullmatch(r"[A-Za-z0-9_./$][^#\"'\n]*", text) is not None
    is_plain = is_plain and not _NO_TEXT.fullmatch(text)
    if is_plain and ": " not in text and " #" not in text and not text.endswith((":", " ")):
        return text
    return json.dumps(text, ensure_ascii=False)


def flow_list(texts: Sequence[str]) -> str:
    """Give texts as a list on one line."""
    return f"[{', '.join(map(scalar, texts))}]"


def flow(value: Any) -> str:
    """Give maps, lists and texts on one line."""
    if isinstance(value, Mapping):
        pairs = (f"{name_text(key)}: {flow(each)}" for key, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, Flow):
        return value.text
    return _in_flow(value.text) if isinstance(value, Written) else scalar(str(value))


def _in_flow(text: str) -> str:
    """Quote a plain text that would end at a bracket or comma of the map around it."""
    is_plain = not text.startswith(('"', "!"))
    return json.dumps(text, ensure_ascii=False) if is_plain and set(text) & set(",[]{}") else text


class Written:
    """A text that is YAML already, `${NAME:-default}` and all."""

    def __init__(self, text: str) -> None:
        self.text = text


class Flow(Written):
    """A list or a map on one line, as YAML already; it may stand in another."""


def block(values: Mapping[str, Any], column: int, unit: int) -> list[str]:
    """Give a map as lines in block style; lists of texts stand on their key's line if they fit.

    Args:
        values: maps, lists of texts, texts and booleans; None is written as nothing.
        column: where the keys begin.
        unit: how far an inner map is indented from its key.
    """
    lines: list[str] = []
    margin = " " * column
    for name, value in values.items():
        key = name_text(name)
        if value is None:
            lines.append(f"{margin}{key}:")
        elif isinstance(value, Mapping) and value:
            lines += [f"{margin}{key}:", *block(value, column + unit, unit)]
        elif isinstance(value, Mapping):
            lines.append(f"{margin}{key}: {{}}")
        elif isinstance(value, bool):
            lines.append(f"{margin}{key}: {str(value).lower()}")
        elif isinstance(value, Written):
            lines.append(f"{margin}{key}: {value.text}")
        elif isinstance(value, str):
            lines.append(f"{margin}{key}: {scalar(value)}")
        else:
            lines += _list_lines(key, value, margin, unit)
    return lines


def _list_lines(key: str, texts: Sequence[str], margin: str, unit: int) -> list[str]:
    line = f"{margin}{key}: {flow_list(texts)}"
    if len(line) <= _LONGEST_LINE:
        return [line]
    return [f"{margin}{key}:", *(f"{margin}{' ' * unit}- {scalar(text)}" for text in texts)]
