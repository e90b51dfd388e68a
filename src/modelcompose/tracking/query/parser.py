"""The language that chooses runs, parsed into a tree.

`step = train and (metrics.auc > 0.7 or not status = failed) and created > 2d`

It is MLflow's, and more. A comparison is a name, an operator and a value:

- names: the fields of `fields.RUN_FIELDS`, also after `attributes.`; `metrics.NAME`,
  `params.NAME`, `tags.NAME`, `datasets.name|digest|context`. A NAME with other signs stands in
  backticks or quotes. A metric's NAME may end in `.last`, `.min`, `.max`, `.mean`, `.best` (by the
  project's objective) or `.count`;
- operators: `= != < <= > >=`, `LIKE` and `ILIKE` with `%` and `_`, `~` or `RLIKE` with a regular
  expression that is looked for anywhere, `IN (…)`, `BETWEEN … AND …`, each also after `NOT`
  (`!~` too), `IS NULL`, `IS NOT NULL`;
- values: words, numbers, quoted text; for `duration` also `90s`, `10m`, `2h`, `1d`; for times a
  date (`2025-03-01`, `2025-03-01T14:30`), an age (`2d`: two days ago), or milliseconds since 1970.

`NOT` binds closest, then `AND`, then `OR`; parentheses group. What a run lacks fits no comparison,
and so `NOT` of it; a metric that is NaN fits `!=`, and `= nan`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from modelcompose.errors import UsageError
from modelcompose.tracking.query.tokens import Token, bare, is_quoted, tokens
from modelcompose.tracking.query.tree import Both, Comparison, Name, Node, Not, Operator, Value

DEEPEST = 40
"""Parentheses and `not` within each other."""

MOST_COMPARISONS = 400

Names = Callable[[str, str, int], Name]
"""Reads a name: its text, what errors begin with, its position."""

_SIGNS: dict[str, Operator] = {
    "==": "=",
    "<>": "!=",
    "~": "matches",
    "!~": "not matches",
}
_WORDS: dict[str, Operator] = {
    "like": "like",
    "ilike": "ilike",
    "rlike": "matches",
    "regexp": "matches",
}
_KEYWORDS = frozenset({"not", "in", "is", "between", *_WORDS})
_EXPECTED = "one of = != < <= > >= ~, LIKE, IN, BETWEEN, IS NULL"


def parse(text: str, names: Names) -> Node:
    """Parse a filter.

    Args:
        text: the filter.
        names: reads its names, such as `fields.run_name`.

    Raises:
        UsageError: the filter is wrong; names the position, counted from 1.
    """
    parser = _Parser(text, names)
    node = parser.any_of()
    parser.expect("end", "`and`, `or` or the end")
    return node


class _Parser:
    """Recursive descent: `or` binds weakest, then `and`, then `not`."""

    def __init__(self, text: str, names: Names) -> None:
        self._tokens = tokens(text)
        self._names = names
        self._at = 0
        self._depth = 0
        self._comparisons = 0

    def any_of(self) -> Node:
        operands = [self._all_of()]
        while self._took("or"):
            operands.append(self._all_of())
        return operands[0] if len(operands) == 1 else Both("or", tuple(operands))

    def expect(self, kind: str, expected: str) -> Token:
        token = self._tokens[self._at]
        if token.kind != kind:
            raise _unexpected(token, expected)
        self._at += 1
        return token

    def _all_of(self) -> Node:
        operands = [self._one()]
        while self._took("and"):
            operands.append(self._one())
        return operands[0] if len(operands) == 1 else Both("and", tuple(operands))

    def _one(self) -> Node:
        token = self._tokens[self._at]
        if self._took("not"):
            return Not(self._deeper(self._one, token))
        if token.kind == "open":
            self._at += 1
            node = self._deeper(self.any_of, token)
            self.expect("close", "`)`")
            return node
        return self._comparison()

    def _deeper(self, rule: Callable[[], Node], token: Token) -> Node:
        if self._depth == DEEPEST:
            raise UsageError(f"filter:{token.position}: more than {DEEPEST} levels deep")
        self._depth += 1
        node = rule()
        self._depth -= 1
        return node

    def _comparison(self) -> Node:
        word = self.expect("word", "a name such as `step` or `metrics.auc`")
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            raise UsageError(f"filter:{word.position}: more than {MOST_COMPARISONS} comparisons")
        name = self._names(word.text, "filter", word.position)
        token = self._tokens[self._at]
        if token.kind == "operator":
            self._at += 1
            operator = _SIGNS.get(token.text, cast("Operator", token.text))
            return Comparison(name, operator, (self._value(),))
        if token.kind == "word" and token.text.lower() in _KEYWORDS:
            return self._worded(name)
        raise _unexpected(token, _EXPECTED)

    def _worded(self, name: Name) -> Node:
        if self._took("is"):
            operator: Operator = "is not null" if self._took("not") else "is null"
            self._keyword("null")
            return Comparison(name, operator)
        is_negated = self._took("not")
        if self._took("between"):
            return self._between(name, is_negated=is_negated)
        if self._took("in"):
            return Comparison(name, "not in" if is_negated else "in", self._list())
        token = self._tokens[self._at]
        word = _WORDS.get(token.text.lower()) if token.kind == "word" else None
        if word is None:
            raise _unexpected(token, "LIKE, ILIKE, RLIKE, IN or BETWEEN")
        self._at += 1
        chosen = cast("Operator", f"not {word}") if is_negated else word
        return Comparison(name, chosen, (self._value(),))

    def _between(self, name: Name, *, is_negated: bool) -> Node:
        low = self._value()
        self._keyword("and")
        high = self._value()
        if is_negated:
            return Both("or", (Comparison(name, "<", (low,)), Comparison(name, ">", (high,))))
        return Both("and", (Comparison(name, ">=", (low,)), Comparison(name, "<=", (high,))))

    def _list(self) -> tuple[Value, ...]:
        self.expect("open", "`(`")
        values = [self._value()]
        while self._tokens[self._at].kind == "comma":
            self._at += 1
            if self._tokens[self._at].kind == "close":  # as Python and MLflow write a single one
                break
            values.append(self._value())
        self.expect("close", "`,` or `)`")
        return tuple(values)

    def _value(self) -> Value:
        word = self.expect("word", "a value")
        return Value(bare(word.text), word.position, is_quoted(word.text))

    def _keyword(self, keyword: str) -> None:
        if not self._took(keyword):
            raise _unexpected(self._tokens[self._at], keyword.upper())

    def _took(self, keyword: str) -> bool:
        token = self._tokens[self._at]
        if token.kind == "word" and token.text.lower() == keyword:
            self._at += 1
            return True
        return False


def _unexpected(token: Token, expected: str) -> UsageError:
    found = token.text if token.kind == "end" else repr(token.text)
    return UsageError(f"filter:{token.position}: expected {expected}, found {found}")
