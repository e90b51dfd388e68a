"""A step's identity: everything that may change what it makes, as one digest.

The parts are plain values, so that two identities can be compared in words:

    image        {"reference", "digest"} | {"build": {…}} | {"interpreter", "distributions", …}
    command, entrypoint, working_dir, mounts
    environment  name to value, without ignored names, secrets and declared parameters
    params       declared parameter to value
    inputs       path to digest
    outputs      every path that the step writes
    probes       probe to value, only where the step has some
    urls         URL to mark, only where the step has some that are not fetched
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from modelcompose.compose.project import Project, Service
from modelcompose.pipeline.mounts import project_mounts, volume_mounts
from modelcompose.pipeline.parameters import Overrides
from modelcompose.tracking.masking import is_secret

Parts = Mapping[str, Any]

_encoder = msgspec.json.Encoder(order="deterministic")


def identity_of(parts: Parts) -> str:
    """Give the digest of an identity's parts."""
    return "sha256:" + hashlib.sha256(_encoder.encode(parts)).hexdigest()


def identity_parts(  # noqa: PLR0913 - an identity has this many parts
    project: Project,
    service: Service,
    *,
    image: Mapping[str, Any],
    params: Mapping[str, Any],
    inputs: Mapping[str, str],
    overrides: Overrides,
) -> dict[str, Any]:
    """Put together what a step's identity covers."""
    return {
        "image": image,
        "command": list(service.command) if service.command is not None else None,
        "entrypoint": list(service.entrypoint) if service.entrypoint is not None else None,
        "working_dir": service.working_dir,
        "mounts": {
            **{mount.target: path for mount, path in project_mounts(project, service)},
            **volume_mounts(service),
        },
        "environment": _environment(project, service, overrides),
        "params": dict(params),
        "inputs": dict(sorted(inputs.items())),
        "outputs": sorted(service.the_step.written),
    }


def _environment(project: Project, service: Service, overrides: Overrides) -> dict[str, str | None]:
    declared = {param.name for param in service.the_step.params if param.file is None}
    return {
        name: value
        for name, value in sorted({**service.environment, **overrides.container(service)}.items())
        if name not in declared and counts(project, name)
    }


def counts(project: Project, name: str) -> bool:
    """Tell whether a container variable is part of identities: neither ignored nor a secret."""
    if is_secret(name, project.masked_variables):
        return False
    return not any(fnmatchcase(name, pattern) for pattern in project.ignored_variables)
