"""The secret values of a project: what must never reach a run, a log or the lock.

A variable that a step declares as a parameter is no secret, whatever its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from modelcompose.compose.project import Project
from modelcompose.tracking.masking import is_secret


def secret_values(project: Project, environment: Mapping[str, str]) -> Iterator[str]:
    """Give every secret value: variables by their names, Compose's `secrets`, the webhook's URL.

    Args:
        project: the project.
        environment: variables that the command line sets.
    """
    yield from _variables(project, environment)
    if project.notify is not None and project.notify.webhook is not None:
        yield project.notify.webhook
    for secret in (project.document.get("secrets") or {}).values():
        if isinstance(secret, Mapping):
            yield from _secret(project, secret)


def _variables(project: Project, environment: Mapping[str, str]) -> Iterator[str]:
    declared = {p.name for step in project.steps.values() for p in step.params if not p.file}
    sources = [environment, {n: project.variables.get(n) for n in project.interpolated}]
    sources += [service.environment for service in project.services.values()]
    for source in sources:
        for name, value in source.items():
            if value and name not in declared and is_secret(name, project.masked_variables):
                yield value


def secret_files(project: Project) -> Iterator[Path]:
    """Give the files that Compose's `secrets` are read from."""
    for secret in (project.document.get("secrets") or {}).values():
        if isinstance(secret, Mapping) and isinstance(secret.get("file"), str):
            yield Path(project.directory, secret["file"])


def _secret(project: Project, secret: Mapping[str, object]) -> Iterator[str]:
    name, file, content = (secret.get(key) for key in ("environment", "file", "content"))
    if isinstance(content, str):
        yield content
    if isinstance(name, str) and project.variables.get(name):
        yield project.variables[name]
    if isinstance(file, str):
        try:
            text = Path(project.directory, file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return
        yield text
        yield text.strip()
