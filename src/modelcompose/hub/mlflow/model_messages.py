"""MLflow's messages of models and their versions, field for field.

An empty field is left out, as MLflow does. Times are milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from modelcompose.hub.mlflow.messages import milliseconds
from modelcompose.registry.records import Model, Version
from modelcompose.tracking.logging import KeyValue


class AliasMessage(Struct, frozen=True):
    """An alias of a model."""

    alias: str
    version: str


class VersionMessage(Struct, frozen=True, omit_defaults=True):
    """A version of a model."""

    name: str
    version: str
    creation_timestamp: int
    last_updated_timestamp: int
    user_id: str = ""
    current_stage: str = ""
    description: str | None = None
    """Written where it is empty too, as MLflow does."""
    source: str = ""
    run_id: str = ""
    status: str = ""
    status_message: str = ""
    tags: list[KeyValue] = []
    run_link: str = ""
    aliases: Sequence[str] = []
    model_id: str = ""


class ModelMessage(Struct, frozen=True, omit_defaults=True):
    """A registered model."""

    name: str
    creation_timestamp: int
    last_updated_timestamp: int
    description: str = ""
    latest_versions: list[VersionMessage] = []
    tags: list[KeyValue] = []
    aliases: list[AliasMessage] = []


def version_message(version: Version) -> VersionMessage:
    """Give a version as MLflow writes it."""
    return VersionMessage(
        name=version.model,
        version=str(version.version),
        creation_timestamp=milliseconds(version.created_at),
        last_updated_timestamp=milliseconds(version.updated_at),
        user_id=version.user,
        current_stage=version.stage,
        description=version.description or "",
        source=version.source,
        run_id=version.run or "",
        status=version.status,
        status_message=version.status_message or "",
        tags=key_values(version.tags),
        run_link=version.run_link or "",
        aliases=list(version.aliases),
        model_id=version.logged_model or "",
    )


def model_message(model: Model, latest: Sequence[Version]) -> ModelMessage:
    """Give a model as MLflow writes it, with its newest version of every stage."""
    return ModelMessage(
        name=model.name,
        creation_timestamp=milliseconds(model.created_at),
        last_updated_timestamp=milliseconds(model.updated_at),
        description=model.description or "",
        latest_versions=[version_message(version) for version in latest],
        tags=key_values(model.tags),
        aliases=[AliasMessage(alias, str(version)) for alias, version in model.aliases.items()],
    )


def key_values(pairs: Mapping[str, str]) -> list[KeyValue]:
    """Give tags or parameters as MLflow writes them."""
    return [KeyValue(key, value) for key, value in pairs.items()]


def pairs_of(values: Sequence[KeyValue]) -> dict[str, str]:
    """Give tags or parameters of a request; of those with one name the last counts."""
    return {each.key: each.value for each in values}
