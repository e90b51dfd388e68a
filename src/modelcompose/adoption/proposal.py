"""What is found about the services, as changes of files that have been tried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from modelcompose.adoption.changes import Change, read_exactly, with_lines
from modelcompose.adoption.editing import Editor
from modelcompose.adoption.finding import Finding
from modelcompose.adoption.hints import is_code
from modelcompose.adoption.ignoring import docker_lines, git_lines
from modelcompose.adoption.secrets import uncovered_secrets
from modelcompose.adoption.survey import Survey
from modelcompose.adoption.trial import check_graphs, damage, read_as_proposed
from modelcompose.adoption.writing import Written
from modelcompose.compose.discovery import Discovery
from modelcompose.compose.project import Project
from modelcompose.errors import ModelComposeError, ProjectError
from modelcompose.pipeline.mounts import project_mounts
from modelcompose.pipeline.paths import covers

NEW_PROFILE = "train"
"""The profile of a service that is new: plain `docker compose up` is not to start it."""

_OF_THE_MACHINE = frozenset(
    {
        *("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"),
        *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "UID", "GID"),
    }
)
"""Variables that differ from machine to machine, and no result with them."""


class Proposal(Struct, frozen=True):
    """What `init` would do to a project."""

    findings: tuple[Finding, ...]
    """Everything that was looked at."""
    steps: tuple[Finding, ...] = ()
    """Those that become steps."""
    left_out: Mapping[str, str] = {}
    """Services that looked like steps and cannot become any as they are, with the reason."""
    masked: tuple[str, ...] = ()
    """Variables whose values are to be masked from now on."""
    ignored: tuple[str, ...] = ()
    """Variables that are to be no part of any identity."""
    changes: tuple[Change, ...] = ()
    profiles: Mapping[str, str | None] = {}
    """For each new step the profile that it needs to be active, if any."""


class Proposer:
    """Makes a proposal for one project; nothing is written."""

    def __init__(
        self,
        survey: Survey,
        discovery: Discovery,
        environment: Mapping[str, str],
        *,
        profile: str | None = None,
    ) -> None:
        """Take the project.

        Args:
            survey: of the project, read with all profiles.
            discovery: its files.
            environment: what Compose sees as its environment.
            profile: for steps that have none; None to leave them without.
        """
        self._survey = survey
        self._project = survey.project
        self._discovery = discovery
        self._environment = environment
        self._profile = profile
        self._masked = tuple(uncovered_secrets(survey.project))

    def propose(self, findings: Sequence[Finding]) -> Proposal:
        """Give the changes that make steps of what was found, as far as these fit together.

        Raises:
            ProjectError: the files cannot be added to.
        """
        wanted, left_out = self._addable([f for f in findings if f.is_proposed])
        kept: list[Finding] = []
        try:
            self._try(wanted)
            kept = wanted
        except ModelComposeError:
            for finding in wanted:
                try:
                    self._try([*kept, finding])
                    kept.append(finding)
                except ModelComposeError as error:
                    left_out[finding.service] = error.message
        if not kept:
            return Proposal(tuple(findings), left_out=left_out)
        return Proposal(
            tuple(findings),
            steps=tuple(kept),
            left_out=left_out,
            masked=self._masked,
            ignored=self._ignored(kept),
            changes=tuple(self._changes(kept)),
            profiles={finding.service: self._needed_profile(finding) for finding in kept},
        )

    def _addable(self, findings: Iterable[Finding]) -> tuple[list[Finding], dict[str, str]]:
        kept, left_out = [], {}
        for finding in findings:
            if self._file_of(finding.extends or finding.service) is not None:
                kept.append(finding)
            else:
                left_out[finding.service] = (
                    "keys cannot be added to it: write the service out as a map in a file of yours"
                )
        return kept, left_out

    def _file_of(self, service: str) -> Path | None:
        """Give the file to put a service's keys into: the first that can take them."""
        for source in self._survey.sources.merged:
            if service in source.services and _editor(source.path).can_add(service):
                return source.path
        return None

    def _changes(self, steps: Sequence[Finding]) -> list[Change]:
        """Give the changes of all files, tried out.

        Raises:
            PlanError: the steps do not fit together.
            ProjectError: something else would change with them.
        """
        changes = self._try(steps)
        written = [path for finding in steps for path in finding.written]
        return [*changes, *self._ignore_changes(written)]

    def _try(self, steps: Sequence[Finding]) -> list[Change]:
        changes = self._compose_changes(steps, barred=())
        after = self._read(changes)
        meant = {*self._project.steps, *(finding.service for finding in steps)}
        unmeant = sorted(after.steps.keys() - meant)
        if unmeant:
            # They inherit from what became a step.
            changes = self._compose_changes(steps, barred=unmeant)
            after = self._read(changes)
        self._check(after, steps, meant)
        check_graphs(after)
        return changes

    def _read(self, changes: Iterable[Change]) -> Project:
        texts = {change.path: change.after for change in changes}
        return read_as_proposed(self._project, self._discovery, texts, self._environment)

    def _check(self, after: Project, steps: Sequence[Finding], meant: set[str]) -> None:
        keys = {finding.service: finding.keys(self._profile_of(finding)) for finding in steps}
        found = damage(self._project, after, keys)
        found += [f"services.{name}: would be a step" for name in after.steps.keys() - meant]
        found += [f"services.{name}: would be no step" for name in meant - after.steps.keys()]
        if found:
            raise ProjectError(
                f"nothing is proposed, since more would change than was meant: {found[0]}",
                hint="name the services one by one: modelcompose init SERVICE",
            )

    def _compose_changes(self, steps: Sequence[Finding], barred: Iterable[str]) -> list[Change]:
        editors: dict[Path, Editor] = {}

        def editor(service: str) -> Editor:
            path = self._file_of(service)
            if path is None:
                raise ProjectError(f"{service} inherits from it, and keys cannot be added there")
            return editors.setdefault(path, _editor(path))

        if top := self._top(steps):
            first = self._discovery.files[0]
            editors.setdefault(first, _editor(first)).add_at_top({"x-ml": top})
        for finding in steps:
            keys = finding.keys(self._profile_of(finding))
            if finding.extends is None:
                editor(finding.service).add_to_service(finding.service, keys)
            else:
                editor(finding.extends).add_service(finding.service, keys)
        for name in barred:
            keys = {"x-ml": {"step": Written("!override false")}}
            editor(name).add_to_service(name, keys)
        return [Change(path, each.before, each.text) for path, each in editors.items()]

    def _top(self, steps: Sequence[Finding]) -> dict[str, Any]:
        ignored = self._ignored(steps)
        top: dict[str, Any] = {"mask": list(self._masked)} if self._masked else {}
        return {**top, "identity": {"ignore": list(ignored)}} if ignored else top

    def _ignored(self, steps: Iterable[Finding]) -> tuple[str, ...]:
        """Give the variables of steps that the user's machine decides."""
        found = {
            name
            for finding in steps
            for name in self._survey.parameters(finding.extends or finding.service)
        }
        return tuple(sorted(found & _OF_THE_MACHINE - {*self._project.ignored_variables}))

    def _profile_of(self, finding: Finding) -> str | None:
        """Give the profile to write: none for a service that has one, or that another needs."""
        if finding.extends is not None:
            return self._profile or NEW_PROFILE
        service = self._project.services[finding.service]
        is_needed = any(
            finding.service in other.depends_on and not other.profiles
            for other in self._project.services.values()
        )
        return None if service.profiles or is_needed else self._profile

    def _needed_profile(self, finding: Finding) -> str | None:
        service = self._project.services.get(finding.service)
        own = service.profiles[0] if service is not None and service.profiles else None
        return own or self._profile_of(finding)

    def _ignore_changes(self, written: Sequence[str]) -> list[Change]:
        """Give the lines that keep outputs out of git, and data out of images."""
        directory = self._project.directory
        data = dict.fromkeys([*written, *self._mounted_data()])
        lines = {directory / ".gitignore": git_lines(directory, written)}
        lines |= docker_lines(self._project, list(data), self._survey.needs_in_image)
        return [
            with_lines(path, each)
            for path, each in lines.items()
            if each and path.is_relative_to(directory)
        ]

    def _mounted_data(self) -> list[str]:
        """Give the folders of the project that are mounted by themselves and hold no code."""
        folders = {
            path
            for service in self._project.services.values()
            for _, path in project_mounts(self._project, service)
            if path != "." and (self._project.directory / path).is_dir()
        }
        return sorted(folder for folder in folders if not _holds_code(folder, self._survey.present))


def _holds_code(folder: str, present: Iterable[str]) -> bool:
    return any(covers(folder, path) and is_code(path) for path in present)


def _editor(path: Path) -> Editor:
    return Editor(read_exactly(path) or "", path.name)
