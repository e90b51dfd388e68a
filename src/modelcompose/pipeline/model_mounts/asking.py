"""Which version a mount asks for, and what to say where there is none."""

from __future__ import annotations

from pathlib import Path

from modelcompose.compose.project import ModelMount
from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.registry.aliases import version_called
from modelcompose.registry.git_tags import is_git_reference
from modelcompose.registry.models import find_model
from modelcompose.registry.records import Model, Version


def version_for(
    connection: Connection,
    mount: ModelMount,
    service: str,
    folder: Path,
    *,
    made_here: bool = False,
) -> Version:
    """Give the version that a mount asks for.

    Args:
        connection: of any block.
        mount: what asks.
        service: whose mount it is, for what is said.
        folder: the project folder, whose git tags may name the version.
        made_here: whether the project itself registers versions of the model.

    Raises:
        NotFound: there is none; the hint makes one.
    """
    claim = f"services.{service}: {mount.place} is to hold {mount.label}"
    model = find_model(connection, mount.model)
    if model is None or model.last_version == 0:
        raise NotFound(
            f"{claim}, and no version of {mount.model} is registered",
            hint="make the first one: modelcompose run"
            if made_here
            else f"name the output that it is under x-ml.models.{mount.model}, and make one: "
            "modelcompose run",
        )
    try:
        return version_called(connection, model, mount.reference, folder)
    except NotFound as error:
        if is_git_reference(mount.reference):
            raise NotFound(f"{claim}, and {error.message}", hint=error.hint) from None
        raise NotFound(f"{claim}, and {_missing(mount)}", hint=_hint(model, mount)) from None


def _missing(mount: ModelMount) -> str:
    if mount.reference.isdigit():
        return f"{mount.model} has no version {mount.reference}"
    return f"{mount.model} has no alias {mount.reference}"


def _hint(model: Model, mount: ModelMount) -> str:
    if mount.reference.isdigit():
        return f"see which there are: modelcompose models show {model.name}"
    newest = f"{model.name}@{model.last_version}"
    return f"point it to a version: modelcompose alias set {newest} {mount.reference}"
