"""`modelcompose run SERVICE COMMAND` where the service is shown data out of the store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcompose.cli.context import Context
    from modelcompose.compose.project import Project, Service

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_ASKED = re.compile(
    r"""x-ml["']?\s*:\s*(?:[&!]\S+\s*)?\{?\s*["']?data|x-ml["']?\s*:\s*\*|<<["']?\s*:"""
    r"""|link["']?\s*:\s*(?:["']?mount|[&!*"'$])"""
)
"""What a Compose file may hold that shows data out of the store; others are not read for it."""


def run_with_data(context: Context) -> None:
    """Become Compose's run with the data mounted; return where the service is shown none.

    Raises:
        NotFound: a version that is asked for is not known.
        ContentMissing: the store does not hold one.
    """
    import os

    from modelcompose.compose.discovery import discover
    from modelcompose.compose.run_line import parse_run_line
    from modelcompose.compose.sources import Sources

    line = parse_run_line(context.invocation.rest)
    if line is None:
        return
    text = Sources(discover(context.invocation.compose_options(), os.environ)).text
    if may_show_data(text):
        _run(context, line.service, line.values("--cap-add"))


def may_show_data(text: str) -> bool:
    """Whether a Compose file may say that data is shown; a false yes costs a little time."""
    return _ASKED.search(_COMMENT.sub("", text)) is not None


def _run(context: Context, service: str, capabilities: Sequence[str]) -> None:
    from msgspec.structs import replace

    from modelcompose.cli.up_overlay import Attachment
    from modelcompose.cli.up_preparing import shown_to
    from modelcompose.cli.up_services import start_services
    from modelcompose.errors import NotFound
    from modelcompose.pipeline.graph import services_behind

    try:
        project = context.read_project([service])
    except NotFound:
        return
    if service not in project.services:
        return
    project = _with_capabilities(project, project.services[service], capabilities)
    names = [service, *services_behind(project, project.services[service].depends_on)]
    found = shown_to(project, list(dict.fromkeys(names)))
    if not found:
        return
    # Nothing else is put on top: what the service waits for is Compose's to start.
    only = {name: replace(project.services[name], step=None) for name in found}
    attached = {name: Attachment(mounts=mounts) for name, mounts in found.items()}
    arguments = ["run", *context.invocation.rest]
    start_services(context.invocation, replace(project, services=only), arguments, attached)


def _with_capabilities(project: Project, service: Service, added: Sequence[str]) -> Project:
    """Give the project with what this run's container may do besides: it decides what it is given.

    What Compose reads is its own files, and the command line.
    """
    from msgspec.structs import replace

    if not added:
        return project
    every = [*(service.document.get("cap_add") or ()), *added]
    able = replace(service, document={**service.document, "cap_add": every})
    return replace(project, services={**project.services, service.name: able})
