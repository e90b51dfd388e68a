"""The grammar of `x-ml.data.PATH.link`; see `data_grammar`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, UnsetType

Link = Annotated[
    Literal["copy", "reflink", "hardlink", "mount"] | UnsetType,
    Meta(
        title="copy, reflink, hardlink or mount",
        description=(
            "How the data's files lie in the project. "
            "By default they share blocks with the store where the file system can (a reflink), "
            "else they are copies. "
            "`reflink` is an error where it cannot; `copy` always copies. "
            "`mount` leaves the data in the store alone and the folder of the project empty: "
            "steps and services that mount it see it read-only. "
            "`hardlink` gives the project the store's own files: whoever writes to one, such as "
            "a container's root, damages that version for every project."
        ),
        examples=["mount"],
    ),
]
