"""The grammar of `x-ml`, as data.

Everything that is known about a key stands here once: its type, its default, what it does and an
example. Validation (`validation`), the JSON Schema (`schema`) and the reference page
(`reference`) are made from it.

`title` says what is expected, in the words of an error; `description` is the reference's text.
An optional key is unset by default, so that an empty value (`inputs:`) is an error unless the
type allows None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from modelcompose.compose.data_grammar import DataKeys
from modelcompose.compose.grammar_words import (
    Amount,
    Duration,
    MetricName,
    Path,
    Pattern,
    Reference,
    Thing,
)
from modelcompose.compose.hub_grammar import HubAddress
from modelcompose.compose.input_grammar import InputKeys
from modelcompose.compose.model_grammar import ModelKeys
from modelcompose.compose.mount_grammar import MountKeys
from modelcompose.compose.notify_grammar import NotifyKeys
from modelcompose.compose.volume_grammar import VolumeKeys


class OutputKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about one output."""

    resume: Annotated[
        bool,
        Meta(
            title="true or false",
            description=(
                "Whether the folder is kept between tries, failures and kills of the step as long "
                "as its identity stays the same, so that it can go on from its checkpoints. "
                "Once the step has succeeded, it is an output like any other, and a later run "
                "starts with an empty folder. "
                "Not together with `live`."
            ),
            examples=[True],
        ),
    ] = False
    live: Annotated[
        bool,
        Meta(
            title="true or false",
            description=(
                "Whether the step writes the folder in the project itself, so that other services "
                "read it while the step runs. "
                "It is emptied when the step starts, and recorded when the step ends, also when it "
                "failed. "
                "Not together with `resume`."
            ),
            examples=[True],
        ),
    ] = False


class StepKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of `x-ml.step`."""

    inputs: Annotated[
        tuple[Annotated[Path | InputKeys, Meta(title="a path")], ...] | UnsetType,
        Meta(
            title="a list of paths",
            description=(
                "What the step reads: files, folders and globs. "
                "The step sees these and nothing else of the project. "
                "An absolute path is external data: mounted in place, never copied. "
                "A URL counts by its ETag or version; see `url`, `probe` and `every` for all that "
                "lies elsewhere. "
                "Without the key, every file under the service's bind mounts that git tracks or "
                "does not ignore."
            ),
            examples=[["data/raw", "train.py", {"path": "/data/imagenet", "compare": "content"}]],
        ),
    ] = UNSET
    outputs: Annotated[
        dict[Path, OutputKeys | None] | tuple[Path, ...],
        Meta(
            title="a map or list of paths",
            description=(
                "What the step writes: files and folders, without wildcards. "
                "They are kept in the store, and change together once the step has succeeded. "
                "A map merges through `extends` and several files; a list is appended to."
            ),
            examples=[{"models/delay": None, "checkpoints": {"resume": True}}],
        ),
    ] = {}
    params: Annotated[
        tuple[Reference, ...],
        Meta(
            title="a list of names",
            description=(
                "The step's parameters: variables of the container or of the Compose file by "
                "name, keys of a YAML, JSON or TOML file as `FILE:KEY`, the whole file as `FILE:`. "
                "They are recorded with the run, and `--set` changes them."
            ),
            examples=[["LR", "params.yaml:model.depth"]],
        ),
    ] = ()
    metrics: Annotated[
        tuple[Path, ...],
        Meta(
            title="a list of paths",
            description=(
                "Files with numbers that the step writes: JSON or YAML for single values; CSV, "
                "TSV or JSONL for series. They are outputs, too."
            ),
            examples=[["metrics.json"]],
        ),
    ] = ()
    plots: Annotated[
        tuple[Path, ...],
        Meta(
            title="a list of paths",
            description=(
                "Files to draw that the step writes: tables and images. They are outputs, too."
            ),
            examples=[["plots/roc.csv"]],
        ),
    ] = ()
    log_metrics: Annotated[
        tuple[Pattern, ...],
        Meta(
            title="a list of name patterns",
            description=(
                "Names of metrics that the step prints: a line `name=value` of its log whose name "
                "matches becomes a value of that series."
            ),
            examples=[["loss", "val_*"]],
        ),
    ] = ()
    retries: Annotated[
        int,
        Meta(
            title="a whole number, 0 or more",
            ge=0,
            description=(
                "How often the step is tried again after it failed, waiting longer each time."
            ),
            examples=[2],
        ),
    ] = 0
    timeout: Annotated[
        Duration | UnsetType,
        Meta(
            title="a duration such as 90s or 1h30m",
            description="How long one try may take before it is stopped and counts as failed.",
            examples=["1h30m"],
        ),
    ] = UNSET
    uses: Annotated[
        dict[Thing, Amount],
        Meta(
            title="a map of names to whole numbers",
            description=(
                "How many of the project's scarce things, see `limits`, the step holds while it "
                "runs; it waits until they are free. "
                "A device reservation of the service is a claim on `gpu`, and needs no entry here. "
                "No part of the identity."
            ),
            examples=[{"db": 1}],
        ),
    ] = {}
    cache: Annotated[
        bool,
        Meta(
            title="true or false",
            description="Whether a run with the same identity is used again. With `false` the step "
            "runs every time.",
            examples=[False],
        ),
    ] = True
    workspace: Annotated[
        Literal["isolated", "project"],
        Meta(
            title="isolated or project",
            description=(
                "Where the step runs: in a folder of its own that holds only its inputs, or in "
                "the project folder itself."
            ),
            examples=["project"],
        ),
    ] = "isolated"


class ServiceKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a service's `x-ml`."""

    step: Annotated[
        Annotated[bool, Meta(extra_json_schema={"const": False})] | StepKeys | UnsetType | None,
        Meta(
            title="a map, or false",
            description=(
                "Makes the service a step: it runs to its end, and again only when something it "
                "depends on has changed. `step:` without keys takes every default. "
                "`step: !override false` undoes a step that is inherited through `extends` or "
                "from another file: Compose replaces a map by a plain value only with that tag."
            ),
            examples=[{"inputs": ["train.py"], "outputs": {"model.pkl": None}}],
        ),
    ] = UNSET
    record: Annotated[
        bool,
        Meta(
            title="true or false",
            description=(
                "Whether every `run SERVICE COMMAND…` is recorded as `run --record` does it: run "
                "in place as by Docker Compose, nothing cached."
            ),
            examples=[True],
        ),
    ] = False
    track: Annotated[
        bool,
        Meta(
            title="true or false",
            description=(
                "Whether what the service logs by MLflow or by `modelcompose_sdk` becomes runs of "
                "this project: for a notebook, or a trainer that never ends. "
                "`up` gives it the hub's address and a token of its own, and has a hub running "
                "for as long as the service does. "
                "Not together with `step`, whose runs are recorded anyway."
            ),
            examples=[True],
        ),
    ] = False


class IdentityKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of `x-ml.identity`."""

    ignore: Annotated[
        tuple[Pattern, ...],
        Meta(
            title="a list of name patterns",
            description=(
                "Names of environment variables that differ from machine to machine: their values "
                "are no part of any step's identity."
            ),
            examples=[["CUDA_VISIBLE_DEVICES", "WANDB_*"]],
        ),
    ] = ()


class ProjectKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of the project's own `x-ml`."""

    remote: Annotated[
        str | UnsetType,
        Meta(
            title="an address",
            description=(
                "Where `push` and `pull` bring data, outputs and models: `oci://HOST/NAME` for a "
                "registry, `s3://BUCKET/PREFIX`, `gs://…` or `az://…` for a bucket, "
                "`ssh://HOST/PATH` for another machine, or a folder. Credentials are Docker's "
                "own, the environment's, or ssh's; the address holds none. "
                "Empty is as if it were not there."
            ),
            examples=["oci://localhost:5000/acme/flights"],
        ),
    ] = UNSET

    identity: Annotated[
        IdentityKeys,
        Meta(
            title="a map",
            description="What counts when two runs of a step are compared.",
            examples=[{"ignore": ["CUDA_VISIBLE_DEVICES"]}],
        ),
    ] = IdentityKeys()
    mask: Annotated[
        tuple[Pattern, ...],
        Meta(
            title="a list of name patterns",
            description=(
                "Names of variables whose values are secrets: masked wherever they would be "
                "shown, and no part of any identity. "
                "Added to `*_KEY`, `*_TOKEN`, `*PASSWORD*` and `*SECRET*`; `!NAME` exempts a name."
            ),
            examples=[["*_DSN", "!PUBLIC_KEY"]],
        ),
    ] = ()
    hub: HubAddress = UNSET
    data: Annotated[
        dict[Path, DataKeys | None],
        Meta(
            title="a map of paths",
            description="Content that no step writes: the data that the project starts from.",
            examples=[{"data/raw": {"source": "https://example.com/flights.zip"}}],
        ),
    ] = {}
    models: Annotated[
        dict[Thing, ModelKeys],
        Meta(
            title="a map of models",
            description=(
                "Outputs that are registered as versions of a model, where their content is new "
                "and their gate lets them through. "
                "Nothing is registered, and no alias moved, by a step that did not have to run."
            ),
            examples=[{"delay": {"path": "models/delay", "requires": ["evaluate"]}}],
        ),
    ] = {}
    objective: Annotated[
        dict[MetricName, Annotated[Literal["max", "min"], Meta(title="max or min")]],
        Meta(
            title="a map of metrics",
            description="Which metrics count, and which way: `STEP.METRIC` to `max` or `min`.",
            examples=[{"evaluate.auc": "max"}],
        ),
    ] = {}
    limits: Annotated[
        dict[Thing, Amount],
        Meta(
            title="a map of names to whole numbers",
            description=(
                "How many there are of each scarce thing that steps use (`step.uses`): steps that "
                "run at the same time never hold more, and the rest wait. "
                "`gpu` bounds how many GPUs the project holds at once, by default all of the "
                "machine's; where these cannot be told, it says how many there are."
            ),
            examples=[{"gpu": 2, "db": 1}],
        ),
    ] = {}
    notify: Annotated[
        NotifyKeys | UnsetType,
        Meta(
            title="a map",
            description="Who is told when a long run of steps has ended.",
            examples=[{"desktop": True, "after": "10m"}],
        ),
    ] = UNSET


PLACES: Mapping[str, type[Struct]] = {
    "x-ml": ProjectKeys,
    "services.SERVICE.x-ml": ServiceKeys,
    "services.SERVICE.volumes[].x-ml": MountKeys,
    "volumes.VOLUME.x-ml": VolumeKeys,
}
"""Where `x-ml` may stand, and its keys there."""

DEFAULT_MASKS = ("*_KEY", "*_TOKEN", "*PASSWORD*", "*SECRET*")
"""Name patterns of variables whose values are secrets in every project."""
