"""The grammar of `x-ml.notify`: who is told of the end of a long run."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from modelcompose.compose.grammar_words import Duration


class NotifyKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of `x-ml.notify`."""

    webhook: Annotated[
        str | UnsetType,
        Meta(
            title="a URL",
            description=(
                "Where a JSON document is posted: how the command came out, each step's result, "
                "and a `text` to show, as Slack and Mattermost read it. "
                "The URL is a secret: masked wherever it would be shown."
            ),
            examples=["${CHAT_WEBHOOK:-}"],
        ),
    ] = UNSET
    desktop: Annotated[
        bool,
        Meta(
            title="true or false",
            description="Whether a notification is shown on this machine's desktop.",
            examples=[True],
        ),
    ] = False
    after: Annotated[
        Duration,
        Meta(
            title="a duration such as 90s or 1h30m",
            description="How long a command must have run its steps to be worth a notification.",
            examples=["10m"],
        ),
    ] = "1m"
    on: Annotated[
        tuple[Annotated[Literal["failed", "done"], Meta(title="failed or done")], ...],
        Meta(
            title="a list of failed and done",
            description=(
                "Which ends are told: that every step came out well, or that one did not. "
                "By default both; one that the user stops is never told."
            ),
            examples=[["failed"]],
        ),
    ] = ("failed", "done")
