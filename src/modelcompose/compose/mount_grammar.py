"""The grammar of `x-ml` on a mount: a folder that holds a version of a model."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from modelcompose.compose.grammar_words import ModelReference, SignalName


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
    """The keys of a mount's `x-ml`."""

    model: Annotated[
        ModelReference,
        Meta(
            description=(
                "The version of a model that the mount's folder holds: `NAME@ALIAS`, or "
                "`NAME@3` for one that never changes. "
                "`up` fills the folder before the service starts, and again whenever the alias "
                "has moved; the service gets it read-only. "
                "The mount is a bind of a folder of its own in the project, in the long form."
            ),
            examples=["delay@champion"],
        ),
    ]
    on_change: Annotated[
        Literal["restart", "signal", "none"] | SignalKeys,
        Meta(
            title="restart, signal, none, or a map with a signal",
            description=(
                "What a running service is told when the alias has moved and the folder holds "
                "the new version: `restart` restarts it, `signal` sends `SIGHUP` to it, and "
                "`none` leaves it to find out by itself."
            ),
            examples=["signal"],
        ),
    ] = "restart"
