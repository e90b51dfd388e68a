"""What would stand in the Compose files if services were steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from modelcompose.adoption.changes import Change, read_exactly
from modelcompose.adoption.editing import Editor
from modelcompose.adoption.finding import Finding
from modelcompose.adoption.writing import Written
from modelcompose.compose.project import Project
from modelcompose.compose.sources import Sources
from modelcompose.errors import ProjectError

NEW_PROFILE = "train"
"""The profile of a service that is new: plain `docker compose up` is not to start it."""


class Drafter:
    """Drafts changes of one project's Compose files."""

    def __init__(self, project: Project, sources: Sources, profile: str | None) -> None:
        """Take the project, and the profile for steps that have none."""
        self._project = project
        self._sources = sources
        self._profile = profile

    def has_place(self, finding: Finding) -> bool:
        """Tell whether the keys of a step can be put into some file."""
        return (finding.extends or finding.service) in self._places

    def keys(self, finding: Finding) -> dict[str, Any]:
        """Give the keys to put on a service."""
        return finding.keys(self._new_profile(finding))

    def profile(self, finding: Finding) -> str | None:
        """Give a profile that must be active for the step to be, if any."""
        service = self._project.services.get(finding.service)
        if finding.extends is None and service is not None and service.profiles:
            return service.profiles[0]
        return self._new_profile(finding)

    def changes(
        self, steps: Sequence[Finding], top: Mapping[str, Any], barred: Iterable[str]
    ) -> list[Change]:
        """Give the changes that make steps of services.

        Args:
            steps: what becomes a step.
            top: keys for the `x-ml` at the top of the first file.
            barred: services that inherit a step and are to be none.

        Raises:
            ProjectError: a file has no place for the keys.
        """
        editors = {path: Editor(text, path.name) for path, text in self._texts.items()}
        if top:
            editors[next(iter(editors))].add_at_top({"x-ml": top})
        for finding in steps:
            if finding.extends is None:
                editor = editors[self._places[finding.service]]
                editor.add_to_service(finding.service, self.keys(finding))
            else:
                editor = editors[self._places[finding.extends]]
                editor.add_service(finding.service, self.keys(finding))
        for name in barred:
            if name not in self._places:
                raise ProjectError(f"{name} inherits from it, and keys cannot be added there")
            keys = {"x-ml": {"step": Written("!override false")}}
            editors[self._places[name]].add_to_service(name, keys)
        drafted = [Change(path, self._texts[path], each.text) for path, each in editors.items()]
        return [change for change in drafted if change.after != change.before]

    def _new_profile(self, finding: Finding) -> str | None:
        """Give the profile to write: none for a service that has one, or that another needs."""
        if finding.extends is not None:
            return self._profile or NEW_PROFILE
        is_needed = any(
            finding.service in other.depends_on and not other.profiles
            for other in self._project.services.values()
        )
        has_own = bool(self._project.services[finding.service].profiles)
        return None if has_own or is_needed else self._profile

    @cached_property
    def _texts(self) -> dict[Path, str]:
        """The text of each file whose services are the project's, the first one first."""
        named = sorted(self._sources.merged, key=lambda source: source.role != "named")
        return {source.path: read_exactly(source.path) or "" for source in named}

    @cached_property
    def _places(self) -> dict[str, Path]:
        """For each service the first file that can take its keys."""
        editors = {path: Editor(text, path.name) for path, text in self._texts.items()}
        return {
            name: path
            for name in self._project.services
            for path, editor in reversed(editors.items())
            if editor.can_add(name)
        }
