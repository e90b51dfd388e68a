"""The grammar of `x-ml.data`; see `grammar`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from modelcompose.compose.link_grammar import Link


class DataKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about one piece of data."""

    source: Annotated[
        str | UnsetType,
        Meta(
            title="a URL",
            description="Where the data comes from: `data update` brings it from there, and again "
            "only where it changed. `https://`, `s3://`, `gs://`, `az://`, `ssh://`, "
            "`oci://HOST/NAME:TAG`, `git+URL@REV#PATH`, or a path.",
            examples=[
                "https://example.com/flights.zip",
                "s3://acme/flights/raw",
                "git+https://github.com/acme/data.git@v1.2#raw",
            ],
        ),
    ] = UNSET
    link: Link = UNSET
