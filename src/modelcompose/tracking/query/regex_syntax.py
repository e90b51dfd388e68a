"""A regular expression's text as the steps of a machine; see `regex` for what it may hold."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

LONGEST = 500
"""Characters of a pattern."""

MOST_STEPS = 2000
"""Steps of a machine; `{…}` writes its operand so many times."""

MOST_REPEATS = 255

_Takes = Callable[[str], bool]


class Step(Struct):
    """One step: it takes a sign, or is free; then the machine goes on at each of `to`."""

    to: list[int]
    takes: _Takes | None = None
    needs_start: bool = False
    needs_end: bool = False


Syntax = list[Step]
"""A machine: it begins at the first step, and has found its text at the last."""

_CLASSES: dict[str, _Takes] = {
    "d": str.isdecimal,
    "w": lambda sign: sign.isalnum() or sign == "_",
    "s": str.isspace,
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
_REPEATS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def parse_pattern(pattern: str) -> Syntax:
    """Read a pattern.

    Raises:
        ValueError: it is wrong, or too large; says why.
    """
    if len(pattern) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    ignores_case = pattern.startswith("(?i)")
    reader = _Reader(pattern[4:] if ignores_case else pattern, ignores_case=ignores_case)
    tree = reader.alternatives()
    if reader.at < len(reader.text):
        raise ValueError("a `)` that closes nothing")
    machine: Syntax = [Step([])]
    end = _build(tree, machine, 0)
    machine[end].to.append(len(machine))
    machine.append(Step([]))
    return machine


class _Sign(Struct):
    takes: _Takes


class _Edge(Struct):
    is_end: bool


class _Sequence(Struct):
    items: list[_Tree]


class _Alternatives(Struct):
    items: list[_Tree]


class _Repeat(Struct):
    item: _Tree
    least: int
    most: int | None


_Tree = _Sign | _Edge | _Sequence | _Alternatives | _Repeat


class _Reader:
    """Recursive descent over the pattern."""

    def __init__(self, text: str, *, ignores_case: bool) -> None:
        self.text = text
        self.at = 0
        self._ignores_case = ignores_case
        self._depth = 0

    def alternatives(self) -> _Tree:
        items = [self._sequence()]
        while self._took("|"):
            items.append(self._sequence())
        return items[0] if len(items) == 1 else _Alternatives(items)

    def _sequence(self) -> _Tree:
        items: list[_Tree] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            items.append(self._repeated(self._one()))
        return _Sequence(items)

    def _repeated(self, item: _Tree) -> _Tree:
        bounds = self._bounds()
        if bounds is None:
            return item
        if isinstance(item, _Edge):
            raise ValueError("`^` and `$` cannot be repeated")  # noqa: TRY004 - of a pattern
        self._took("?")  # reluctant or not: whether it is found stays the same
        if self._bounds() is not None:
            raise ValueError("a repetition of a repetition")
        return _Repeat(item, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        sign = self.text[self.at : self.at + 1]
        if sign in _REPEATS and sign:
            self.at += 1
            return _REPEATS[sign]
        if sign != "{":
            return None
        closing = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : closing].partition(",")
        if closing < 0 or not low.isdecimal() or not (high or "0").isdecimal():
            raise ValueError("`{` without numbers and `}`: a brace itself is written `\\{`")
        self.at = closing + 1
        least = int(low)
        most = least if not comma else int(high) if high else None
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise ValueError(f"a repetition is from 0 to {MOST_REPEATS}, the larger number last")
        return least, most

    def _one(self) -> _Tree:
        sign = self.text[self.at]
        self.at += 1
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._sign(self._class())
        if sign == ".":
            return _Sign(lambda _: True)
        if sign in "^$":
            return _Edge(sign == "$")
        if sign == "\\":
            return self._sign(self._escape())
        if sign in "*+?{":
            raise ValueError(f"`{sign}` repeats nothing")
        return self._sign(sign.__eq__)

    def _group(self) -> _Tree:
        if self.text.startswith("?", self.at):
            if not self.text.startswith("?:", self.at):
                raise ValueError("of the groups that begin with `(?`, only `(?:…)` is known")
            self.at += 2
        self._depth += 1
        if self._depth > 50:  # noqa: PLR2004 - far below Python's own limit
            raise ValueError("groups too deep within each other")
        inner = self.alternatives()
        self._depth -= 1
        if not self._took(")"):
            raise ValueError("a `(` that is not closed")
        return inner

    def _escape(self) -> _Takes:
        sign = self.text[self.at : self.at + 1]
        self.at += 1
        if sign.lower() in _CLASSES and sign:
            takes = _CLASSES[sign.lower()]
            return takes if sign.islower() else lambda other: not takes(other)
        if not sign or (sign.isalnum() and sign not in _CONTROLS):
            raise ValueError(f"`\\{sign}` is not known")
        return _CONTROLS.get(sign, sign).__eq__

    def _class(self) -> _Takes:
        is_opposite = self._took("^")
        takes: list[_Takes] = []
        while not self._took("]"):
            if self.at >= len(self.text):
                raise ValueError("a `[` that is not closed")
            takes.append(self._member())
        if not takes:
            raise ValueError("`[]` holds nothing: a bracket itself is written `\\]`")
        return lambda sign: any(take(sign) for take in takes) != is_opposite

    def _member(self) -> _Takes:
        sign = self.text[self.at]
        self.at += 1
        if sign == "[":
            raise ValueError("a bracket in a class is written `\\[`")
        if sign == "\\":
            return self._escape()
        text, at = self.text, self.at
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in ("]", ""):
            last = text[at + 1]
            self.at += 2
            if last in "\\[" or last < sign:
                raise ValueError(f"`{sign}-{last}` is no range")
            return lambda other: sign <= other <= last
        return sign.__eq__

    def _sign(self, takes: _Takes) -> _Sign:
        if not self._ignores_case:
            return _Sign(takes)
        return _Sign(lambda sign: takes(sign) or takes(sign.lower()) or takes(sign.upper()))

    def _took(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += 1
            return True
        return False


def _build(tree: _Tree, machine: Syntax, begin: int) -> int:
    """Add the steps of a tree behind `begin`; give the free step that they end at."""
    if len(machine) > MOST_STEPS:
        raise ValueError(f"larger than {MOST_STEPS} steps")
    match tree:
        case _Sign(takes=takes):
            return _taking(machine, begin, takes)
        case _Edge(is_end=is_end):
            end = _add(machine, Step([], needs_start=not is_end, needs_end=is_end))
            machine[begin].to.append(end)
            return _after(machine, end)
        case _Sequence(items=items):
            for item in items:
                begin = _build(item, machine, begin)
            return begin
        case _Alternatives(items=items):
            ends = [_build(item, machine, _after(machine, begin)) for item in items]
            end = _add(machine, Step([]))
            for one in ends:
                machine[one].to.append(end)
            return end
        case _Repeat(item=item, least=least, most=most):
            return _repeat(machine, begin, item, (least, most))


def _repeat(machine: Syntax, begin: int, item: _Tree, bounds: tuple[int, int | None]) -> int:
    least, most = bounds
    for _ in range(least):
        begin = _build(item, machine, begin)
    if most is None:
        loop = _after(machine, begin)
        back = _build(item, machine, _after(machine, loop))
        machine[back].to.append(loop)
        return _after(machine, loop)
    skipping = []
    for _ in range(most - least):
        skipping.append(begin)
        begin = _build(item, machine, _after(machine, begin))
    end = _after(machine, begin)
    for one in skipping:
        machine[one].to.append(end)
    return end


def _taking(machine: Syntax, begin: int, takes: _Takes) -> int:
    taking = _add(machine, Step([], takes=takes))
    machine[begin].to.append(taking)
    end = _add(machine, Step([]))
    machine[taking].to.append(end)
    return end


def _after(machine: Syntax, begin: int) -> int:
    end = _add(machine, Step([]))
    machine[begin].to.append(end)
    return end


def _add(machine: Syntax, step: Step) -> int:
    machine.append(step)
    return len(machine) - 1
