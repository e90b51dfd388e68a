"""What remotes and places to read from share: they close when their block ends."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Closing:
    """A context manager that gives itself, and closes at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open; most keep nothing open."""
