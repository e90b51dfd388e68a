"""Values that are too long are cut, as MLflow's server does: a client never hears of them."""

from __future__ import annotations

from collections.abc import Sequence

from modelcompose.tracking.limits import PARAM_CHARACTERS, TAG_CHARACTERS
from modelcompose.tracking.logging import KeyValue


def cut_params(params: Sequence[KeyValue]) -> None:
    """Cut the values of parameters to what is kept of them, in place."""
    _cut(params, PARAM_CHARACTERS)


def cut_tags(tags: Sequence[KeyValue]) -> None:
    """Cut the values of tags to what is kept of them, in place."""
    _cut(tags, TAG_CHARACTERS)


def _cut(pairs: Sequence[KeyValue], most: int) -> None:
    for pair in pairs:
        if len(pair.value) > most:
            pair.value = pair.value[:most]
