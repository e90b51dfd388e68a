"""The rows of the hub: the tracking table of the project's targets, as work to measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

from goals import OURS, PEER, Goal
from hub import servers, work
from hub.pair import LONG, Pair
from hub.servers import Server
from measure import Cost
from msgspec import Struct

_MLFLOW = "MLflow's server"
_NONE = "none"
_MB = 1e6


class Asked(Struct, frozen=True):
    """One side of a row."""

    label: str
    told: str
    """What it is asked, in words."""
    turn: Callable[[], Cost]
    """Does it some times; gives what one time costs."""


class HubCase(Struct, frozen=True):
    """One row: what is asked of both servers, how often, and what is to be reached."""

    name: str
    work: str
    peer: str
    runs: int
    """How many turns each side has, unless the command line says otherwise."""
    goals: Sequence[Goal]
    sides: Callable[[Pair], Sequence[Asked]]
    warms_up: bool = True


def _turn(server: Server, calls: int, ask: Callable[[int], object]) -> Cost:
    """Ask some times: the CPU of the server for each, and the median of the time on the clock."""
    import time

    times_s = []
    cpu_s = server.cpu_s()
    for place in range(calls):
        began = time.perf_counter()
        ask(place)
        times_s.append(time.perf_counter() - began)
    return Cost((server.cpu_s() - cpu_s) / calls, median(times_s))


def _each(
    pair: Pair, told: str, calls: tuple[int, int], ask: Callable[[Server, int], object]
) -> list[Asked]:
    """Give both sides of a row in which both are asked the same."""
    return [
        Asked(
            label,
            f"{count} times {told}" if count > 1 else told,
            partial(_turn, server, count, partial(ask, server)),
        )
        for label, server, count in zip((OURS, PEER), pair.both, calls, strict=True)
    ]


def _log_batch(keys: int, pair: Pair) -> list[Asked]:
    return [
        Asked(
            label,
            f"{count} times POST runs/log-batch",
            partial(_log_turn, pair, server, keys, count),
        )
        for label, server, count in zip((OURS, PEER), pair.both, (100, 10), strict=True)
    ]


def _log_turn(pair: Pair, server: Server, keys: int, count: int) -> Cost:
    run_id = work.new_run(server, pair.experiments[server.name])
    bodies = work.batch_bodies(run_id, keys, count)
    return _turn(server, count, lambda place: work.log_batch(server, bodies[place]))


def _runs(pair: Pair) -> list[Asked]:
    told = "POST runs/create, runs/log-batch, runs/update"
    ask = lambda server, _: work.whole_run(server, pair.experiments[server.name])  # noqa: E731
    return _each(pair, told, (200, 20), ask)


def _search(pair: Pair) -> list[Asked]:
    return _each(pair, "POST runs/search", (30, 5), lambda server, _: work.search(server))


def _pandas(pair: Pair) -> list[Asked]:
    told = "mlflow.search_runs(max_results=5000)"
    return _each(pair, told, (1, 1), lambda server, _: work.into_pandas(server))


def _history(pair: Pair) -> list[Asked]:
    told = "MlflowClient.get_metric_history"
    runs = pair.histories
    ask = lambda server, _: work.client_history(server, runs[server.name])  # noqa: E731
    return _each(pair, told, (2, 1), ask)


def _chart(pair: Pair) -> list[Asked]:
    ours, peer = pair.both
    mine, theirs = pair.histories[ours.name], pair.histories[peer.name]
    draw = partial(_turn, ours, 30, lambda _: work.chart(ours, mine, "k0", work.HISTORY))
    pick = partial(_turn, peer, 5, lambda _: work.sample(peer, theirs, "k0"))
    return [
        Asked(OURS, "30 times GET /api/v1/series, 1000 buckets", draw),
        Asked(PEER, "5 times GET metrics/get-history-bulk-interval, 320 points", pick),
    ]


def _fresh_chart(pair: Pair) -> list[Asked]:
    ours = pair.ours

    def turn() -> Cost:
        run_id = work.new_history(ours, pair.experiments[ours.name])
        return _turn(ours, 5, lambda _: work.chart(ours, run_id, "k0", work.HISTORY))

    return [Asked(OURS, "5 times GET /api/v1/series, 1000 buckets", turn)]


def _long_chart(pair: Pair) -> list[Asked]:
    ours, run_id = pair.ours, pair.long_run
    turn = partial(_turn, ours, 30, lambda _: work.chart(ours, run_id, "loss", LONG))
    return [Asked(OURS, "30 times GET /api/v1/series, 1000 buckets", turn)]


def _start(pair: Pair) -> list[Asked]:
    makers = ((OURS, "modelcompose hub", servers.hub), (PEER, "mlflow server", servers.mlflow))
    return [
        Asked(label, f"{command}, to the first answer of /health", partial(_started, make, home))
        for label, command, make in makers
        for home in [pair.new_home()]
    ]


def _started(make: Callable[..., Server], home: object) -> Cost:
    server = make(home)
    server.close()
    return Cost(server.start_cpu_s, server.start_s, server.resident_bytes / _MB)


def _goal(text: str, figure: str, limit: float, against: str = "ratio") -> Goal:
    return Goal(text, figure, against, limit)  # type: ignore[arg-type] # words of the table below


HUB_CASES = (
    HubCase(
        name="start",
        work="start to `/health`, and the memory that is then held",
        peer=_MLFLOW,
        runs=3,
        goals=[
            _goal("1 s", "wall_s", 1.0, "nothing"),
            _goal("120 MB", "memory_mb", 120, "nothing"),
        ],
        sides=_start,
    ),
    HubCase(
        name="log-one",
        work="log_batch of 1,000 points of one metric",
        peer=_MLFLOW,
        runs=5,
        goals=[_goal("a twentieth", "cpu_s", 0.05)],
        sides=partial(_log_batch, 1),
    ),
    HubCase(
        name="log-many",
        work="log_batch of 1,000 metrics",
        peer=_MLFLOW,
        runs=5,
        goals=[_goal("a twentieth", "cpu_s", 0.05)],
        sides=partial(_log_batch, work.BATCH),
    ),
    HubCase(
        name="runs",
        work="a run: create, 10 parameters and 10 metrics, end",
        peer=_MLFLOW,
        runs=5,
        goals=[_goal("a tenth, which is 10 times the runs a second", "wall_s", 0.1)],
        sides=_runs,
    ),
    HubCase(
        name="search",
        work="5,000 runs: metric filter and order, best 100",
        peer=_MLFLOW,
        runs=3,
        goals=[_goal("a thirtieth", "wall_s", 1 / 30)],
        sides=_search,
    ),
    HubCase(
        name="pandas",
        work="5,000 runs into pandas by MLflow's client",
        peer=_MLFLOW,
        runs=3,
        goals=[_goal("a twentieth", "cpu_s", 0.05)],
        sides=_pandas,
        warms_up=False,
    ),
    HubCase(
        name="history",
        work="100,000 points of one metric by MLflow's client",
        peer=_MLFLOW,
        runs=3,
        goals=[_goal("a twentieth", "cpu_s", 0.05)],
        sides=_history,
        warms_up=False,
    ),
    HubCase(
        name="chart",
        work="a chart of them, 1,000 buckets (MLflow: 320 points)",
        peer=_MLFLOW,
        runs=3,
        goals=[_goal("15 ms", "wall_s", 0.015, "nothing")],
        sides=_chart,
    ),
    HubCase(
        name="chart-fresh",
        work="a chart of as many that came this second",
        peer=_NONE,
        runs=5,
        goals=[_goal("15 ms", "wall_s", 0.015, "nothing")],
        sides=_fresh_chart,
        warms_up=False,
    ),
    HubCase(
        name="chart-long",
        work="a chart of 10 million points, 1,000 buckets",
        peer=_NONE,
        runs=3,
        goals=[_goal("15 ms", "wall_s", 0.015, "nothing")],
        sides=_long_chart,
    ),
)
