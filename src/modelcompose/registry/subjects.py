"""What models and versions can be chosen and sorted by, in the language of `tracking.query`."""

from __future__ import annotations

from modelcompose.registry.records import PROMPT_TAG
from modelcompose.registry.version_rows import TABLES
from modelcompose.tracking.query.fields import Field, Pairs, Subject

IS_PROMPT = "is_prompt"
"""The field that a comparison with MLflow's tag becomes: what lacks the tag is no prompt."""


def _is_prompt(*owners: tuple[str, str, str]) -> Field:
    has_tag = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} AS given WHERE given.{owner} = {key}"  # noqa: S608
        f" AND given.name = '{PROMPT_TAG}' AND lower(given.value) = 'true')"
        for table, owner, key in owners
    )
    return Field("text", f"(CASE WHEN {has_tag} THEN 'true' ELSE 'false' END)")


_OF_MODEL = ("registered_model_tags", "model", "registered_models.number")
_OF_VERSION = ("model_version_tags", "version", "model_versions.number")

MODELS = Subject(
    table="registered_models",
    key="registered_models.number",
    newest="registered_models.created_at",
    fields={
        "name": Field("text", "registered_models.name"),
        "description": Field("text", "registered_models.description"),
        "created": Field("time", "registered_models.created_at"),
        "updated": Field("time", "registered_models.updated_at"),
        IS_PROMPT: _is_prompt(_OF_MODEL),
    },
    pairs={"tags": Pairs("registered_model_tags", "model")},
    aliases={
        "creation_timestamp": "created",
        "last_updated_timestamp": "updated",
        "timestamp": "updated",
    },
    word="a model",
)

VERSIONS = Subject(
    table=TABLES,
    key="model_versions.number",
    newest="model_versions.created_at",
    fields={
        "name": Field("text", "registered_models.name"),
        "version": Field("number", "model_versions.version"),
        "run": Field("text", "model_versions.run"),
        "source": Field("text", "model_versions.source"),
        "stage": Field("text", "model_versions.stage"),
        "user": Field("text", "model_versions.user_name"),
        "description": Field("text", "model_versions.description"),
        "digest": Field("text", "model_versions.digest"),
        "project": Field("text", "model_versions.project"),
        "status": Field("text", "model_versions.status"),
        "created": Field("time", "model_versions.created_at"),
        "updated": Field("time", "model_versions.updated_at"),
        IS_PROMPT: _is_prompt(_OF_MODEL, _OF_VERSION),
    },
    pairs={"tags": Pairs("model_version_tags", "version")},
    aliases={
        "version_number": "version",
        "run_id": "run",
        "source_path": "source",
        "current_stage": "stage",
        "user_id": "user",
        "creation_timestamp": "created",
        "last_updated_timestamp": "updated",
    },
    word="a version",
)
