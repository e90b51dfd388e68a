"""How often somebody may be wrong: a bound on failures from one address."""

from __future__ import annotations

from collections import deque

from msgspec import Struct

MOST = 10
"""Failures from one address within `WINDOW_S`."""

WINDOW_S = 60.0

_KEPT_ADDRESSES = 10_000


class Failures(Struct):
    """Failures by address; of one event loop."""

    seen: dict[str, deque[float]] = {}

    def wait_s(self, address: str, now: float) -> float:
        """Give how long an address must wait before it is heard again; 0 where it need not."""
        times = self.seen.get(address)
        if times is None:
            return 0.0
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        if not times:
            del self.seen[address]
        return max(0.0, times[0] + WINDOW_S - now) if len(times) >= MOST else 0.0

    def add(self, address: str, now: float) -> None:
        """Record a failure."""
        if len(self.seen) >= _KEPT_ADDRESSES and address not in self.seen:
            del self.seen[next(iter(self.seen))]  # the one that failed first
        self.seen.setdefault(address, deque(maxlen=MOST)).append(now)
