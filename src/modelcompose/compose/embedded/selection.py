"""Keep what the active profiles need, and refuse what does not hang together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from modelcompose.compose.embedded.shapes import Refused

_SERVICE_PREFIX = "service:"
_EVERYTHING = "*"


def with_profiles(document: Mapping[str, Any], profiles: Collection[str]) -> dict[str, Any]:
    """Give a document without the services whose profiles are all inactive."""
    services = {
        name: service
        for name, service in document["services"].items()
        if is_active(service, profiles)
    }
    return {**document, "services": services}


def is_active(service: Mapping[str, Any], profiles: Collection[str]) -> bool:
    """Tell whether a service takes part: it has no profile, an active one, or `*` is given."""
    own = service.get("profiles", [])
    return not own or _EVERYTHING in profiles or bool(set(own) & set(profiles))


def without_unused(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a document without the resources that no service refers to, and empty sections."""
    found = dict(document)
    for kind in ("networks", "volumes", "secrets", "configs", "models"):
        used = {n for service in document["services"].values() for n in references(service, kind)}
        found[kind] = {n: entry for n, entry in document.get(kind, {}).items() if n in used}
        if not found[kind]:
            del found[kind]
    return found


def references(service: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Give the names of the resources of one kind that a service refers to."""
    entries = service.get(kind, ())
    if kind in {"networks", "models"}:
        yield from entries
    elif kind == "volumes":
        yield from (m["source"] for m in entries if m["type"] == "volume" and "source" in m)
    else:
        yield from (entry.get("source", "") for entry in entries)
        if kind == "secrets":
            yield from (entry["source"] for entry in service.get("build", {}).get("secrets", ()))


def check(document: Mapping[str, Any], declared: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse services that refer to what is not there, or contradict themselves.

    Args:
        document: with the services of the active profiles.
        declared: every service, of inactive profiles too.

    Raises:
        Refused: with Compose's words.
    """
    for name, service in document["services"].items():
        for problem in _problems(name, service, document, declared):
            raise Refused(("services", name), problem)
    _check_container_names(document["services"])
    _check_cycles(document["services"])


def _problems(
    name: str,
    service: Mapping[str, Any],
    document: Mapping[str, Any],
    declared: Mapping[str, Mapping[str, Any]],
) -> Iterator[str]:
    if not {"build", "image", "provider"} & set(service):
        yield f'service "{name}" has neither an image nor a build context specified'
    yield from _build_problems(name, service, declared)
    if "network_mode" in service and service.get("networks"):
        yield f"service {name} declares mutually exclusive `network_mode` and `networks`"
    for kind in ("networks", "volumes", "secrets", "configs", "models"):
        for reference in references(service, kind):
            if reference not in document.get(kind, {}):
                yield f'service "{name}" refers to undefined {kind[:-1]} {reference}'
    if service.get("healthcheck", {}).get("test", ["NONE"])[0] not in {"CMD", "CMD-SHELL", "NONE"}:
        yield 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"'
    yield from _dependency_problems(name, service, document["services"], declared)
    yield from _scale_problems(service)
    yield from _limit_problems(service)
    yield from _target_problems(service)


def _build_problems(
    name: str, service: Mapping[str, Any], declared: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    build = service.get("build", {})
    if "dockerfile" in build and "dockerfile_inline" in build:
        yield f'service "{name}" declares mutually exclusive dockerfile and dockerfile_inline'
    for context, source in build.get("additional_contexts", {}).items():
        if not source.startswith(_SERVICE_PREFIX):
            continue
        target = source.removeprefix(_SERVICE_PREFIX)
        if "build" not in declared.get(target, {}):
            kind = "non-buildable" if target in declared else "unknown"
            yield (
                f'service "{name}" declares {kind} service "{target}" as additional contexts'
                f" {context}"
            )
    platform = service.get("platform")
    if platform and platform not in build.get("platforms", [platform]):
        yield f'service.build.platforms MUST include service.platform "{platform}"'


def _dependency_problems(
    name: str,
    service: Mapping[str, Any],
    active: Mapping[str, Any],
    declared: Mapping[str, Any],
) -> Iterator[str]:
    for other, settings in service.get("depends_on", {}).items():
        if other not in active and (settings["required"] or other not in declared):
            yield f'service "{name}" depends on undefined service "{other}"'
    mode = service.get("network_mode", "")
    shared = mode.removeprefix(_SERVICE_PREFIX)
    if mode.startswith(_SERVICE_PREFIX) and shared not in active:
        yield f"service \"{shared}\" not found for network_mode '{mode}'"


def _scale_problems(service: Mapping[str, Any]) -> Iterator[str]:
    scale, replicas = service.get("scale"), service.get("deploy", {}).get("replicas")
    if scale is not None and replicas is not None and scale != replicas:
        yield "can't set distinct values on 'scale' and 'deploy.replicas'"
    count = next((value for value in (scale, replicas) if value is not None), 1)
    if count < 0:
        yield f"{'scale' if scale is not None else 'deploy.replicas'}: must be 0 or more"
    if count > 1 and "container_name" in service:
        yield "can't set container_name and scale as container name must be unique"


def _limit_problems(service: Mapping[str, Any]) -> Iterator[str]:
    resources = service.get("deploy", {}).get("resources", {})
    pairs = (
        ("cpus", "limits", "cpus"),
        ("mem_limit", "limits", "memory"),
        ("mem_reservation", "reservations", "memory"),
        ("pids_limit", "limits", "pids"),
    )
    for key, section, other in pairs:
        if (
            key in service
            and section in resources
            and service[key] != resources[section].get(other)
        ):
            yield f"can't set distinct values on '{key}' and 'deploy.resources.{section}.{other}'"


def _target_problems(service: Mapping[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    targets = [entry.partition(":")[0] for entry in service.get("tmpfs", ())]
    for target in [*targets, *(mount["target"] for mount in service.get("volumes", ()))]:
        if target in seen:
            yield f"target {target} is mounted twice"
        seen.add(target)


def _check_container_names(services: Mapping[str, Any]) -> None:
    owners: dict[str, str] = {}
    for name, service in services.items():
        own = service.get("container_name")
        if own in owners:
            problem = f'container name "{own}" is already in use by service {owners[own]}'
            raise Refused(("services", name), problem)
        if own:
            owners[own] = name


def _check_cycles(services: Mapping[str, Any]) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            cycle = " -> ".join([*path[path.index(name) :], name])
            raise Refused(("services", path[-1]), f"dependency cycle detected: {cycle}")
        if name in done:
            return
        for other in services[name].get("depends_on", {}):
            if other in services:
                visit(other, (*path, name))
        done.add(name)

    for name in services:
        visit(name, ())
