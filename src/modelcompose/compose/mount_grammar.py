"""The grammar of `x-ml` on a mount: a version of a model in a folder, or one of data."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from modelcompose.compose.grammar_words import DataReference, ModelReference, SignalName


class SignalKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The signal that a service is sent, by name."""

    signal: Annotated[
        SignalName,
        Meta(
            description="The signal that the service's main process gets in place of `SIGHUP`.",
            examples=["SIGUSR1"],
        ),
    ]


class MountKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a mount's `x-ml`: either `model` or `data`."""

    model: Annotated[
        ModelReference | UnsetType,
        Meta(
            title="NAME@ALIAS or NAME@VERSION",
            description=(
                "The version of a model that the mount's folder holds: `NAME@ALIAS`, or "
                "`NAME@3` for one that never changes. "
                "`up` fills the folder before the service starts, and again whenever the alias "
                "has moved; the service gets it read-only. "
                "The mount is a bind of a folder of its own in the project, in the long form."
            ),
            examples=["delay@champion"],
        ),
    ] = UNSET
    data: Annotated[
        DataReference | UnsetType,
        Meta(
            title="PATH, PATH@REV or PATH@sha256:…",
            description=(
                "The version of data that the mount shows, read-only and straight from the store: "
                "`PATH@REV`, where REV is a git revision or tag whose `ml.lock` names it, or a "
                "digest `sha256:…`; without it, what `ml.lock` names now. "
                "PATH is versioned data, or lies in it. "
                "A step's identity counts it by its digest. "
                "The mount is a bind in the long form; its `source` is what plain Docker Compose "
                "shows in its place."
            ),
            examples=["data/raw@v1"],
        ),
    ] = UNSET
    on_change: Annotated[
        Literal["restart", "signal", "none"] | SignalKeys | UnsetType,
        Meta(
            title="restart, signal, none, or a map with a signal",
            description=(
                "What a running service is told when the alias has moved and the folder holds "
                "the new version: `restart` restarts it, `signal` sends `SIGHUP` to it, and "
                "`none` leaves it to find out by itself. "
                "By default `restart`; only with `model`."
            ),
            examples=["signal"],
        ),
    ] = UNSET
