"""A look at every service of a project: what it is, and what it reads and writes."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from msgspec.structs import replace

from modelcompose.adoption.calls import Call
from modelcompose.adoption.finding import Finding, from_traces
from modelcompose.adoption.hints import direction_of_path
from modelcompose.adoption.ignoring import copied
from modelcompose.adoption.parameters import interpolated_parameters, written_service
from modelcompose.adoption.roles import Role, role_of
from modelcompose.adoption.schedules import Scheduled, scheduled
from modelcompose.adoption.scripts.touches import touches
from modelcompose.adoption.secrets import uncovered_secrets
from modelcompose.adoption.siblings import free_name, instead_of_inherited
from modelcompose.adoption.snapshot import take_snapshot
from modelcompose.adoption.traces import expanded, traces_of
from modelcompose.adoption.view import View, split_words
from modelcompose.compose.project import Project, Service
from modelcompose.compose.sources import Sources
from modelcompose.pipeline.mounts import project_mounts


class Survey:
    """Looks at the services of one project; each once."""

    def __init__(self, project: Project, sources: Sources) -> None:
        self.project = project
        self.sources = sources
        self._views: dict[str, View] = {}
        self._called: dict[str, list[Call]] = {}

    @cached_property
    def present(self) -> Collection[str]:
        """Every file of the project."""
        return take_snapshot(self.project.directory).files.keys()

    def findings(self, chosen: Sequence[str]) -> list[Finding]:
        """Give what is found about services, those of the clock as new ones behind them.

        Args:
            chosen: services that the user named: these are steps, whatever they look like; none
                for a look at all.
        """
        found: list[Finding] = []
        for name in chosen or self._in_order:
            finding = self.finding(name, is_chosen=name in chosen)
            found.append(finding)
            if finding.role.kind == "schedule":
                found += self._scheduled(name)
        return found

    @property
    def _in_order(self) -> list[str]:
        """Give the services as the files write them, which Compose sorts."""
        written = [name for source in self.sources.merged for name in source.services]
        known = [name for name in written if name in self.project.services]
        return list(dict.fromkeys([*known, *self.project.services]))

    def finding(self, name: str, *, is_chosen: bool = False) -> Finding:
        """Give what is found about a service, from the text of its files."""
        view, called = self.view(name), self.called(name)
        role = role_of(self.project, view, called)
        if is_chosen and role.kind in ("service", "unclear"):
            role = Role("one-shot", "you named it")
        if role.kind != "one-shot":
            return Finding(name, role)
        return self._examined(name, role, view, called)

    def parameters(self, name: str) -> list[str]:
        """Give the variables of a service that its file leaves open, secrets left out."""
        service = self.project.services[name]
        written = written_service(self.sources, name)
        found = interpolated_parameters(self.project, service, written)
        return [variable for variable in found if variable not in self._secrets]

    @cached_property
    def _secrets(self) -> Collection[str]:
        return frozenset(uncovered_secrets(self.project))

    def needs_in_image(self, name: str, path: str) -> bool:
        """Tell whether a service wants a path of its build's context, and no mount shows it."""
        view = self.view(name)
        container = posixpath.join(view.working_folder, self._in_context(view.service, path))
        if view.path(container) is not None:
            return False
        named, is_known = self._named_in_container(name)
        if not is_known:
            return True
        return any(text == container or text.startswith(f"{container}/") for text in named)

    def view(self, name: str) -> View:
        """Give a service as its program sees the project."""
        if name not in self._views:
            self._views[name] = View(self.project, self.project.services[name])
        return self._views[name]

    def called(self, name: str) -> list[Call]:
        """Give the programs that a service calls."""
        if name not in self._called:
            view = self.view(name)
            self._called[name] = expanded(view, view.words)
        return self._called[name]

    def _examined(
        self, name: str, role: Role, view: View, called: Sequence[Call], *, of: str | None = None
    ) -> Finding:
        traces = traces_of(view, called)
        notes = [f"writes {path}, which is no file of the project" for path in traces.outside]
        notes += [*_volume_notes(view.service), *_copy_notes(self.project, view)]
        return from_traces(
            name,
            role,
            traces,
            params=self.parameters(of or name),
            present=self.present,
            notes=notes,
        )

    def _scheduled(self, name: str) -> list[Finding]:
        """Give a new service for each command that a service runs by the clock."""
        found: list[Finding] = []
        taken = set(self.project.services)
        for job in scheduled(self.view(name), self.called(name)):
            if any(self._runs(step, job) for step in self.project.steps):
                continue
            new = free_name(job.name, name, taken)
            taken.add(new)
            found.append(self._job(job, name, new))
        return found

    def _runs(self, step: str, job: Scheduled) -> bool:
        return self.project.services[step].command == tuple(split_words(job.command))

    def _job(self, job: Scheduled, name: str, new: str) -> Finding:
        service = self.project.services[name]
        folder = job.folder or self.view(name).working_folder
        words = tuple(split_words(job.command))
        view = View(
            self.project,
            replace(service, command=words, entrypoint=(), working_dir=folder, step=None),
        )
        called = expanded(view, words)
        role = Role("schedule", f"{name} runs it by the clock: {job.command}")
        finding = self._examined(new, role, view, called, of=name)
        return replace(
            finding,
            extends=name,
            instead=instead_of_inherited(service, new),
            command=job.command,
            folder=job.folder,
        )

    def _in_context(self, service: Service, path: str) -> str:
        context = service.build.context if service.build is not None else ""
        return posixpath.relpath(str(self.project.directory / path), context)

    def _named_in_container(self, name: str) -> tuple[list[str], bool]:
        """Give the container paths that a service's scripts name, and whether they are known."""
        view = self.view(name)
        named: list[str] = []
        is_known = False
        for call in self.called(name):
            if call.script is None or not call.script.endswith(".py"):
                continue
            found = touches(
                [posixpath.join(view.working_folder, call.script)],
                view,
                roots=[view.working_folder],
                variables=view.service.environment,
                arguments=call.script_arguments,
                settings={},
            )
            is_known |= bool(found.modules)
            named += [*found.reads, *found.writes, *found.mentions]
        if not is_known and all(call.program in ("cron", "crond") for call in self.called(name)):
            is_known = True  # what it runs is looked at for itself
        return [posixpath.normpath(posixpath.join(view.working_folder, n)) for n in named], is_known


def _copy_notes(project: Project, view: View) -> Iterator[str]:
    """Say where a mount shows what the image holds too, all of which then counts."""
    build = view.service.build
    if build is None or "" not in copied(build):
        return
    for mount, path in project_mounts(project, view.service):
        if mount.source == build.context and mount.target == view.working_folder:
            folder = "the project" if path == "." else path
            yield (
                f"the image copies all of {folder}, which a mount shows anyway: any change there "
                "makes the step run again, unless .dockerignore leaves it out"
            )


def _volume_notes(service: Service) -> list[str]:
    """Say where a service may write what no step can keep: a named volume is Docker's."""
    return [
        f"writes to the volume {mount.source}: a step's outputs are files of the project; "
        f"mount a folder at {mount.target} to keep what it makes"
        for mount in service.mounts
        if mount.type == "volume"
        and mount.source
        and not mount.read_only
        and direction_of_path(mount.target.strip("/")) == "out"
    ]
