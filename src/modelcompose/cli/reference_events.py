"""The reference page of events: what `--format json` streams, from the classes that are it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import get_args

from modelcompose.compose.reference import one_sentence_a_line
from modelcompose.pipeline.events import EVENTS, Event
from modelcompose.pipeline.report import Ending

_HEAD = """\
# Events

`modelcompose run --format json` prints on stdout what happens, as it happens: a JSON object on each line.
The same lines go to stderr with `--progress json`.

Each line has `event`, one of the names below, and `time`, in seconds since the epoch.
The last line of stdout is no event: `{"steps": [...]}`, each step as its `end` event tells it, without `event` and `time`.
A step that is fresh does not start: it has an `end`, and at most a `wait` before it.

A key may be added to an event in a later version; none goes, and none changes its meaning.
Secrets are masked.
"""  # noqa: E501, documentation has one sentence a line

_TYPES = {
    "str": "text",
    "float": "number",
    "int": "whole number",
    "bool": "true or false",
    "None": "null",
    "Ending": " or ".join(f"`{ending}`" for ending in get_args(Ending)),
}

_EVERYWHERE = {
    "step": "The step's name.",
    "run": "The id of its run.",
    "error": "Why it did not succeed.",
    "hint": "How to mend that.",
    "ended_at": "When the run ended that made its outputs, in seconds since the epoch.",
    "duration_s": "How long that run took.",
}
"""What is said of keys that mean the same wherever they stand."""


def page() -> str:
    """Give the page as Markdown."""
    return "".join([_HEAD, *map(_section, EVENTS)])


def _section(event: type[Event]) -> str:
    about = one_sentence_a_line(inspect.cleandoc(event.__doc__ or ""))
    head = f"\n## `{event.__struct_config__.tag}`\n\n{about}\n\n"
    rows = [f"| `{name}` | {kind} | {text} |\n" for name, kind, text in _keys(event)]
    return "".join([head, "| key | value | what it says |\n| --- | --- | --- |\n", *rows])


def _keys(event: type[Event]) -> Iterator[tuple[str, str, str]]:
    """Give each key of an event, its type in words and what is said of it in the source."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(event))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            yield name, _kind(node.annotation), _said(after) or _EVERYWHERE[name]


def _kind(annotation: ast.expr) -> str:
    if isinstance(annotation, ast.BinOp):
        return f"{_kind(annotation.left)} or {_kind(annotation.right)}"
    if isinstance(annotation, ast.Subscript):
        return "map"
    return _TYPES[ast.unparse(annotation)]


def _said(node: ast.stmt | None) -> str:
    """Give the text below a key on one line, nothing where there is none."""
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return " ".join(text.split())
        case _:
            return ""
