"""Docker's plugins: Compose, which reads every project, and Buildx, which builds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from modelcompose.compose.plugin import compose_program
from modelcompose.diagnosis.facts.programs import ask
from modelcompose.diagnosis.finding import Finding, note, ok, problem, warning
from modelcompose.diagnosis.machine.versions import Version, parse_version, written
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import Unknown

MINIMUM_COMPOSE: Version = (2, 24, 4)
"""The first that knows `!override`, and that merges `x-…` keys the way this program relies on."""

DROPS_DEPENDENCIES = ((2, 32, 0), (2, 33, 0))
"""From and before: a service that extends another loses its `depends_on`.

Source: https://github.com/docker/compose/issues/12425
"""

_INSTALL_COMPOSE = (
    "install it (https://docs.docker.com/compose/install/linux/), on Debian and Ubuntu:\n"
    "sudo apt-get install docker-compose-plugin"
)
_INSTALL_BUILDX = (
    "install it (https://docs.docker.com/build/install-buildx/), on Debian and Ubuntu:\n"
    "sudo apt-get install docker-buildx-plugin"
)


def look_at_compose(subject: Subject) -> Iterator[Finding]:
    """Ask the Compose plugin for its version."""
    if not _has_docker(subject):
        yield _without_command(subject)
        return
    program = compose_program(subject.environment)
    words = [program] if program else ["docker", "compose"]
    answer = ask([*words, "version", "--short"], subject.environment)
    version = parse_version(answer.output) if answer.is_good else None
    if version is None:
        what = "Docker's Compose plugin is not installed: projects of one plain file can be read"
        bad = problem if subject.wants_docker else note
        yield bad(f"{what}, and nothing can be started", fix=_INSTALL_COMPOSE)
    else:
        yield judge_compose(version)


def judge_compose(version: Version) -> Finding:
    """Tell whether a version of Compose does all that this program needs."""
    if version < MINIMUM_COMPOSE:
        return problem(
            f"Compose {written(version)} is older than {written(MINIMUM_COMPOSE)}: it merges "
            "`x-ml` differently, and does not know `!override`",
            fix=_INSTALL_COMPOSE.replace("install it", "upgrade it", 1),
        )
    first, end = DROPS_DEPENDENCIES
    if first <= version < end:
        return warning(
            f"Compose {written(version)} drops the `depends_on` of services that extend others",
            fix=_INSTALL_COMPOSE.replace("install it", f"upgrade it to {written(end)}", 1),
        )
    return ok(f"Compose {written(version)}")


def look_at_buildx(subject: Subject) -> Iterator[Finding]:
    """Ask Buildx for its version."""
    if not _has_docker(subject):
        return
    answer = ask(["docker", "buildx", "version"], subject.environment)
    if answer.is_good:
        version = parse_version(answer.output)
        yield ok(f"Buildx {written(version) if version else answer.output.strip()}")
        return
    builds = _builds(subject)
    what = "Docker's Buildx plugin is not installed"
    if builds:
        yield problem(f"{what}, and {subject.services(builds)} build", fix=_INSTALL_BUILDX)
    else:
        yield warning(f"{what}: no image can be built", fix=_INSTALL_BUILDX)


def _builds(subject: Subject) -> list[str]:
    if not subject.has_project:
        return []
    try:
        services = subject.project.services
    except Unknown:
        return []
    return [name for name, service in services.items() if service.build is not None]


def _has_docker(subject: Subject) -> bool:
    return shutil.which("docker", path=subject.environment.get("PATH")) is not None


def _without_command(subject: Subject) -> Finding:
    """Say that the command is missing; where the engine is missing too, that check says it."""
    subject.docker.known()
    return problem(
        "the Docker engine answers, but the command `docker` is not on the PATH",
        fix="install the command line: https://docs.docker.com/engine/install/",
    )
