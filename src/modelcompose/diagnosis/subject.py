"""What is examined: one machine, one project folder, one home folder, and the facts about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from modelcompose.compose.discovery import Discovery, discover
from modelcompose.compose.positions import display, locate
from modelcompose.compose.project import ComposeOptions, Project
from modelcompose.compose.sources import Sources
from modelcompose.diagnosis.facts.docker import Docker, ask_docker
from modelcompose.diagnosis.facts.git import Repository, find_repository
from modelcompose.diagnosis.facts.gpus import Gpus, find_gpus
from modelcompose.diagnosis.facts.home import last_engine
from modelcompose.diagnosis.facts.reading import Reading, read_project
from modelcompose.diagnosis.waiting import Fact, NoAnswer, Unknown
from modelcompose.errors import ProjectError

_DOCKER_LIMIT_S = 15.0
_READING_LIMIT_S = 25.0


class Subject:
    """What the checks look at. Facts are found when they are first asked for, and only once."""

    def __init__(
        self,
        options: ComposeOptions,
        *,
        environment: Mapping[str, str],
        home: Path,
        engine: str | None = None,
        is_deep: bool = False,
    ) -> None:
        """Name the subject; nothing is looked at yet.

        Args:
            options: Compose's global options, as the user gave them.
            environment: this process's, for programs to see.
            home: the home folder; it need not exist.
            engine: the engine that the user asked for.
            is_deep: whether checks that read everything may take their time.
        """
        self.options = options
        self.environment = dict(environment)
        self.home = home
        self.is_deep = is_deep
        self._engine = engine
        self.discovery = Fact(lambda: discover(options, self.environment))
        self.sources = Fact(lambda: Sources(self.discovery.known()))
        self.docker: Fact[Docker] = Fact(lambda: ask_docker(self.environment), _DOCKER_LIMIT_S)
        self.gpus: Fact[Gpus] = Fact(lambda: find_gpus(self.environment))
        self.repository: Fact[Repository] = Fact(
            lambda: find_repository(self.folder, self.environment)
        )
        self.reading: Fact[Reading] = Fact(
            lambda: read_project(options, self.environment), _READING_LIMIT_S
        )

    @cached_property
    def has_project(self) -> bool:
        """Whether there is a project: a Compose file, or one was named."""
        try:
            found: Discovery = self.discovery.get()
        except ProjectError:
            return True
        except (OSError, NoAnswer):
            return False  # the current folder was removed, or lies where nothing answers
        return bool(found.files) or found.has_unseen_files

    @cached_property
    def folder(self) -> Path:
        """The project folder; the current one where that cannot be told."""
        try:
            return self.discovery.known().directory
        except Unknown:
            return Path(self.environment.get("PWD", "/"))

    @property
    def project(self) -> Project:
        """Give the project.

        Raises:
            Unknown: it cannot be read.
        """
        project = self.reading.known().project
        if project is None:
            raise Unknown
        return project

    @cached_property
    def wants_docker(self) -> bool:
        """Whether steps would run in Docker: unless another engine is asked for, or was last."""
        engine = self._engine or last_engine(self.home, self.folder)
        return engine in (None, "docker")

    def where(self, *path: str | int) -> str | None:
        """Find where a key of the resolved Compose file stands, `compose.yaml:14:9`."""
        try:
            position = locate(self.sources.known(), path)
        except Unknown:
            return None
        return None if position is None else str(position)

    def shown(self, path: Path) -> str:
        """Give a path as short as a terminal needs it."""
        return display(path)

    def services(self, named: Sequence[str]) -> str:
        """Name services as the Compose file does."""
        return ", ".join(f"services.{name}" for name in named)
