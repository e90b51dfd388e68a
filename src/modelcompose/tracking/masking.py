"""Secret values taken out of logs, runs and messages.

A value of fewer than four characters is not looked for in free text, where it would hide what
it does not mean; where it stands as the value of a secret variable it is masked all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

MASK = "***"
"""What stands in the place of a secret."""

_SHORTEST = 4
_SHORTEST_LINE = 8
_VARIABLES = frozenset({"environment", "args", "overrides"})
"""Keys of documents under which names of variables stand, with their values."""


def is_secret(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether a variable of this name holds a secret.

    Args:
        name: the variable's name; case does not count.
        patterns: name patterns such as `*_KEY`; with `!` in front, names that are no secret
            though another pattern matches.
    """
    return _is_secret(name.upper(), tuple(patterns))


@lru_cache(maxsize=4096)
def _is_secret(name: str, patterns: tuple[str, ...]) -> bool:
    exempt = (p[1:].upper() for p in patterns if p.startswith("!"))
    if any(fnmatchcase(name, pattern) for pattern in exempt):
        return False
    return any(fnmatchcase(name, p.upper()) for p in patterns if not p.startswith("!"))


class Masker:
    """Takes secrets out of one stream of bytes, and out of any text or value.

    `feed` and `flush` are for one stream and one thread; the other methods may be called at any
    time from any thread.
    """

    def __init__(self, secrets: Iterable[str | bytes], patterns: Sequence[str] = ()) -> None:
        """Take the secrets, and the name patterns of variables that hold some.

        Space around a secret does not count. Of a secret of several lines each longer line is
        a secret of its own, since programs print such values with more between the lines.
        """
        self._patterns = tuple(patterns)
        self._secrets = _looked_for(secrets)
        self._search = re.compile(b"|".join(map(re.escape, self._secrets)) or rb"(?!)").finditer
        self._starts = re.compile(b"[" + b"".join(_first_bytes(self._secrets)) + b"]").finditer
        self._longest = max(map(len, self._secrets), default=0)
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Give what can be told of the stream so far: bytes that may begin a secret wait."""
        if not self._secrets:
            return data
        if self._held:
            data = self._held + data
        wait = self._wait_from(data, 0)
        masked, end = (b"", 0)
        if self._may_hold(data):
            masked, end = self._masked(data, wait)
            if end > wait:
                wait = self._wait_from(data, end)
        self._held = data[wait:]
        return masked + data[end:wait] if end or self._held else data

    def flush(self) -> bytes:
        """Give what waited, at the stream's end."""
        data, self._held = self._held, b""
        masked, end = self._masked(data, len(data))
        return masked + data[end:]

    def text(self, text: str) -> str:
        """Give a text with the secrets masked."""
        if not self._secrets:
            return text
        data = text.encode(errors="surrogateescape")
        if not self._may_hold(data):
            return text
        masked, end = self._masked(data, len(data))
        return (masked + data[end:]).decode(errors="surrogateescape")

    def value(self, value: Any) -> Any:
        """Give a JSON-like value with the secrets masked in every text in it.

        Under `environment`, `args` and `overrides`, values of secret variables are masked whole.
        """
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                self.value(key): self.variables(one)
                if key in _VARIABLES and isinstance(one, Mapping)
                else self.value(one)
                for key, one in value.items()
            }
        if isinstance(value, list | tuple):
            return type(value)(self.value(one) for one in value)
        return value

    def variables(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Give variables by name with secret ones masked whole, and secrets in the others.

        An empty value is no secret: whoever makes a run again has to know that none was given.
        """
        return {
            name: MASK
            if value not in (None, "") and is_secret(name, self._patterns)
            else self.value(value)
            for name, value in variables.items()
        }

    def _may_hold(self, data: bytes) -> bool:
        # Many plain searches are quicker than one search for alternatives.
        return any(secret in data for secret in self._secrets)

    def _masked(self, data: bytes, before: int) -> tuple[bytes, int]:
        """Mask the secrets that start before a position; give that and where the last ended."""
        pieces, end = [], 0
        for match in self._search(data):
            if match.start() >= before:
                break
            pieces += [data[end : match.start()], MASK.encode()]
            end = match.end()
        return b"".join(pieces), end

    def _wait_from(self, data: bytes, start: int) -> int:
        """Give the first position from which the rest may be the beginning of a secret."""
        start = max(start, len(data) - self._longest + 1)
        for match in self._starts(data, start):
            rest = data[match.start() :]
            if any(len(s) > len(rest) and s.startswith(rest) for s in self._secrets):
                return match.start()
        return len(data)


def _looked_for(secrets: Iterable[str | bytes]) -> tuple[bytes, ...]:
    """Give what is searched in text, the longest first: of two that match, that one is meant."""
    found: set[bytes] = set()
    for secret in secrets:
        data = secret if isinstance(secret, bytes) else secret.encode(errors="surrogateescape")
        lines = data.split(b"\n")
        if len(lines) > 1:
            found.update(line for raw in lines if len(line := raw.strip()) >= _SHORTEST_LINE)
        found.add(data.strip())
    kept = (data for data in found if len(data) >= _SHORTEST)
    return tuple(sorted(kept, key=lambda data: (-len(data), data)))


def _first_bytes(secrets: Iterable[bytes]) -> list[bytes]:
    return [re.escape(secret[:1]) for secret in secrets] or [b"\0"]
