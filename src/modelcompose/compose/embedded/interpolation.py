"""Compose's `${…}`: put variables into text, and find the variables that a text names.

Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md; where that is
silent, Compose's behaviour. A substitution and its default stand on one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from modelcompose.errors import ComposeError, VariableError

Lookup = Callable[[str], str | None]

# The greedy `.*` takes everything up to the line's last brace; `_closing_brace` then finds where
# the substitution really ends, and the rest is looked at again.
_PATTERN = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[_a-z][_a-z0-9]*)"
    r"|\{(?:(?P<braced>[_a-z][_a-z0-9]*(?::?[-+?].*)?)\}|(?P<invalid>)))",
    re.IGNORECASE,
)
_BRACED = re.compile(
    r"(?P<name>[_a-z][_a-z0-9]*)(?P<operator>:?[-+?])?(?P<word>.*)", re.IGNORECASE | re.DOTALL
)


def interpolate(text: str, variables: Mapping[str, str], *, need_values: bool = True) -> str:
    """Replace every `$NAME` and `${NAME…}` of a text; `$$` gives `$`, an unset variable nothing.

    Args:
        text: as written in the Compose file.
        variables: the values.
        need_values: when false, a required variable that is not set gives nothing, too.

    Raises:
        VariableError: a variable required by `${NAME:?…}` or `${NAME?…}` is not set.
        ComposeError: a `${` begins what is no substitution.
    """
    if "$" not in text:
        return text
    return _substitute(text, variables, need_values)


def variables_of(text: str) -> dict[str, str | None]:
    """Find the variables that a text interpolates, those inside defaults too.

    Returns:
        Name to default as written; None for a variable without one. Of several defaults the
        first counts.
    """
    found: dict[str, str | None] = {}
    for name, default in _occurrences(text):
        if found.get(name) is None:
            found[name] = default
    return found


def _substitute(text: str, variables: Mapping[str, str], need_values: bool) -> str:  # noqa: FBT001
    def replace(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        if match["plain"]:
            return variables.get(match["plain"], "")
        if match["braced"] is None:
            raise ComposeError(
                f"invalid interpolation format: {text}",
                hint="write a dollar sign that begins no variable twice: $$",
            )
        braced, rest = _split(match)
        value = _expand(braced, variables, need_values)
        return value + _substitute(rest, variables, need_values)

    return _PATTERN.sub(replace, text)


def _split(match: re.Match[str]) -> tuple[str, str]:
    """Give what stands between the braces, and what follows the closing one."""
    whole = match[0]
    end = _closing_brace(whole)
    return (match["braced"], "") if end is None else (whole[2:end], whole[end + 1 :])


def _closing_brace(text: str) -> int | None:
    """Find the brace that closes the first one; None where they do not balance."""
    depth = 0
    position = 0
    while position < len(text):
        if text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
        elif text[position] == "{":
            depth += 1
            position += 1  # as Compose: the character after an opening brace closes nothing
        position += 1
    return None


def _expand(braced: str, variables: Mapping[str, str], need_values: bool) -> str:  # noqa: FBT001
    found = _BRACED.fullmatch(braced)
    if found is None:  # pragma: no cover, _PATTERN has matched a name
        return ""
    name, operator = found["name"], found["operator"]
    value = variables.get(name)
    if operator is None:
        return value or ""
    word = _substitute(found["word"], variables, need_values)
    is_given = value is not None and (value != "" or not operator.startswith(":"))
    if operator.endswith("+"):
        return word if is_given else value or ""
    if is_given:
        return value or ""
    if operator.endswith("-"):
        return word
    if not need_values:
        return ""
    reason = f": {word}" if word else ""
    raise VariableError(
        f"required variable {name} is missing a value{reason}",
        hint=f"set it in the environment or in .env: {name}=…",
    )


def _occurrences(text: str) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for match in _PATTERN.finditer(text):
        if match["plain"]:
            found.append((match["plain"], None))
        elif match["braced"]:
            braced, rest = _split(match)
            found += _braced_occurrences(braced)
            found += _occurrences(rest)
    return found


def _braced_occurrences(braced: str) -> list[tuple[str, str | None]]:
    parts = _BRACED.fullmatch(braced)
    if parts is None:
        return []
    operator, word = parts["operator"] or "", parts["word"]
    default = word if operator.endswith("-") else None
    return [(parts["name"], default), *_occurrences(word if operator else "")]
