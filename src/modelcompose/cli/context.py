"""What the verbs share: the invocation, the project, and the tools to work on it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.cli.arguments import Invocation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcompose.compose.project import Project
    from modelcompose.engine.protocol import Engine
    from modelcompose.pipeline.parameters import Overrides
    from modelcompose.pipeline.session import Session
    from modelcompose.pipeline.step_tracking import StepTracking
    from modelcompose.tracking.runs import Runs


class Context:
    """The object that click hands to each verb."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation
        self.builds: Callable[[str], None] = _progress
        """Shows a line of what the engine reports while it pulls or builds; a view replaces it."""
        self.hub = ""
        """The shared hub that the session's project sends its runs to; empty where it has none."""

    @property
    def folder(self) -> Path | None:
        """Give the project folder that the command is about, if there is one."""
        import os

        from modelcompose.compose.discovery import discover
        from modelcompose.errors import ProjectError

        try:
            return discover(self.invocation.compose_options(), os.environ).directory
        except ProjectError:
            return None

    def read_project(
        self,
        steps: Sequence[str] = (),
        *,
        variables: Mapping[str, str] | None = None,
        need_values: bool = True,
        all_profiles: bool = False,
    ) -> Project:
        """Read the project; see `compose.reader.read`."""
        from modelcompose.compose.memory import Memory
        from modelcompose.compose.reader import read
        from modelcompose.database.home import home_folder
        from modelcompose.tracking.masking import is_secret

        project = read(
            self.invocation.compose_options(),
            steps=steps,
            extra_variables=variables,
            need_values=need_values,
            all_profiles=all_profiles,
            memory=Memory(home_folder() / "cache" / "compose", is_secret),
        )
        for warning in project.warnings:
            sys.stderr.write(f"warning: {warning}\n")
        return project

    def read_for_a_look(self, steps: Sequence[str] = ()) -> Project:
        """Read the project to show it: with all profiles where no active one has a step."""
        project = self.read_project(steps)
        if project.steps or project.profiles:
            return project
        from modelcompose.errors import ModelComposeError

        try:
            whole = self.read_project(all_profiles=True)
        except ModelComposeError:
            return project  # another profile needs files or variables that are not there
        return whole if whole.steps else project

    def engine(self, project: Project, runs: Runs) -> Engine:
        """Give the engine: the one asked for, else the one last used here, else Docker."""
        import os

        from modelcompose.engine import open_engine

        asked = self.invocation.engine or os.environ.get("MODELCOMPOSE_ENGINE")
        if not asked:
            last = runs.list(folder=project.directory, limit=1, columns=())
            asked = last[0].engine if last else "docker"
            if asked != "docker" and not self.invocation.quiet:
                sys.stderr.write(
                    f"engine: {asked}, the one last used here (--engine docker for the other)\n"
                )
        quiet = self.invocation.quiet
        return open_engine(asked, progress=None if quiet else self.show_build)

    def show_build(self, line: str) -> None:
        """Show a line of a pull or a build, with what `builds` is by then."""
        self.builds(line)

    @contextmanager
    def session(self, project: Project, overrides: Overrides | None = None) -> Iterator[Session]:
        """Open all that planning and running need; closed when the block ends."""
        from modelcompose.cli.sending import remember_hub
        from modelcompose.database.connection import open_database
        from modelcompose.database.home import home_folder
        from modelcompose.pipeline.graph import build_graph
        from modelcompose.pipeline.parameters import Overrides
        from modelcompose.pipeline.session import Session
        from modelcompose.store.store import Store
        from modelcompose.tracking.runs import Runs

        graph = build_graph(project)
        connection = open_database()
        self.hub = remember_hub(connection, project)
        runs = Runs(connection)
        session = Session(
            project,
            graph,
            engine=self.engine(project, runs),
            runs=runs,
            store=Store(home_folder() / "store"),
            overrides=overrides or Overrides(),
            command_line=("modelcompose", *sys.argv[1:]),
            tracking=_step_tracking,
        )
        try:
            yield session
        finally:
            session.close()
            connection.close()

    @property
    def is_dry_run(self) -> bool:
        """Whether Compose's own global `--dry-run` was given: nothing may then be changed."""
        given = [value for name, value in self.invocation.flags if name == "--dry-run"]
        return bool(given) and given[-1] != "false"

    @property
    def jobs(self) -> int:
        """Give how many steps may run at once."""
        import os

        return self.invocation.jobs or os.cpu_count() or 1


def _step_tracking(session: Session) -> StepTracking:
    """Have what steps log into their own runs taken into this user's hub."""
    from modelcompose.database.home import home_folder
    from modelcompose.hub.step_runs.tracking import HubTracking

    return HubTracking(session.runs, home_folder(), session.folder, engine=session.engine.name)


def _progress(line: str) -> None:
    sys.stderr.write(f"{line}\n")
