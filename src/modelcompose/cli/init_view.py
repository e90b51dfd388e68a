"""What `init` proposes, as people read it and as machines do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.terminal import has_colour

if TYPE_CHECKING:
    from modelcompose.adoption.changes import Change
    from modelcompose.adoption.finding import Finding
    from modelcompose.adoption.proposal import Proposal
    from modelcompose.compose.project import Project

_COLOURS = {"+": "32", "-": "31", "@": "36"}


def print_proposal(project: Project, proposal: Proposal) -> None:
    """Print what was found on stderr, and the diff on stdout."""
    sys.stderr.write("".join(f"{line}\n" for line in _told(project, proposal)))
    sys.stderr.flush()
    diffs = "".join(change.diff(project.directory) for change in proposal.changes)
    is_coloured = has_colour(sys.stdout)
    sys.stdout.write("\n".join(map(painted, diffs.split("\n"))) if is_coloured else diffs)
    sys.stdout.flush()


def print_json(project: Project, proposal: Proposal, *, is_written: bool) -> None:
    """Print `{"project", "services": […], "mask", "ignore", "changes": […], "written"}`.

    Each service has `service`, `role`, `reason`, `extends`, `is_proposed`, `step`, `left_out`
    and `notes`; each change has `path` and `diff`.
    """
    steps = {finding.service for finding in proposal.steps}
    document: dict[str, Any] = {
        "project": str(project.directory),
        "services": [
            _document(each, proposal, is_proposed=each.service in steps)
            for each in proposal.findings
        ],
        "mask": proposal.masked,
        "ignore": proposal.ignored,
        "changes": _diffs(project.directory, proposal.changes),
        "written": is_written,
    }
    _print(document)


def ask(changes: Sequence[Change]) -> bool:
    """Ask whether to write; without a terminal nobody is asked, and nothing written."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("Nothing was written: --write writes it.\n")
        return False
    files = "this file" if len(changes) == 1 else f"these {len(changes)} files"
    return click.confirm(f"\nWrite {files}?", default=False, err=True)


def print_written(project: Project, proposal: Proposal) -> None:
    """Say what was written, and what to do next."""
    names = ", ".join(_shown(project.directory, each.path) for each in proposal.changes)
    profiles = dict.fromkeys(proposal.profiles.values())
    flags = "" if None in profiles else f" --profile {next(iter(profiles))}"
    sys.stderr.write(f"wrote {names}\n\n")
    _say_next(
        (f"modelcompose{flags} status", "each step's state"),
        (f"modelcompose{flags} run", "runs the steps; the second time, nothing is left to do"),
    )


def print_files(folder: Path, changes: Sequence[Change]) -> None:
    """Print the files of a new project, each with its size."""
    sys.stderr.write(f"{folder}: a small project to start from, which tells irises apart\n\n")
    for change in changes:
        lines = change.after.count("\n")
        sys.stdout.write(f"  {_shown(folder, change.path):<16} {lines:>4} lines\n")
    sys.stdout.flush()


def print_files_json(folder: Path, changes: Sequence[Change], *, is_written: bool) -> None:
    """Print `{"project", "changes": […], "written"}`, as `print_json` does of a proposal."""
    _print({"project": str(folder), "changes": _diffs(folder, changes), "written": is_written})


def print_begun(engine: str | None) -> None:
    """Say what to do with a new project."""
    from modelcompose.engine import choose

    chosen, reason = (engine, "as asked") if engine else choose()
    flags = "" if chosen == "docker" else f" --engine {chosen}"
    sys.stderr.write("\n" if not flags else f"\nengine: {chosen} ({reason})\n")
    _say_next(
        (f"modelcompose{flags} run", "runs the three steps; the second time, nothing"),
        (f"modelcompose{flags} run --set EPOCHS=600", "trains longer; only what that touches runs"),
        ("modelcompose runs", "what ran, with its metrics"),
    )


def _say_next(*commands: tuple[str, str]) -> None:
    width = max(len(command) for command, _ in commands)
    lines = [f"  {command:<{width}}   {what}\n" for command, what in commands]
    sys.stderr.write("".join(["Next:\n", *lines]))


def _told(project: Project, proposal: Proposal) -> Iterator[str]:
    from modelcompose.compose.positions import display

    files = ", ".join(display(path) for path in project.files)
    count = len(proposal.steps)
    yield f"{files}: {count or 'no'} new step{'' if count == 1 else 's'}"
    yield ""
    rows = [_row(each, proposal) for each in proposal.findings]
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    for name, kind, reason in rows:
        yield f"  {name:<{widths[0]}}  {kind:<{widths[1]}}  {reason}"
    yield ""
    yield from _notes(proposal)


def _row(finding: Finding, proposal: Proposal) -> tuple[str, str, str]:
    if finding in proposal.steps:
        return finding.service, "new step", finding.role.reason
    if finding.service in proposal.left_out:
        return finding.service, "left out", proposal.left_out[finding.service]
    if finding.role.kind == "one-shot":
        return finding.service, "left out", f"{finding.role.reason}; nothing tells what it writes"
    kind = "service" if finding.role.kind == "schedule" else finding.role.kind
    return finding.service, kind, finding.role.reason


def _notes(proposal: Proposal) -> Iterator[str]:
    services: dict[str, list[str]] = {}
    for each in proposal.steps:
        for text in each.notes:
            services.setdefault(text, []).append(each.service)
    notes = [f"{_listed(names)}: {text}" for text, names in services.items()]
    if proposal.masked:
        notes.append(f"masked from now on, as they look like secrets: {_listed(proposal.masked)}")
    if proposal.ignored:
        notes.append(f"no part of a step's identity: {_listed(proposal.ignored)}")
    for note in notes:
        yield f"note: {note}"
    silent = [each for each in proposal.findings if _is_silent(each)]
    if silent:
        name = silent[0].service
        yield (
            f"hint: to see what it reads and writes: modelcompose run --record {name}, "
            "then modelcompose init --from-run RUN"
        )
    if notes or silent:
        yield ""


def _is_silent(finding: Finding) -> bool:
    return finding.role.kind == "one-shot" and not finding.is_proposed


def _document(finding: Finding, proposal: Proposal, *, is_proposed: bool) -> dict[str, Any]:
    return {
        "service": finding.service,
        "role": finding.role.kind,
        "reason": finding.role.reason,
        "extends": finding.extends,
        "is_proposed": is_proposed,
        "step": finding.step() if is_proposed else None,
        "left_out": proposal.left_out.get(finding.service),
        "notes": finding.notes,
    }


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _diffs(folder: Path, changes: Sequence[Change]) -> list[dict[str, str]]:
    return [
        {"path": _shown(folder, change.path), "diff": change.diff(folder)} for change in changes
    ]


def _print(document: dict[str, Any]) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")


def _shown(folder: Path, path: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def painted(line: str) -> str:
    """Colour a line of a diff."""
    colour = "1" if line.startswith(("--- ", "+++ ")) else _COLOURS.get(line[:1])
    return f"\x1b[{colour}m{line}\x1b[0m" if colour else line
