"""What the registry knows, as values; the API gives them, and so does `--format json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from modelcompose.store.content import Content

PROMPT_TAG = "mlflow.prompt.is_prompt"
"""By this tag MLflow's client keeps prompts, which it registers like models, out of sight."""
PROMPT_TYPE_TAG = "_mlflow_prompt_type"
PROMPT_TEXT_TAG = "mlflow.prompt.text"


class Model(Struct, frozen=True):
    """A registered model: a name, under which versions are numbered."""

    number: int
    name: str
    description: str | None
    last_version: int
    """The newest number ever given; 0 where there was no version yet."""
    created_at: float
    """Seconds since the epoch, as all times here."""
    updated_at: float
    tags: Mapping[str, str] = {}
    aliases: Mapping[str, int] = {}
    """Versions by the aliases that point to them."""

    @property
    def is_prompt(self) -> bool:
        """Whether it is a prompt of MLflow's, and no model."""
        return self.tags.get(PROMPT_TAG, "").lower() == "true"


class Origin(Struct, frozen=True):
    """Where a version comes from that a project's gate let through."""

    project: str
    path: str
    """Of the output, from the project's folder."""
    content: Content
    evidence: Mapping[str, Any] = {}
    """The gate with its values, and the runs that they are of."""


class Version(Struct, frozen=True):
    """One version of a registered model; what it is never changes."""

    number: int
    model: str
    version: int
    description: str | None
    user: str
    stage: str
    source: str
    """As whoever registered it named it: an address, or `models:/…` of another."""
    storage: str
    """Address of its files."""
    run: str | None
    """Id of the run that made it."""
    run_link: str | None
    logged_model: str | None
    """Id of the model that an MLflow client logged, where it is one."""
    status: str
    status_message: str | None
    created_at: float
    updated_at: float
    origin: Origin | None = None
    tags: Mapping[str, str] = {}
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Give the version as users write it, `NAME@VERSION`."""
        return f"{self.model}@{self.version}"
