"""Whole lines out of what steps print piece by piece."""

from __future__ import annotations

_LONGEST = 65536


class Lines:
    """Cuts the output of several steps into lines; for one thread at a time."""

    def __init__(self) -> None:
        self._open: dict[str, bytes] = {}

    def feed(self, step: str, data: bytes) -> list[bytes]:
        """Give the lines of a step that are whole now, without their ends."""
        *lines, rest = (self._open.get(step, b"") + data).split(b"\n")
        if len(rest) > _LONGEST:
            lines.append(rest)
            rest = b""
        self._open[step] = rest
        return lines

    def rest(self, step: str) -> bytes:
        """Give what a step has printed of a line that is not whole yet."""
        return self._open.get(step, b"")

    def finish(self, step: str) -> list[bytes]:
        """Give a step's last line, where it has no end."""
        rest = self._open.pop(step, b"")
        return [rest] if rest else []


def shown(line: bytes) -> str:
    """Give a line as text; bytes that are none become the replacement character."""
    return line.rstrip(b"\r").decode(errors="replace")
