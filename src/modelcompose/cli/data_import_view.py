"""What `data import dvc` found and did, as people read it and as machines do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from modelcompose.cli.terminal import has_colour

if TYPE_CHECKING:
    from modelcompose.cli.data_import_draft import Draft
    from modelcompose.versioning.dvc.importing_content import Taken


def print_draft(draft: Draft) -> None:
    """Print what was found on stderr, and the diff on stdout."""
    from modelcompose.cli.init_view import painted

    sys.stderr.write("".join(f"{line}\n" for line in _told(draft)))
    sys.stderr.flush()
    diffs = "".join(change.diff(draft.directory) for change in draft.changes)
    sys.stdout.write(
        "\n".join(map(painted, diffs.split("\n"))) if has_colour(sys.stdout) else diffs
    )
    sys.stdout.flush()


def print_json(draft: Draft, taken: Sequence[Taken] | None) -> None:
    """Print `{"project", "steps", "data", "models", "notes", "changes", "written"}`.

    Each step has `service`, `stage` and `step`; each piece of data `path`, `file`, `source`, and
    once it was taken over `content`, or `problem`; each note `where` and `text`; each change
    `path` and `diff`.
    """
    from modelcompose.cli.runs_page import print_json

    contents = {each.path: each for each in taken or ()}
    imported = draft.imported
    document: dict[str, Any] = {
        "project": str(draft.directory),
        "steps": [
            {"service": each.service, "stage": each.stage, "step": each.step()}
            for each in imported.steps
        ],
        "data": [
            {
                "path": each.path,
                "file": each.file,
                "source": each.source,
                "content": contents[each.path].content if each.path in contents else None,
                "problem": contents[each.path].problem if each.path in contents else None,
            }
            for each in imported.data
        ],
        "models": imported.models,
        "notes": imported.notes,
        "changes": [
            {
                "path": os.path.relpath(each.path, draft.directory),
                "diff": each.diff(draft.directory),
            }
            for each in draft.changes
        ],
        "written": taken is not None,
    }
    print_json(document)


def print_taken(draft: Draft, taken: Sequence[Taken]) -> None:
    """Say what was written and taken over, and what to do next."""
    from modelcompose.cli.data_view import described, short

    names = [os.path.relpath(change.path, draft.directory) for change in draft.changes]
    if names:
        sys.stderr.write(f"wrote {', '.join(names)}\n")
    for each in taken:
        if each.content is not None:
            size = described(each.content)
            sys.stdout.write(
                f"{each.path}  {size}  {short(each.content.digest)}  ({each.origin})\n"
            )
        for line in each.told:
            sys.stderr.write(f"{each.path}: {line}\n")
        if each.problem is not None:
            sys.stderr.write(f"{each.path}: {each.problem}\n")
    sys.stdout.flush()
    if any(each.content is not None for each in taken):
        sys.stderr.write("ml.lock names it: commit that file\n")
    if draft.imported.steps:
        sys.stderr.write("".join(f"{line}\n" for line in _next(draft)))


def _told(draft: Draft) -> Iterator[str]:
    imported = draft.imported
    counts = {"step": imported.steps, "path of data": imported.data, "model": imported.models}
    told = ", ".join(_count(len(each), what) for what, each in counts.items() if each)
    yield f"{draft.directory}: {told or 'nothing new'}"
    yield ""
    rows = [(step.service, "step", f"stage {step.stage}") for step in imported.steps]
    rows += [(each.path, "data", each.source or each.file) for each in imported.data]
    rows += [(name, "model", model["path"]) for name, model in imported.models.items()]
    width = max((len(name) for name, _, _ in rows), default=0)
    yield from (f"  {name:{width}}  {kind:5}  {what}" for name, kind, what in rows)
    yield from ["", f"steps run in: {draft.runs.reason}"] if imported.steps else []
    grouped: dict[str, list[str]] = {}
    for note in imported.notes:
        grouped.setdefault(note.text, []).append(note.where)
    yield ""
    yield from (f"note: {', '.join(names)}: {text}" for text, names in grouped.items())
    yield from [""] if grouped else []


def _next(draft: Draft) -> Iterator[str]:
    steps = draft.imported.steps
    known = [step.service for step in steps if step.stage in draft.imported.locked]
    first = [step.service for step in steps if not step.after]
    yield ""
    if known:
        yield f"dvc.lock knows {', '.join(known)}: what they made is here, and stays for now."
        yield "Each step runs once, since DVC's results name no image."
    yield f"First to run: {', '.join(first)}"
    yield ""
    yield "Next:"
    yield "  modelcompose status   each step's state"
    yield "  modelcompose run      runs the steps; the second time, nothing is left to do"


def _count(number: int, what: str) -> str:
    noun, _, rest = what.partition(" ")
    return f"{number:,} {noun}{'' if number == 1 else 's'}{f' {rest}' if rest else ''}"
