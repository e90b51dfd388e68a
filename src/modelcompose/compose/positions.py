"""Where something stands in the user's files; looked up only when there is an error to report.

Several files, `include` and `extends` are followed the way Compose merges them: a path leads to
the last place that gives it its value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from modelcompose.compose.project import Position, Project
from modelcompose.compose.sources import Source, Sources

if TYPE_CHECKING:
    from yaml.nodes import Node

_MERGE_KEY = "<<"


class _Place(Struct, frozen=True):
    """One node that contributes to a path."""

    source: Source
    service: str | None
    """The service's name in that file, which `extends` may differ from the project's."""
    node: Any
    key: Any = None


def position_of(
    project: Project, path: Sequence[str | int], *, at_key: bool = False
) -> Position | None:
    """Find where a path of the resolved file stands in the user's files.

    Args:
        project: the project, as it was read.
        path: keys and list indices from the top, such as `["services", "a", "x-ml", "step"]`.
        at_key: point at the key itself, also where its value is text.

    Returns:
        The place of the value, or of the key where the value is a map or a list; the place of
        the nearest thing above where the path is not there; None when nothing of it is.
    """
    return locate(_sources_of(project), path, at_key=at_key)


def extends_origin(project: Project, service: str) -> str | None:
    """Tell which service a step was inherited from through `extends`.

    Returns:
        `file:service`, the file relative to the project folder; None when the step is the
        service's own.
    """
    sources = _sources_of(project)
    places = _descend_all(sources, ["services", service, "x-ml", "step"])
    inherited = [place for place in places if place.service not in {None, service}]
    if not inherited:
        return None
    origin = inherited[-1]
    file = os.path.relpath(origin.source.path, project.directory)
    return f"{file}:{origin.service}"


def declared_services(project: Project) -> set[str] | None:
    """Give the names of the services of all profiles; None where a file cannot be seen."""
    from modelcompose.compose.discovery import discover

    discovery = discover(project.options, project.variables)
    sources = Sources(discovery)
    if discovery.has_unseen_files or sources.may_reach_elsewhere:
        return None
    return sources.service_names()


def locate(sources: Sources, path: Sequence[str | int], *, at_key: bool = False) -> Position | None:
    """Find a path in files; arguments and result as `position_of`."""
    for length in range(len(path), 0, -1):
        places = _descend_all(sources, path[:length])
        if places:
            return _position(places[-1], at_key=at_key or length < len(path))
    return None


def position_in(source: Source, path: Sequence[str | int]) -> Position | None:
    """Find the key at a path of one file, as it stands in that file alone."""
    places = _in_file(source, path, service=None)
    return _position(places[-1], at_key=True) if places else None


def text_position(sources: Sources, pattern: re.Pattern[str]) -> Position | None:
    """Find the first place in the files whose text matches, comments left out."""
    for source in sources.by_path.values():
        for number, line in enumerate(source.text.splitlines(), start=1):
            found = None if line.lstrip().startswith("#") else pattern.search(line)
            if found:
                return Position(display(source.path), number, found.start() + 1)
    return None


def broken_position(sources: Sources) -> Position | None:
    """Find the first place in the files that is no YAML."""
    import yaml

    for source in sources.by_path.values():
        try:
            yaml.compose(source.text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            if mark is not None:
                return Position(display(source.path), mark.line + 1, mark.column + 1)
    return None


def display(path: Path) -> str:
    """Give a path as short as a terminal needs it: relative below the current folder."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _sources_of(project: Project) -> Sources:
    from modelcompose.compose.discovery import discover

    return Sources(discover(project.options, project.variables))


def _descend_all(sources: Sources, path: Sequence[str | int]) -> list[_Place]:
    """Give every place that contributes to a path, the one that counts most last."""
    places: list[_Place] = []
    if len(path) > 1 and path[0] == "services":
        for source in sources.merged:
            for ancestor, name in sources.lineage(source, str(path[1])):
                found = _in_file(ancestor, ["services", name], service=name)
                is_anew = any(place.node.tag == "!override" for place in found)
                places = found if is_anew else [*places, *found]
        rest = path[2:]
    else:
        for source in sources.merged:
            if source.role == "included" and path[0] == "x-ml":
                continue  # Compose drops it
            places += _in_file(source, path[:1], service=None)
        rest = path[1:]
    for part in rest:
        places = _step_into(places, part)
    return places


def _in_file(source: Source, path: Sequence[str | int], service: str | None) -> list[_Place]:
    root = source.node
    places = [] if root is None else [_Place(source=source, service=service, node=root)]
    for part in path:
        places = _step_into(places, part)
    return places


def _step_into(places: list[_Place], part: str | int) -> list[_Place]:
    children: list[_Place] = []
    position = 0
    for place in places:
        if isinstance(part, int):
            entries = place.node.value if place.node.id == "sequence" else []
            if position <= part < position + len(entries):
                children = [_child(place, entries[part - position])]
            position += len(entries)
            continue
        for key, value in _entries(place.node):
            if key.value == part:
                children = [] if value.tag in {"!reset", "!override"} else children
                if value.tag != "!reset":
                    children.append(_child(place, value, key))
    return children


def _child(place: _Place, node: Node, key: Node | None = None) -> _Place:
    return _Place(source=place.source, service=place.service, node=node, key=key)


def _entries(node: Any) -> list[tuple[Any, Any]]:
    """Give a mapping's entries, those brought in by `<<` first."""
    if node.id != "mapping":
        return []
    merged: list[tuple[Any, Any]] = []
    for key, value in node.value:
        if key.value == _MERGE_KEY:
            for source in reversed(value.value) if value.id == "sequence" else [value]:
                merged += _entries(source)
    return [*merged, *((key, value) for key, value in node.value if key.value != _MERGE_KEY)]


def _position(place: _Place, *, at_key: bool) -> Position:
    is_text = place.node.id == "scalar" and place.node.value != ""
    node = place.node if place.key is None or (is_text and not at_key) else place.key
    mark = node.start_mark
    return Position(display(place.source.path), mark.line + 1, mark.column + 1)
