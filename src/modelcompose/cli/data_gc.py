"""What `modelcompose data gc` does and says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from modelcompose.versioning.workspace import DataWorkspace


def collect(
    workspace: DataWorkspace, revisions: Sequence[str], grace: str, *, is_meant: bool, form: str
) -> int:
    """Find what nobody needs; take it away where that is meant."""
    from modelcompose.compose.duration import parse_duration
    from modelcompose.diagnosis.sizes import count, in_words
    from modelcompose.errors import UsageError
    from modelcompose.store.clearing import Clearing
    from modelcompose.versioning.needed import needed

    grace_s = parse_duration(grace)
    if grace_s is None:
        raise UsageError(f"--grace {grace}: expected a duration", hint="such as: --grace 30d")
    found = needed(workspace, tuple(revisions))
    clearing = Clearing(workspace.store)
    plan = clearing.plan(found.digests)
    if form == "json":
        from modelcompose.cli.runs_page import print_json

        print_json(plan)
    else:
        for where in found.told:
            click.echo(where, err=True)
        click.echo(
            f"{count(plan.kept, 'object')} needed; not needed: {count(len(plan.blobs), 'blob')}, "
            f"{in_words(plan.size_bytes)}"
        )
    if not is_meant:
        if plan.blobs and form != "json":
            click.echo("\nhint: move them to the trash: modelcompose data gc --yes", err=True)
        return 0
    moved = clearing.carry_out(plan)
    purged = clearing.purge(grace_s)
    click.echo(
        f"{count(moved, 'blob')} moved to the trash, where they stay for {grace}; "
        f"{count(purged, 'blob')} of earlier times deleted",
        err=True,
    )
    return 0
