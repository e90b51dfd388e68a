"""The Compose file as one picture: services, steps, data and models, and what leads where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from modelcompose.compose.project import Input, Project, Service, Step, is_volume
from modelcompose.pipeline.graph import Graph
from modelcompose.pipeline.paths import is_glob, may_read
from modelcompose.store.content import Content
from modelcompose.tracking.plan_document import (
    MOST_EDGES,
    MOST_PLACES,
    MOST_SERVICES,
    Edge,
    Place,
    PlaceKind,
    PlannedData,
    PlannedModel,
    PlannedService,
    Role,
    Serving,
)

_SCRIPTS = frozenset({".py", ".ipynb", ".r", ".jl", ".sh", ".bash", ".sql", ".js", ".ts", ".go"})
_SETTINGS = frozenset({".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env", ".json"})
_CODE = _SCRIPTS | _SETTINGS | {".rs", ".c", ".cpp", ".h", ".java", ".md", ".lock", ".txt"}
"""Endings of files that stand beside a step, and not in the picture of the data's way."""

Contents = Mapping[str, Content]


def inputs_of(project: Project, step: Step, seen: Contents) -> list[Place]:
    """Give what a step declares to read.

    Args:
        project: the step's.
        step: what it declares.
        seen: what lies there, by path, as far as it is known.
    """
    from modelcompose.store.sources.opening import shown

    found = [_place(project, item.path, seen) for item in step.inputs or ()]
    found += [Place(shown(address.url), "url") for address in step.addresses]
    found += [Place(probe.name, "probe") for probe in step.probes]
    return found[:MOST_PLACES]


def outputs_of(project: Project, step: Step, made: Contents) -> list[Place]:
    """Give what a step writes; `made` tells what it made, as far as it is known."""
    roles: dict[str, Role] = dict.fromkeys(step.plots, "plots")
    roles |= dict.fromkeys(step.metrics, "metrics")
    roles |= {output.path: "" for output in step.outputs}
    return [_place(project, path, made, roles[path]) for path in step.written][:MOST_PLACES]


def services_of(project: Project) -> list[PlannedService]:
    """Give the services, steps among them."""
    return [_service(project, service) for service in project.services.values()][:MOST_SERVICES]


def data_of(project: Project, locked: Contents) -> list[PlannedData]:
    """Give the content that no step writes; `locked` is what `ml.lock` names."""
    from modelcompose.store.sources.opening import shown

    sources = {item.path: shown(item.source or "") for item in project.data}
    paths = [*sources, *(dataset.path for dataset in project.datasets)]
    paths += [path for path in locked if path not in sources]
    return [_datum(project, path, sources.get(path, ""), locked) for path in dict.fromkeys(paths)]


def models_of(project: Project) -> list[PlannedModel]:
    """Give the models that the project registers, and those that its services mount."""
    serving: dict[str, list[Serving]] = {}
    for service in project.services.values():
        for mount in service.model_mounts:
            serving.setdefault(mount.model, []).append(Serving(service.name, mount.reference))
    rules = {rule.name: rule for rule in project.models}
    found = [
        PlannedModel(
            rule.name,
            rule.path,
            list(rule.requires),
            rule.when or "",
            rule.alias or "",
            serving.get(rule.name, []),
        )
        for rule in rules.values()
    ]
    others = (name for name in serving if name not in rules)
    return [*found, *(PlannedModel(name, served_by=serving[name]) for name in others)]


def edges_of(project: Project, graph: Graph) -> list[Edge]:
    """Give what leads where."""
    return list(dict.fromkeys(_edges(project, graph)))[:MOST_EDGES]


def _edges(project: Project, graph: Graph) -> Iterator[Edge]:
    drawn = _drawn(project)
    for name, step in project.steps.items():
        yield from _of_step(name, step, drawn)
    for name, node in graph.nodes.items():
        for before in node.upstream:
            if not _is_through_data(project.steps[before], project.steps[name]):
                yield Edge(f"step:{before}", f"step:{name}", "after")
    for service in project.services.values():
        yield from _of_service(project, service)
    for rule in project.models:
        yield Edge(_maker(project, rule.path, drawn), f"model:{rule.name}", "makes")


def _maker(project: Project, path: str, drawn: Sequence[str]) -> str:
    if path in drawn:
        return f"data:{path}"
    writers = (
        name
        for name, step in project.steps.items()
        if any(may_read(path, written) for written in step.written)
    )
    return f"step:{next(writers, '')}"


def _of_service(project: Project, service: Service) -> Iterator[Edge]:
    ours = _id(project, service.name)
    for other in service.depends_on:
        if other in project.services and not {service.name, other} <= project.steps.keys():
            yield Edge(_id(project, other), ours, "needs")
    for _, mount in service.data_mounts:
        yield Edge(f"data:{mount.path}", ours, "shows")
    for model in service.model_mounts:
        yield Edge(f"model:{model.model}", ours, "serves")


def _of_step(name: str, step: Step, drawn: Sequence[str]) -> Iterator[Edge]:
    from modelcompose.store.sources.opening import shown

    for path in step.written:
        if path in drawn:
            yield Edge(f"step:{name}", f"data:{path}", "writes")
    for item in step.inputs or ():
        for path in drawn:
            if path == item.path or (not item.is_external and may_read(item.path, path)):
                yield Edge(f"data:{path}", f"step:{name}", "reads")
    for address in step.addresses:
        yield Edge(f"data:{shown(address.url)}", f"step:{name}", "reads")


def _drawn(project: Project) -> list[str]:
    """Give the paths that stand in the picture as data of their own.

    Outputs, declared data, and what comes from elsewhere; a metrics file or a plot only where
    somebody reads it, and code never: it stands beside its step.
    """
    steps = project.steps.values()
    read = [item for step in steps for item in step.inputs or ()]
    declared = {item.path for item in read}
    found = [output.path for step in steps for output in step.outputs]
    found += [p for step in steps for p in (*step.metrics, *step.plots) if p in declared]
    found += [item.path for item in project.data]
    found += [dataset.path for dataset in project.datasets]
    known = (*found, *(path for step in steps for path in step.written))
    found += [item.path for item in read if item.is_external or _is_data(project, item, known)]
    return list(dict.fromkeys(found))


def _is_data(project: Project, item: Input, known: Sequence[str]) -> bool:
    """Tell whether an input that nobody writes or declares is data rather than code."""
    path = PurePosixPath(item.path)
    if is_glob(item.path) or item.path == "." or path.name.startswith("Dockerfile"):
        return False
    if path.suffix.lower() in _CODE or any(may_read(item.path, other) for other in known):
        return False
    return not _is_code_folder(project, item.path)


def _is_code_folder(project: Project, path: str) -> bool:
    """Tell whether a folder holds a file of code at its top: then it is a step's, and no data."""
    folder = project.directory / path
    try:
        return folder.is_dir() and any(
            entry.suffix.lower() in _SCRIPTS for entry in folder.iterdir()
        )
    except OSError:
        return False


def _is_through_data(before: Step, step: Step) -> bool:
    outputs = [output.path for output in before.outputs]
    inputs = [item.path for item in step.inputs or () if not item.is_external]
    told = [path for path in (*before.metrics, *before.plots) if path in inputs]
    return any(may_read(one, other) for one in inputs for other in (*outputs, *told))


def _id(project: Project, name: str) -> str:
    return f"{'step' if name in project.steps else 'service'}:{name}"


def _service(project: Project, service: Service) -> PlannedService:
    return PlannedService(
        service.name,
        service.image or "",
        _relative(project.directory, service.build.context) if service.build else "",
        list(_ports(service.document.get("ports") or ()))[:MOST_PLACES],
        list(service.profiles),
        dict(service.depends_on),
        service.is_tracked,
        service.step is not None,
    )


def _ports(entries: Iterable[object]) -> Iterator[str]:
    for entry in entries:
        if not isinstance(entry, Mapping):
            yield str(entry)
            continue
        address, published = entry.get("host_ip"), entry.get("published")
        outside = ":".join(str(part) for part in (address, published) if part)
        protocol = entry.get("protocol", "tcp")
        inside = f"{entry.get('target')}" + ("" if protocol == "tcp" else f"/{protocol}")
        yield f"{outside}→{inside}" if outside else inside


def _datum(project: Project, path: str, source: str, locked: Contents) -> PlannedData:
    content = locked.get(path)
    kind: PlaceKind = content.kind if content else _kind(project, path)
    if content is None:
        return PlannedData(path, source, kind)
    return PlannedData(path, source, kind, content.digest, content.size_bytes)


def _place(project: Project, path: str, contents: Contents, role: Role = "") -> Place:
    content = contents.get(path)
    kind = _kind(project, path) if content is None else content.kind
    if path.startswith("/"):
        kind = "external"
    if is_volume(path):
        kind = "volume"
    digest, size_bytes = (content.digest, content.size_bytes) if content else (None, None)
    return Place(path, kind, digest, size_bytes, role)


def _kind(project: Project, path: str) -> PlaceKind:
    if is_volume(path):
        return "volume"
    if is_glob(path):
        return "glob"
    return "folder" if (project.directory / path).is_dir() else "file"


def _relative(folder: Path, place: str) -> str:
    try:
        return str(Path(place).relative_to(folder))
    except ValueError:
        return place
