"""Variables that hold secrets by all appearance, and that no pattern covers yet."""

from __future__ import annotations

import re

from modelcompose.compose.project import Project
from modelcompose.tracking.masking import is_secret

_NAMES = re.compile(
    r"(?:^|_)(?:PASS|PASSWD|PWD|PASSPHRASE|DSN|CREDENTIALS?|APIKEY|PAT|AUTH|SAS|WEBHOOK|PRIVATE"
    r"|CONNECTION_STRING|ACCESS_KEY_ID|BEARER|COOKIE|SALT|JWT)(?:_URL|_URI)?$",
    re.IGNORECASE,
)
_WITH_PASSWORD = re.compile(r"\w[\w+.-]*://[^/@\s:]*:[^/@\s]+@")


def uncovered_secrets(project: Project) -> list[str]:
    """Give the names of variables whose values should be masked, and are not; sorted."""
    found: set[str] = set()
    sources = [{name: _value(project, name) for name in project.interpolated}]
    sources += [dict(service.environment) for service in project.services.values()]
    for source in sources:
        for name, value in source.items():
            holds_password = value is not None and _WITH_PASSWORD.search(value) is not None
            looks_secret = holds_password or _NAMES.search(name) is not None
            if looks_secret and name != "PWD" and not is_secret(name, project.masked_variables):
                found.add(name)
    return sorted(found)


def _value(project: Project, name: str) -> str | None:
    return project.variables.get(name, project.defaults.get(name))
