"""The language that chooses runs, parsed into a tree.

`step = train and (metrics.auc > 0.7 or not status = failed) and created > 2d`

A comparison is a name, one of `= != < <= > >=`, and a value. Names are those of `FIELDS`,
`params.NAME` and `metrics.NAME`; a NAME with other signs stands in quotes. Values are words,
numbers, quoted text; for `duration` also `90s`, `10m`, `2h`, `1d`; for `created`, `started` and
`ended` a date (`2025-03-01`, `2025-03-01T14:30`) or an age (`2d`: two days ago).
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from modelcompose.errors import UsageError

FIELDS: dict[str, Literal["text", "number", "time", "claim"]] = {
    "id": "text",
    "step": "text",
    "status": "text",
    "kind": "text",
    "project": "text",
    "folder": "text",
    "engine": "text",
    "cause": "text",
    "error": "text",
    "identity": "text",
    "image": "text",
    "branch": "text",
    "commit": "text",
    "attempt": "number",
    "exit_code": "number",
    "duration": "number",
    "created": "time",
    "started": "time",
    "ended": "time",
    "oom_killed": "claim",
    "timed_out": "claim",
}
"""What a run can be chosen and sorted by beside its parameters and metrics."""


_ALIASES = {"run": "id", "took": "duration", "why": "cause"}
"""What the columns of `modelcompose runs` are titled."""


class Name(Struct, frozen=True):
    """What is compared: a field of the run, or one of its parameters or metrics."""

    kind: Literal["field", "params", "metrics"]
    name: str
    position: int = 1


class Comparison(Struct, frozen=True):
    """`name operator value`; `position` is where the value stands, counted from 1."""

    name: Name
    operator: str
    value: str
    position: int


class Not(Struct, frozen=True):
    """The runs that the operand does not choose."""

    operand: Node


class Both(Struct, frozen=True):
    """The runs that all operands choose (`and`), or any of them (`or`)."""

    word: Literal["and", "or"]
    operands: tuple[Node, ...]


Node = Comparison | Not | Both


class _Token(Struct, frozen=True):
    text: str
    kind: str
    position: int


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\)) | (?P<operator>==|!=|<=|>=|=|<|>)
      | (?P<word>(?:[^\s()=!<>"'`]+|"[^"]*"|'[^']*'|`[^`]*`)+)
    )""",
    re.VERBOSE,
)
_QUOTED = re.compile(r""""([^"]*)"|'([^']*)'|`([^`]*)`""")
_END = "the end"


def parse(text: str) -> Node:
    """Parse a filter.

    Raises:
        UsageError: the filter is wrong; names the position, counted from 1.
    """
    parser = _Parser(text)
    node = parser.any_of()
    parser.expect("end", "`and`, `or` or the end")
    return node


def parse_name(text: str, place: str, position: int = 1) -> Name:
    """Parse what a comparison, a sort key or a column names.

    Args:
        text: the name.
        place: what errors begin with.
        position: where it stands there, counted from 1.

    Raises:
        UsageError: no run has such a field; names the nearest.
    """
    prefix, dot, rest = text.partition(".")
    if dot and prefix in ("params", "metrics") and rest:
        return Name("params" if prefix == "params" else "metrics", _bare(rest), position)
    field = _ALIASES.get(text, text)
    if field in FIELDS:
        return Name("field", field, position)
    raise UsageError(f"{place}:{position}: a run has no field {text!r}", hint=_nearest(text))


def _nearest(text: str) -> str:
    import difflib

    names = difflib.get_close_matches(text, FIELDS, n=1)
    if names:
        return f"did you mean {names[0]!r}?"
    return f"use one of {', '.join(FIELDS)}, params.NAME or metrics.NAME"


def _bare(text: str) -> str:
    return _QUOTED.sub(lambda match: next(g for g in match.groups() if g is not None), text)


def _tokens(text: str) -> list[_Token]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            blank = len(text[at:]) - len(text[at:].lstrip())
            at += blank
            raise UsageError(f"filter:{at + 1}: cannot read {text[at:]!r}")
        kind = str(match.lastgroup)
        tokens.append(_Token(match[kind], kind, match.start(kind) + 1))
        at = match.end()
    return [*tokens, _Token(_END, "end", end + 1)]


class _Parser:
    """Recursive descent: `or` binds weakest, then `and`, then `not`."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def any_of(self) -> Node:
        operands = [self._all_of()]
        while self._took("or"):
            operands.append(self._all_of())
        return operands[0] if len(operands) == 1 else Both("or", tuple(operands))

    def expect(self, kind: str, expected: str) -> _Token:
        token = self._tokens[self._at]
        if token.kind != kind:
            found = token.text if token.kind == "end" else repr(token.text)
            raise UsageError(f"filter:{token.position}: expected {expected}, found {found}")
        self._at += 1
        return token

    def _all_of(self) -> Node:
        operands = [self._one()]
        while self._took("and"):
            operands.append(self._one())
        return operands[0] if len(operands) == 1 else Both("and", tuple(operands))

    def _one(self) -> Node:
        if self._took("not"):
            return Not(self._one())
        if self._tokens[self._at].kind == "open":
            self._at += 1
            node = self.any_of()
            self.expect("close", "`)`")
            return node
        return self._comparison()

    def _comparison(self) -> Node:
        word = self.expect("word", "a name such as `step` or `metrics.auc`")
        name = parse_name(word.text, "filter", word.position)
        operator = self.expect("operator", "one of = != < <= > >=").text
        value = self.expect("word", "a value")
        return Comparison(
            name, "=" if operator == "==" else operator, _bare(value.text), value.position
        )

    def _took(self, keyword: str) -> bool:
        token = self._tokens[self._at]
        if token.kind == "word" and token.text.lower() == keyword:
            self._at += 1
            return True
        return False
