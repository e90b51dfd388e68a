"""Read a report: strict in what is ours, and every fault with its place. Pure."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from msgspec import Struct

from modelcompose.compose.fault import Fault
from modelcompose.compose.validation import validate
from modelcompose.compose.yaml_limits import check_aliases
from modelcompose.compose.yaml_loader import load_yaml, place_in
from modelcompose.errors import GrammarError, ProjectError
from modelcompose.reporting.checking import check
from modelcompose.reporting.cutting import Cut, cut
from modelcompose.reporting.grammar import BLOCKS, FrontMatter, RunSet
from modelcompose.reporting.report import BlockFault, Placed, Prose, Report

_PLACE = re.compile(r"(?P<line>\d+):(?P<column>\d+): (?P<rest>.*)", re.DOTALL)
_NUMBER_AS_RUN = re.compile(r"expected a run's id.* found [\d.]+(?:e[-+]?\d+)?$|found inf$")
_QUOTES = "YAML takes it for a number: put the id of a run in quotes"
_Keys = TypeVar("_Keys", bound=Struct)


def parse(text: str, name: str) -> Report:
    """Read a report.

    Args:
        text: of the file.
        name: the report's name, its title where it says none.
    """
    pieces = cut(text, BLOCKS)
    front, faults = FrontMatter(), []
    found: list[Prose | Placed | BlockFault] = []
    sets: dict[str, int] = {}
    for one in pieces.cuts:
        if one.kind == "prose":
            found.append(Prose(one.text, one.line))
            continue
        read = _read(one, FrontMatter if one.kind == "front" else BLOCKS[one.kind])
        if not isinstance(read, BlockFault) and one.kind == "runs":
            read = _named_once(one, read, sets)
        if isinstance(read, BlockFault):
            faults.append(read)
        if isinstance(read, FrontMatter):
            front = read
        else:
            found.append(read if isinstance(read, BlockFault) else _placed(one, read))
    title = front.title or _heading(found) or name
    return Report(title, front, tuple(found), tuple(faults), pieces.references, pieces.images)


def checked(report: Report, file: str) -> Report:
    """Give a report that is right.

    Args:
        report: what was read.
        file: what errors name.

    Raises:
        GrammarError: something in it is wrong; names all of it.
    """
    if not report.faults:
        return report
    lines = [f"{file}:{one.line}:{one.column}: {one.message}" for one in report.faults]
    raise GrammarError("\n".join(lines), hint=next((f.hint for f in report.faults if f.hint), None))


def _read(one: Cut, keys: type[_Keys]) -> _Keys | BlockFault:
    try:
        value = load_yaml(one.text)
        check_aliases(one.text, value)
    except ProjectError as error:
        return _broken(one, error.message)
    except (ValueError, RecursionError) as error:
        return _broken(one, str(error))
    except TypeError:  # a list or a map where a key is due
        return _broken(one, "a key that is no text")
    try:
        return check(validate(_plain(value), keys, ()))
    except Fault as fault:
        return _fault(one, fault)


def _plain(value: Any) -> Any:
    """Give a map with the keys that the grammar knows as texts; anything else as it is."""
    return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


def _fault(one: Cut, fault: Fault) -> BlockFault:
    place = place_in(one.text, list(fault.path)) if fault.path else None
    line, column = place or (0, 1)
    message = fault.problem if not fault.path else str(fault)
    start = one.body_line if place else one.line + 1
    where = "front matter" if one.kind == "front" else one.kind
    text = f"{where}: {message}"
    hint = fault.hint or (_QUOTES if _NUMBER_AS_RUN.search(message) else None)
    return BlockFault(start + line - 1, column, text, hint, one.kind, one.text, one.line)


def _broken(one: Cut, message: str) -> BlockFault:
    found = _PLACE.fullmatch(message)
    line, column = (int(found["line"]), int(found["column"])) if found else (1, 1)
    text = f"{one.kind}: no YAML: {found['rest'] if found else message}"
    hint = "write KEY: VALUE, a line each; quote a value that holds `: ` or begins with a sign"
    return BlockFault(one.body_line + line - 1, column, text, hint, one.kind, one.text, one.line)


def _named_once(one: Cut, keys: Any, sets: dict[str, int]) -> Any:
    name = keys.name if isinstance(keys, RunSet) else ""
    if name in sets:
        return _fault(one, Fault(("name",), f"{name} is the run set of line {sets[name]}"))
    sets[name] = one.line
    return keys


def _placed(one: Cut, keys: Any) -> Placed:
    return Placed(one.kind, keys, one.text, one.line)


def _heading(found: list[Prose | Placed | BlockFault]) -> str:
    """Give the text of a first-level heading that the report begins with."""
    first = found[0] if found else None
    line = first.text.partition("\n")[0] if isinstance(first, Prose) else ""
    if not line.startswith(("# ", "#\t")):
        return ""
    # No regular expression: those that say it take the cube of a line's length.
    text = line[1:].strip()
    return text.rstrip("#").rstrip() or text
