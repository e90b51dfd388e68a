"""What is found about the services, as changes of files that have been tried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.adoption.changes import Change, with_lines
from modelcompose.adoption.drafting import Drafter
from modelcompose.adoption.finding import Finding
from modelcompose.adoption.hints import is_code
from modelcompose.adoption.ignoring import docker_lines, git_lines
from modelcompose.adoption.secrets import uncovered_secrets
from modelcompose.adoption.survey import Survey
from modelcompose.adoption.trial import check_graphs, damage, read_as_proposed
from modelcompose.compose.discovery import Discovery
from modelcompose.compose.project import Project
from modelcompose.errors import ModelComposeError, ProjectError
from modelcompose.pipeline.mounts import project_mounts
from modelcompose.pipeline.paths import covers

_OF_THE_MACHINE = frozenset(
    {
        *("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"),
        *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "UID", "GID"),
    }
)
"""Variables that differ from machine to machine, and no result with them."""
_NO_PLACE = "keys cannot be added to it: write the service out as a map in a file of yours"


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
        self._drafter = Drafter(survey.project, survey.sources, profile)
        self._masked = tuple(uncovered_secrets(survey.project))

    def propose(self, findings: Sequence[Finding]) -> Proposal:
        """Give the changes that make steps of what was found, as far as these fit together.

        Raises:
            ProjectError: the files cannot be added to.
        """
        proposed = [finding for finding in findings if finding.is_proposed]
        wanted = [finding for finding in proposed if self._drafter.has_place(finding)]
        left_out = {finding.service: _NO_PLACE for finding in proposed if finding not in wanted}
        try:
            kept, changes = wanted, self._tried(wanted)
        except ModelComposeError:
            kept, changes = self._one_by_one(wanted, left_out)
        if not kept:
            return Proposal(tuple(findings), left_out=left_out)
        return Proposal(
            tuple(findings),
            steps=tuple(kept),
            left_out=left_out,
            masked=self._masked,
            ignored=self._ignored(kept),
            changes=(*changes, *self._ignore_changes(kept)),
            profiles={finding.service: self._drafter.profile(finding) for finding in kept},
        )

    def _one_by_one(
        self, wanted: Iterable[Finding], left_out: dict[str, str]
    ) -> tuple[list[Finding], list[Change]]:
        """Keep each step that fits to those before it."""
        kept: list[Finding] = []
        changes: list[Change] = []
        for finding in wanted:
            try:
                changes = self._tried([*kept, finding])
                kept.append(finding)
            except ModelComposeError as error:
                left_out[finding.service] = error.message
        return kept, changes

    def _tried(self, steps: Sequence[Finding]) -> list[Change]:
        """Give the changes of the Compose files, once these were read as they would be.

        Raises:
            ModelComposeError: they would not read, the steps do not fit together, or something
                else would change with them.
        """
        top = self._top(steps)
        meant = {*self._project.steps, *(finding.service for finding in steps)}
        changes = self._drafter.changes(steps, top, barred=())
        after = self._read(changes)
        heirs = sorted(after.steps.keys() - meant)
        if heirs:
            changes = self._drafter.changes(steps, top, barred=heirs)
            after = self._read(changes)
        found = damage(self._project, after, {f.service: self._drafter.keys(f) for f in steps})
        found += [f"services.{name}: would be a step" for name in after.steps.keys() - meant]
        found += [f"services.{name}: would be no step" for name in meant - after.steps.keys()]
        if found:
            raise ProjectError(f"more would change than was meant: {found[0]}")
        check_graphs(after)
        return changes

    def _read(self, changes: Iterable[Change]) -> Project:
        texts = {change.path: change.after for change in changes}
        return read_as_proposed(self._project, self._discovery, texts, self._environment)

    def _top(self, steps: Sequence[Finding]) -> dict[str, Any]:
        """Give the keys for the top of the file."""
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

    def _ignore_changes(self, steps: Iterable[Finding]) -> list[Change]:
        """Give the lines that keep outputs out of git, and data out of images."""
        directory = self._project.directory
        written = [path for finding in steps for path in finding.written]
        data = list(dict.fromkeys([*written, *self._mounted_data()]))
        lines = {directory / ".gitignore": git_lines(directory, written)}
        lines |= docker_lines(self._project, data, self._survey.needs_in_image)
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
