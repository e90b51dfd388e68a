"""The grammar of `x-ml.hub`: the shared hub that a project's runs are sent to."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, UnsetType

HubAddress = Annotated[
    Annotated[str, Meta(title="an http or https address", pattern=r"^(https?://[^\s/@]+(/\S*)?)?$")]
    | UnsetType,
    Meta(
        title="an http or https address",
        description=(
            "The shared hub that the project's runs are sent to, beside this user's own, which "
            "keeps them until they are there. "
            "Empty: they stay here. "
            "Without the key, `MODELCOMPOSE_HUB` of the environment counts."
        ),
        examples=["https://hub.example.org"],
    ),
]
