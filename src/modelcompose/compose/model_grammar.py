"""The grammar of `x-ml.models`: outputs that are registered as versions of a model."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from modelcompose.compose.grammar_words import Condition, Path, Thing


class ModelKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of one of `x-ml.models`."""

    path: Annotated[
        Path,
        Meta(
            title="a path",
            description="The output of a step that is the model: a file or a folder.",
            examples=["models/delay"],
        ),
    ]
    requires: Annotated[
        tuple[Thing, ...],
        Meta(
            title="a list of steps",
            description=(
                "Steps that must have succeeded on exactly this content, beside the one that "
                "made it: their runs read it."
            ),
            examples=[["evaluate"]],
        ),
    ] = ()
    when: Annotated[
        Condition | UnsetType,
        Meta(
            title="a condition",
            description=(
                "What must hold for a version to be made: comparisons of `STEP.METRIC`, and of "
                "`@ALIAS.STEP.METRIC`, which is the same metric of the version that an alias "
                "points to; one with an alias that points nowhere yet holds. "
                "They join with `and`, `or`, `not` and parentheses."
            ),
            examples=["evaluate.auc >= 0.7 and evaluate.auc > @champion.evaluate.auc"],
        ),
    ] = UNSET
    alias: Annotated[
        Thing | UnsetType,
        Meta(
            title="a name",
            description="The alias that is pointed to each version that is made.",
            examples=["challenger"],
        ),
    ] = UNSET
