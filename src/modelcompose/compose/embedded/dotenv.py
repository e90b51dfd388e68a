"""Compose's `.env` syntax: names and values, quotes, escapes, comments and interpolation.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#env_file-format;
where that is silent, Compose's behaviour.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path

from modelcompose.compose.embedded.interpolation import interpolate
from modelcompose.errors import ComposeError, ProjectError, VariableError

_BLANK = "\t\v\f\r \x85\xa0"
_SPACE = (
    _BLANK + "\n\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)
_START = re.compile(rf"(?:[{_SPACE}]+|#[^\n]*)*")
_EXPORT = re.compile(r"export\s+", re.ASCII)
_NAME_END = re.compile(r"[=:\n]")
_ESCAPE = re.compile(r"\\(?:[abcfnrtv$\"\\]|0\d{0,3})", re.ASCII)
_ESCAPED = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "$": "$$",  # interpolation follows, and makes it one
}
_MAX_OCTAL = 0o377


def read_dotenv(
    path: Path, environment: Mapping[str, str], known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Read an environment file.

    Args:
        path: the file.
        environment: looked at first where a value names a variable.
        known: looked at last, such as what earlier files defined.

    Returns:
        What the file defines, in its order; nothing is inherited from `environment` except the
        names that stand alone on a line.

    Raises:
        ComposeError: the file is missing, or not in the format; path and line first.
        VariableError: a value requires a variable that is not set.
    """
    return parse_dotenv(read_text(path), environment, known, name=str(path))


def read_text(path: Path) -> str:
    """Give a file's text.

    Raises:
        ComposeError: there is none, or it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    except FileNotFoundError as error:
        raise ComposeError(
            f"{path}: environment file not found", hint=f"create it: touch {path}"
        ) from error
    except OSError as error:
        raise ComposeError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def parse_dotenv(
    text: str,
    environment: Mapping[str, str],
    known: Mapping[str, str] | None = None,
    *,
    name: str = ".env",
) -> dict[str, str]:
    """Parse the text of an environment file; arguments and result as `read_dotenv`."""
    defined: dict[str, str] = {}
    variables = ChainMap[str, str](dict(environment), defined, dict(known or {}))
    position = 0
    while (position := _skip(text, position)) < len(text):
        try:
            key, value, position = _statement(text, position, variables)
        except (ComposeError, VariableError) as error:
            raise _placed(error, name, text, position) from error
        if value is not None:
            defined[key] = value
    return defined


def parse_raw(text: str, environment: Mapping[str, str], *, name: str) -> dict[str, str]:
    """Parse an environment file of format `raw`: `docker run --env-file`'s, values as they are."""
    defined: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        statement = line.removesuffix("\r").lstrip(_SPACE)
        if not statement or statement.startswith("#"):
            continue
        key, separator, value = statement.partition("=")
        if not key or any(character.isspace() for character in key):
            raise ComposeError(f"{name}:{number}: expected NAME=VALUE, found {statement!r}")
        if separator or key in environment:
            defined[key] = value if separator else environment[key]
    return defined


def _skip(text: str, position: int) -> int:
    found = _START.match(text, position)
    return found.end() if found else position


def _placed(error: ProjectError, name: str, text: str, position: int) -> ProjectError:
    line = text.count("\n", 0, position) + 1
    return type(error)(f"{name}:{line}: {error.message}", hint=error.hint)


def _statement(
    text: str, position: int, variables: ChainMap[str, str]
) -> tuple[str, str | None, int]:
    """Read one statement: its name, its value (None where there is none), and where it ends."""
    exported = _EXPORT.match(text, position)
    start = exported.end() if exported else position
    key, separator, position = _name(text, start)
    if separator == "\n":
        return key, variables.get(key), position
    quote = text[position : position + 1]
    if quote in {"'", '"'}:
        value, position = _quoted(text, position)
        if quote == '"':
            value = interpolate(_ESCAPE.sub(_unescaped, value), variables)
        return key, value, position
    line, end = _line(text, position)
    return key, interpolate(line.partition(" #")[0].rstrip(_SPACE), variables), end


def _name(text: str, start: int) -> tuple[str, str, int]:
    """Read a name and what ends it.

    A last line that holds a name alone, without a line break, defines the empty name, as in
    Compose.
    """
    line = text[start:].partition("\n")[0]
    found = _NAME_END.search(text, start)
    stop = found.start() if found else len(text)
    for character in text[start:stop]:
        if not (character in _BLANK or character in "_.-[]" or _is_alphanumeric(character)):
            raise ComposeError(f"unexpected character {character!r} in variable name {line!r}")
    if found is None:
        return "", "", start
    key = text[start:stop].rstrip(_SPACE)
    if " " in key:
        raise ComposeError(f"key cannot contain a space: {key!r}")
    position = found.end()
    while position < len(text) and text[position] in _BLANK:
        position += 1
    return key, found[0], position


def _is_alphanumeric(character: str) -> bool:
    return character.isalpha() or character.isnumeric()


def _line(text: str, position: int) -> tuple[str, int]:
    end = text.find("\n", position)
    return (text[position:], len(text)) if end < 0 else (text[position:end], end + 1)


def _quoted(text: str, start: int) -> tuple[str, int]:
    """Read a quoted value, over several lines where it has them; quotes lose their backslash."""
    quote = text[start]
    position = start + 1
    characters: list[str] = []
    while position < len(text):
        character = text[position]
        if character == quote:
            return "".join(characters), position + 1
        if character == "\\" and position + 1 < len(text):
            position += 1
            following = text[position]
            characters.append(following if following == quote else f"\\{following}")
        else:
            characters.append(character)
        position += 1
    raise ComposeError(f"unterminated quoted value {text[start:].partition(chr(10))[0]}")


def _unescaped(match: re.Match[str]) -> str:
    letter = match[0][1]
    if letter != "0":
        return _ESCAPED.get(letter, match[0])
    digits = match[0][2:]
    if len(digits) != 3 or set(digits) & set("89") or int(digits, 8) > _MAX_OCTAL:  # noqa: PLR2004
        return match[0]
    return chr(int(digits, 8))
