"""A look at the Compose files themselves, beside what Compose makes of them.

Compose's resolved output no longer tells which files, variables and environment files it came
from, nor which profile a left-out service has. A file is parsed only where its text shows a need
for that: most commands only search it for variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modelcompose.compose.discovery import Discovery, absolute
from modelcompose.errors import ModelComposeError

if TYPE_CHECKING:
    from yaml.nodes import Node

Role = Literal["named", "included", "extended"]
_REMOTE = ("://", "git@", "oci:")
Lineage = list[tuple["Source", str]]
"""A service's files and names, from the farthest service that it extends to itself."""


class Source:
    """One Compose file as it was written.

    Attributes:
        path: absolute.
        folder: what the file's relative paths start from.
        role: how Compose came to read it.
    """

    def __init__(
        self, path: Path, folder: Path, variables: Mapping[str, str], role: Role = "named"
    ) -> None:
        self.path = path
        self.folder = folder
        self.role = role
        self._variables = variables

    @cached_property
    def text(self) -> str:
        """The file's text; empty when it cannot be read, of which Compose then tells."""
        try:
            return self.path.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            return ""

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The file parsed, nothing resolved; empty when it is no YAML map."""
        from yaml import YAMLError

        from modelcompose.compose.fast_yaml import parse

        try:
            parsed = parse(self.text)
        except YAMLError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    @cached_property
    def node(self) -> Node | None:
        """The file parsed into nodes, which know their positions; None when it is no YAML."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            node: Node | None = yaml.compose(self.text, Loader=loader)
        except yaml.YAMLError:
            return None
        return node

    @property
    def services(self) -> dict[str, Mapping[str, Any]]:
        """The file's services by name, as written; those that are no map are left out."""
        services = self.document.get("services")
        if not isinstance(services, dict):
            return {}
        return {name: value for name, value in services.items() if isinstance(value, dict)}

    def base_of(self, service: str) -> tuple[Path, str] | None:
        """Give the file and name of the service that one of this file extends."""
        if "extends" not in self.text:
            return None
        extends = self.services.get(service, {}).get("extends")
        if isinstance(extends, str):
            return self.path, extends
        if not isinstance(extends, dict) or "service" not in extends:
            return None
        file = self.resolve(extends["file"]) if "file" in extends else self.path
        return None if file is None else (file, str(extends["service"]))

    def includes(self) -> Iterator[Source]:
        """Give the files that this one includes, not those that they include in turn."""
        entries = self.document.get("include") if "include" in self.text else None
        for entry in entries if isinstance(entries, list) else ():
            keys = entry if isinstance(entry, dict) else {"path": entry}
            paths = [path for path in map(self.resolve, _listed(keys.get("path"))) if path]
            if paths:
                folder = self.resolve(keys.get("project_directory")) or paths[0].parent
                yield from (Source(path, folder, self._variables, "included") for path in paths)

    def extended(self) -> Iterator[Source]:
        """Give the other files whose services this one's extend."""
        bases = map(self.base_of, self.services if "extends" in self.text else ())
        for path in dict.fromkeys(base[0] for base in bases if base):
            if path != self.path:
                yield Source(path, path.parent, self._variables, "extended")

    def env_files(self) -> Iterator[Path]:
        """Give the environment files of its services and includes; they need not exist."""
        if "env_file" not in self.text:
            return
        includes = self.document.get("include")
        for keys in (*self.services.values(), *(includes if isinstance(includes, list) else ())):
            for entry in _listed(keys.get("env_file")) if isinstance(keys, dict) else ():
                path = self.resolve(entry.get("path") if isinstance(entry, dict) else entry)
                if path is not None:
                    yield path

    def profiles(self, service: str) -> list[str]:
        """Give the profiles that this file gives a service."""
        written = self.services.get(service, {}).get("profiles")
        return [
            interpolated(text, self._variables)
            for text in _listed(written)
            if isinstance(text, str)
        ]

    def resolve(self, text: object) -> Path | None:
        """Give the local path that a text of this file names; None for anything else."""
        if not isinstance(text, str):
            return None
        name = interpolated(text, self._variables)
        if not name or "://" in name or name.startswith(("git@", "oci:")):
            return None
        return absolute(name, self.folder)


class Sources:
    """The Compose files of a project that lie on this machine."""

    def __init__(self, discovery: Discovery) -> None:
        self._named = [Source(f, discovery.directory, discovery.variables) for f in discovery.files]

    @cached_property
    def by_path(self) -> dict[Path, Source]:
        """Every file: those named, each after what it includes, then those of `extends`."""
        found: dict[Path, Source] = {}
        for source in self._named:
            _add(source, found)
        waiting = list(found.values())
        while waiting:
            new = [source for source in waiting.pop().extended() if source.path not in found]
            found |= {source.path: source for source in new}
            waiting += new
        return found

    @property
    def merged(self) -> list[Source]:
        """The files whose services are the project's, in the order in which they are merged."""
        return [source for source in self.by_path.values() if source.role != "extended"]

    @property
    def text(self) -> str:
        """The text of all files, one after the other."""
        return "\n".join(source.text for source in self.by_path.values())

    @property
    def may_reach_elsewhere(self) -> bool:
        """Whether files that are not on this machine may be included or extended."""
        is_composed = "include" in self.text or "extends" in self.text
        return is_composed and any(word in self.text for word in _REMOTE)

    @property
    def env_files(self) -> list[Path]:
        """The environment files that any file names, without repeats."""
        found = (path for source in self.by_path.values() for path in source.env_files())
        return list(dict.fromkeys(found))

    def service_names(self) -> set[str]:
        """Give the names of the services of all profiles."""
        return {name for source in self.merged for name in source.services}

    def lineage(self, source: Source, service: str) -> Lineage:
        """Follow `extends` from a service of a file to its farthest base, which comes first."""
        lineage: Lineage = []
        while (source, service) not in lineage:
            lineage.insert(0, (source, service))
            base = source.base_of(service)
            if base is None or base[0] not in self.by_path:
                break
            source, service = self.by_path[base[0]], base[1]
        return lineage

    def profiles(self, service: str) -> set[str] | None:
        """Give a service's profiles, inherited ones too; None when no file has it."""
        holders = [source for source in self.merged if service in source.services]
        if not holders:
            return None
        ancestors = [pair for source in holders for pair in self.lineage(source, service)]
        return {profile for source, name in ancestors for profile in source.profiles(name)}


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """Put variables into a text; it stays as it is where that is not possible."""
    from modelcompose.compose.embedded.interpolation import interpolate

    try:
        return interpolate(text, variables, need_values=False)
    except ModelComposeError:
        return text


def _add(source: Source, found: dict[Path, Source]) -> None:
    """Add a file after those that it includes."""
    if source.path in found:
        return
    found[source.path] = source
    for included in source.includes():
        _add(included, found)
    found[source.path] = found.pop(source.path)


def _listed(value: Any) -> list[Any]:
    """Give a list for what Compose lets one write as one value or as a list."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
