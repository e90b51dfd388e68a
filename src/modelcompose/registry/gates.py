"""Gates: whether a model may become a version. Pure: the numbers are given.

`evaluate.auc >= 0.7 and evaluate.auc > @champion.evaluate.auc`

It is the filter language over numbers: a name is `STEP.METRIC`, nested keys dotted, with the
summary's `.min`, `.max` and `.last` where a metric is a series; `@ALIAS.STEP.METRIC` is
the same of the version that an alias points to. A name may stand on either side. A comparison with
an alias that points nowhere yet holds: the first version has none to be better than. One with a
number that is missing does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.tracking.query.parser import parse
from modelcompose.tracking.query.tokens import bare
from modelcompose.tracking.query.tree import Both, Comparison, Name, Node, Not, Value

Numbers = Mapping[str, float]
"""Metrics by `STEP.METRIC`."""

Side = float | Literal["absent", "missing"]
"""A number; `missing` where there is none; `absent` where an alias points nowhere."""

_HELD = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class Gate(Struct, frozen=True):
    """A condition that has been read."""

    text: str
    tree: Node

    @property
    def names(self) -> frozenset[str]:
        """Give the metrics that it needs of the candidate."""
        return frozenset(name for name in _names(self.tree) if not name.startswith("@"))

    @property
    def aliases(self) -> frozenset[str]:
        """Give the aliases whose versions' metrics it needs."""
        marked = (name for name in _names(self.tree) if name.startswith("@"))
        return frozenset(name[1:].partition(".")[0] for name in marked)


class Finding(Struct, frozen=True):
    """How one comparison came out."""

    name: str
    operator: str
    wanted: str
    """What it was compared with, as it was written."""
    value: Side
    against: tuple[Side, ...]
    holds: bool

    @property
    def text(self) -> str:
        """Give it in words with both numbers, such as `a.auc > @best.a.auc: 0.7 against 0.8`."""
        sides = ", ".join(map(_shown, self.against))
        return f"{self.name} {self.operator} {self.wanted}: {_shown(self.value)} against {sides}"


class Verdict(Struct, frozen=True):
    """How a gate came out."""

    passed: bool
    findings: tuple[Finding, ...]
    """Of every comparison, in their order."""

    @property
    def failures(self) -> tuple[Finding, ...]:
        """Give what kept it shut: the comparisons that do not hold."""
        return () if self.passed else tuple(f for f in self.findings if not f.holds)


def parse_gate(text: str) -> Gate:
    """Read a gate.

    Raises:
        UsageError: it is wrong; names the position, counted from 1.
    """
    tree = parse(text, _name)
    for comparison in _comparisons(tree):
        if comparison.operator not in {*_HELD, "in", "not in"}:
            raise UsageError(
                f"filter:{comparison.name.position}: {comparison.operator} compares no numbers",
                hint="use one of = != < <= > >=, IN, BETWEEN",
            )
        for value in comparison.values:
            _check_value(value)
    return Gate(text, tree)


def judge(gate: Gate, numbers: Numbers, aliases: Mapping[str, Numbers | None]) -> Verdict:
    """Tell whether a candidate may pass.

    Args:
        gate: the gate.
        numbers: the candidate's metrics.
        aliases: metrics of the versions that aliases point to; None for one that points nowhere.
    """
    findings = {
        comparison: _found(comparison, numbers, aliases) for comparison in _comparisons(gate.tree)
    }
    return Verdict(_is(gate.tree, True, findings), tuple(findings.values()))  # noqa: FBT003


def _is(node: Node, wanted: bool, findings: Mapping[Comparison, Finding]) -> bool:  # noqa: FBT001
    """Tell whether a condition comes out as wanted; what no version is there for does always."""
    if isinstance(node, Not):
        return _is(node.operand, not wanted, findings)
    if isinstance(node, Both):
        each = (_is(operand, wanted, findings) for operand in node.operands)
        return all(each) if (node.word == "and") == wanted else any(each)
    finding = findings[node]
    sides = (finding.value, *finding.against)
    if "absent" in sides:
        return True
    # What is missing fits neither a comparison nor its opposite.
    return "missing" not in sides and finding.holds == wanted


def _found(
    comparison: Comparison, numbers: Numbers, aliases: Mapping[str, Numbers | None]
) -> Finding:
    value = _side(comparison.name.name, numbers, aliases)
    against = tuple(_value_side(each, numbers, aliases) for each in comparison.values)
    return Finding(
        comparison.name.name,
        comparison.operator,
        ", ".join(each.text for each in comparison.values),
        value,
        against,
        _holds(comparison.operator, value, against),
    )


def _holds(operator: str, value: Side, against: tuple[Side, ...]) -> bool:
    sides = (value, *against)
    if "absent" in sides:
        return True
    if "missing" in sides:
        return False
    if operator in ("in", "not in"):
        return (value in against) == (operator == "in")
    return bool(_HELD[operator](value, against[0]))


def _value_side(value: Value, numbers: Numbers, aliases: Mapping[str, Numbers | None]) -> Side:
    try:
        return float(value.text)
    except ValueError:
        return _side(value.text, numbers, aliases)


def _side(name: str, numbers: Numbers, aliases: Mapping[str, Numbers | None]) -> Side:
    if not name.startswith("@"):
        return numbers.get(name, "missing")
    alias, _, metric = name[1:].partition(".")
    of = aliases.get(alias)
    return "absent" if of is None else of.get(metric, "missing")


def _name(text: str, place: str, position: int) -> Name:
    name = bare(text)
    if not _is_metric(name):
        raise UsageError(
            f"{place}:{position}: expected STEP.METRIC or @ALIAS.STEP.METRIC, found {text!r}"
        )
    return Name("metrics", name, position, is_exact=True)


def _check_value(value: Value) -> None:
    try:
        float(value.text)
    except ValueError:
        if not _is_metric(value.text):
            raise UsageError(
                f"filter:{value.position}: expected a number, STEP.METRIC or @ALIAS.STEP.METRIC, "
                f"found {value.text!r}"
            ) from None


def _is_metric(name: str) -> bool:
    if name.startswith("@"):
        alias, dot, name = name[1:].partition(".")
        if not alias or not dot:
            return False
    step, dot, metric = name.partition(".")
    return bool(step and dot and metric)


def _comparisons(node: Node) -> Iterator[Comparison]:
    if isinstance(node, Both):
        for operand in node.operands:
            yield from _comparisons(operand)
    elif isinstance(node, Not):
        yield from _comparisons(node.operand)
    else:
        yield node


def _names(node: Node) -> Iterator[str]:
    for comparison in _comparisons(node):
        yield comparison.name.name
        for value in comparison.values:
            if _is_metric(value.text) and not _is_number(value.text):
                yield value.text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(side: Side) -> str:
    if side == "absent":
        return "no version yet"
    return "no number" if side == "missing" else f"{side:.6g}"
