"""`modelcompose runs show`: all facts about one run, grouped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modelcompose.cli.runs_page import STATUS_STYLES, Cell, Section
from modelcompose.cli.runs_words import count, moment, number, size
from modelcompose.cli.times import ago, duration
from modelcompose.store.content import Content
from modelcompose.tracking.comparison import command_text, short_digest
from modelcompose.tracking.run import Metric, Run
from modelcompose.tracking.summary import Resources

Row = tuple[Cell, ...]


def headline(run: Run) -> list[Cell]:
    """Give the run's step, id and status in one line."""
    return [
        Cell(run.step, "bold"),
        Cell(f"  {run.id}  "),
        Cell(run.status, STATUS_STYLES.get(run.status, "")),
    ]


def sections(run: Run, used: Resources, log: str, now_s: float) -> list[Section]:
    """Give everything about a run, for people.

    Args:
        run: the run.
        used: what it used.
        log: where its log is, empty when there is none.
        now_s: seconds since the epoch.
    """
    return [
        Section("run", list(_execution(run, log, now_s))),
        Section("metrics", [_metric(name, run.metrics[name]) for name in sorted(run.metrics)]),
        Section("parameters", _pairs(run.params)),
        Section("definition", list(_definition(run))),
        Section("environment", _pairs(run.parts.get("environment") or {})),
        Section("inputs", _contents(run.inputs)),
        Section("elsewhere", _pairs({**_part(run, "probes"), **_part(run, "urls")})),
        Section("outputs", _contents(run.outputs)),
        Section("resources", list(_resources(used))),
        Section("code", list(_code(run))),
        Section("machine", list(_host(run))),
    ]


def _execution(run: Run, log: str, now_s: float) -> Iterator[Row]:
    yield _row("project", f"{run.project}, {run.folder}")
    if run.cause:
        yield _row("why", run.cause)
    if run.reproduces:
        yield _row("reproduces", run.reproduces)
    began = run.started_at or run.created_at
    yield _row("started", f"{moment(began)}, {ago(began, now_s)}")
    if run.duration_s is not None:
        yield _row("took", duration(run.duration_s))
    if run.attempt > 1:
        yield _row("attempt", str(run.attempt))
    if run.exit_code is not None:
        yield _row("exit code", f"{run.exit_code}{_ending(run)}")
    if run.error:
        yield _row("error", run.error, "red")
    if run.command_line:
        yield _row("command line", command_text(run.command_line))
    if run.overrides:
        yield _row("overrides", ", ".join(f"{n}={value}" for n, value in run.overrides.items()))
    if log:
        yield _row("log", log)


def _ending(run: Run) -> str:
    if run.oom_killed:
        return ", killed for want of memory"
    return ", stopped at its time limit" if run.timed_out else ""


def _definition(run: Run) -> Iterator[Row]:
    yield _row("engine", run.engine)
    if run.image:
        yield _row("image", run.image)
    for name in ("command", "entrypoint", "working_dir"):
        value = run.parts.get(name)
        if value:
            text = command_text(value) if isinstance(value, list | tuple) else str(value)
            yield _row(name.replace("_", " "), text)
    if run.identity:
        yield _row("identity", run.identity)


def _metric(name: str, metric: Metric) -> Row:
    value = Cell(number(metric.last), "bold")
    if metric.count == 1:
        return Cell(name), value
    best = "" if metric.best_step is None else f", best at step {number(metric.best_step)}"
    span = f"{number(metric.min)} … {number(metric.max)}"
    return Cell(name), value, Cell(f"{span} over {count(metric.count, 'point')}{best}", "dim")


def _part(run: Run, name: str) -> Mapping[str, Any]:
    return run.parts.get(name) or {}


def _pairs(values: Mapping[str, Any]) -> list[Row]:
    shown = {name: "" if value is None else str(value) for name, value in values.items()}
    return [_row(name, shown[name]) for name in sorted(shown)]


def _contents(contents: Mapping[str, Content]) -> list[Row]:
    return [
        (
            Cell(path),
            Cell(count(content.files, "file") if content.kind == "folder" else ""),
            Cell(size(content.size_bytes)),
            Cell(short_digest(content.digest), "dim"),
        )
        for path, content in sorted(contents.items())
    ]


def _resources(used: Resources) -> Iterator[Row]:
    if used.cpu_s is not None:
        yield _row("CPU", duration(used.cpu_s))
    if used.memory_peak_bytes is not None:
        yield _row("memory, peak", size(used.memory_peak_bytes))
    if used.gpu_percent_mean is not None:
        yield _row("GPU, mean", f"{used.gpu_percent_mean:.0f} %")
    if used.gpu_memory_peak_bytes is not None:
        yield _row("GPU memory, peak", size(used.gpu_memory_peak_bytes))
    for name, value in (
        ("disk, read", used.disk_read_bytes),
        ("disk, written", used.disk_write_bytes),
        ("network, received", used.network_in_bytes),
        ("network, sent", used.network_out_bytes),
    ):
        if value is not None:
            yield _row(name, size(value))


def _code(run: Run) -> Iterator[Row]:
    code = run.code
    if code.commit:
        branch = f" on {code.branch}" if code.branch else ""
        yield _row("commit", f"{code.commit}{branch}{', with changes' if code.is_dirty else ''}")
    if code.remote:
        yield _row("remote", code.remote)
    if code.tree:
        yield _row("files", code.tree)


def _host(run: Run) -> Iterator[Row]:
    host = run.host
    if host is None:
        return
    memory = "" if host.memory_bytes is None else f", {size(host.memory_bytes)} memory"
    yield _row("host", host.name)
    yield _row("system", f"{host.system}, {count(host.cpus, 'CPU')}{memory}")
    if host.python:
        yield _row("Python", host.python)


def _row(name: str, value: str, style: str = "") -> Row:
    return Cell(name, "dim"), Cell(value, style)
