"""What a caller may see: projects, and the runs and models of them."""

from __future__ import annotations

from collections.abc import Sequence

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.tokens.principal import ALL_PROJECTS, Role, caller
from modelcompose.tracking.query.dialects import Clause

PROJECT = "coalesce(experiments.name, runs.project)"
"""SQL of a run's project, where its experiment is joined."""

JOIN = "LEFT JOIN experiments ON experiments.number = runs.experiment"


def check(project: str, role: Role = "reader") -> None:
    """Check that the caller has a role in a project.

    Raises:
        MlflowError: they have not.
    """
    if not caller.get().may(role, [project]):
        raise MlflowError("PERMISSION_DENIED", f"This token is no {role} in the project {project}.")


def check_hub_admin() -> None:
    """Check that the caller is an admin of all projects.

    Raises:
        MlflowError: they are not.
    """
    if caller.get().run is not None or not caller.get().may("admin", [ALL_PROJECTS]):
        raise MlflowError("PERMISSION_DENIED", "This token is no admin of the whole hub.")


def check_whole_project() -> None:
    """Check that the caller's token is not one of a single run.

    Raises:
        MlflowError: it is.
    """
    if caller.get().run is not None:
        raise MlflowError("PERMISSION_DENIED", "The token of a run may not write to its project.")


def run_clauses(projects: Sequence[str]) -> list[Clause]:
    """Give the conditions that runs are of some projects, by default of all that may be seen.

    Raises:
        MlflowError: one of them may not be seen.
    """
    found: list[Clause] = [("runs.deleted_at IS NULL", [])]
    for project in projects:
        check(project)
    principal = caller.get()
    wanted = list(projects) or (None if principal.sees_all else sorted(principal.grants))
    if wanted is not None:
        # By number, which an index is for, and by name for runs of no experiment.
        marks = ", ".join("?" * len(wanted))
        numbers = f"SELECT number FROM experiments WHERE name IN ({marks})"  # noqa: S608
        found.append((f"runs.experiment IN ({numbers})", wanted))
    return found


def run_number(connection: Connection, run_id: str, role: Role = "reader") -> int:
    """Give the number of a run that the caller may see.

    Raises:
        NotFound: there is none.
        MlflowError: it may not be seen.
    """
    row = connection.row(
        f"SELECT runs.number, {PROJECT} FROM runs {JOIN} WHERE runs.id = ?",  # noqa: S608
        (run_id,),
    )
    if row is None:
        raise NotFound(f"no run {run_id}", hint="list the runs: GET /api/v1/runs")
    check(row[1], role)
    return int(row[0])
