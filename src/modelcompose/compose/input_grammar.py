"""The grammar of a step's inputs in their long form; see `grammar`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from modelcompose.compose.grammar_words import Duration, Path

_Word = Annotated[str, Meta(title="a word of a command", min_length=1)]


class InputKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """An input in its long form: one of `path`, `url`, `probe` and `every`, and what it takes."""

    path: Annotated[
        Path | UnsetType,
        Meta(
            title="a path",
            description=(
                "The file, folder or glob; an absolute path is external data. "
                "Beside `url` it is where the step sees what was fetched."
            ),
            examples=["/data/imagenet"],
        ),
    ] = UNSET
    compare: Annotated[
        Literal["stat", "content"] | UnsetType,
        Meta(
            title="stat or content",
            description=(
                "What tells two states of the input apart: `content`, or `stat`, the names, sizes "
                "and times. By default `stat` for external data, `content` for all else."
            ),
            examples=["content"],
        ),
    ] = UNSET
    url: Annotated[
        Annotated[str, Meta(title="a URL", min_length=1)] | UnsetType,
        Meta(
            title="a URL",
            description=(
                "Content that lies elsewhere: `https://`, `s3://`, `gs://`, `az://`, `ssh://`, "
                "`oci://`, or `git+https://HOST/REPOSITORY@REV#PATH`. "
                "With `path` it is fetched, once for each of its versions, and the step sees it "
                "there; it then counts by its content. "
                "Without `path` it only counts, by its ETag or version: the step's own code reads "
                "it. Credentials are the environment's; the URL holds none."
            ),
            examples=["https://example.com/flights.csv"],
        ),
    ] = UNSET
    probe: Annotated[
        str | tuple[_Word, ...] | UnsetType,
        Meta(
            title="a command",
            description=(
                "A command whose output is the input's value: text for the shell, or a list of "
                "words. With `service` it runs in that service's container, else on this machine "
                "in the project folder. When it fails, the step cannot be planned. "
                "A value of up to 64 characters stands in `ml.lock`, of a longer one its digest."
            ),
            examples=["psql -U postgres -tAc 'select max(id) from flights'"],
        ),
    ] = UNSET
    service: Annotated[
        Annotated[str, Meta(title="a service", min_length=1)] | UnsetType,
        Meta(
            title="a service",
            description=(
                "The service that the probe is run in: it runs before the probe and while the "
                "step does, as if the step depended on it."
            ),
            examples=["db"],
        ),
    ] = UNSET
    timeout: Annotated[
        Duration | UnsetType,
        Meta(
            title="a duration such as 90s or 1h30m",
            description="How long the probe may take, by default one minute.",
            examples=["10s"],
        ),
    ] = UNSET
    every: Annotated[
        Duration | UnsetType,
        Meta(
            title="a duration such as 12h or 1d",
            description=(
                "Makes the step stale when what it made is older than this. "
                "It is no part of the identity: what was made within the time is used again, in "
                "other clones, too."
            ),
            examples=["1d"],
        ),
    ] = UNSET


KINDS = ("url", "probe", "every", "path")
"""What an input in its long form holds one of; the first that is given says which it is."""
BESIDE = {"compare": "path", "service": "probe", "timeout": "probe"}
"""Keys that have no meaning without another one."""
