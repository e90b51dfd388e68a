"""The grammar of `x-ml.data`; see `grammar`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType


class DataKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about one piece of data."""

    source: Annotated[
        str | UnsetType,
        Meta(
            title="a URL",
            description="Where the data can be had: named when the data is missing.",
            examples=["https://example.com/flights.zip"],
        ),
    ] = UNSET
