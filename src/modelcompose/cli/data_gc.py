"""What `modelcompose data gc` does and says."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.store.failures import printable

if TYPE_CHECKING:
    from modelcompose.versioning.workspace import DataWorkspace


def collect(
    workspace: DataWorkspace,
    revisions: Sequence[str],
    grace: str,
    gone: Sequence[Path],
    *,
    is_meant: bool,
    form: str,
) -> int:
    """Find what nobody needs; take it away where that is meant."""
    from modelcompose.compose.duration import parse_duration
    from modelcompose.diagnosis.sizes import count, in_words
    from modelcompose.errors import UsageError
    from modelcompose.store.clearing import Clearing
    from modelcompose.store.views import Views
    from modelcompose.versioning.needed import needed
    from modelcompose.versioning.remembered import forget
    from modelcompose.versioning.shown import shown

    grace_s = parse_duration(grace)
    if grace_s is None:
        raise UsageError(f"--grace {grace}: expected a duration", hint="such as: --grace 30d")
    began = time.time()
    views = shown(workspace.store, grace_s)
    found = needed(workspace, tuple(revisions), views.digests, gone)
    clearing = Clearing(workspace.store)
    plan = clearing.plan(found.digests)
    if form == "json":
        from modelcompose.cli.runs_page import print_json

        print_json({"plan": plan, "away": [str(folder) for folder in found.away]})
    else:
        for line in (*map(_away, found.away), *found.told):
            click.echo(line, err=True)
        going = len(plan.blobs) + len(plan.repacked)
        click.echo(
            f"{count(plan.kept, 'object')} needed; not needed: {count(going, 'blob')}, "
            f"{in_words(plan.size_bytes)}"
        )
        if plan.recalled:
            verb = "are" if len(plan.recalled) > 1 else "is"
            click.echo(f"{count(len(plan.recalled), 'blob')} in the trash {verb} needed again")
    if not is_meant:
        if (plan.blobs or plan.repacked) and form != "json":
            click.echo("\nhint: move them to the trash: modelcompose data gc --yes", err=True)
        return 0
    forget(workspace.store, gone)
    moved = clearing.carry_out(plan)
    purged = clearing.purge(grace_s)
    if views.is_sure:
        Views(workspace.store).clear(found.digests, began)
    click.echo(
        f"{count(moved, 'blob')} moved to the trash, where they stay for {grace}; "
        f"{count(purged, 'blob')} of earlier times deleted",
        err=True,
    )
    return 0


def _away(folder: Path) -> str:
    where = printable(folder)
    return (
        f"{where}: is not there now; what its ml.lock named last is kept. "
        f"If it is gone for good: modelcompose data gc --forget {shlex.quote(where)} --yes"
    )
