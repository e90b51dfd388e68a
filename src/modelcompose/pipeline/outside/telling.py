"""How far something is that is fetched for a step: a line every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

from modelcompose.store.remotes.parallel import Progress

_EVERY_S = 5.0
_MB = 1e6


class Told(Progress):
    """Counts what comes from one URL."""

    def __init__(self, url: str, tells: Callable[[str], None]) -> None:
        """Say that it begins.

        Args:
            url: as it may be shown.
            tells: is given each line.
        """
        super().__init__()
        self._url = url
        self._tells = tells
        self._told_at = time.monotonic()
        tells(f"fetching {url}")

    def show(self) -> None:
        """Say how far it is, where something was last said a while ago."""
        now = time.monotonic()
        if now - self._told_at < _EVERY_S:
            return
        self._told_at = now
        left = self.remaining_s
        rest = "" if left is None else f", {left:.0f} s left"
        # A source may not say how large it is.
        is_known = self.total_bytes >= self.ready_bytes
        whole = f" of {self.total_bytes / _MB:.1f} MB" if is_known else ""
        self._tells(
            f"fetching {self._url}: {self.ready_bytes / _MB:.1f} MB{whole}, "
            f"{self.rate / _MB:.1f} MB/s{rest}"
        )
