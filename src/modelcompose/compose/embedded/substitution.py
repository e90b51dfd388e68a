"""Interpolate every string of a file, and make sure that its keys are strings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from modelcompose.compose.embedded.interpolation import interpolate
from modelcompose.compose.embedded.shapes import OMIT, Place, Refused
from modelcompose.compose.yaml_loader import Tagged, Timestamp
from modelcompose.errors import ComposeError, VariableError


def substituted(value: Any, variables: Mapping[str, str]) -> Any:
    """Give a tree in which every string, but no key, is interpolated.

    Raises:
        Refused: a key is no string, a substitution is malformed, or there is a `!reset`.
        VariableError: a required variable is not set; the message begins with the place.
    """
    return _Substitution(variables, lost=None).apply(value, ())


def shaped_without_values(
    value: Any, variables: Mapping[str, str], shape: Callable[[Any, Place], Any]
) -> Any:
    """Interpolate a tree and apply a shape, leaving out what required variables would decide.

    Raises:
        Refused: a value is wrong that has nothing to do with a missing variable.
    """
    lost: list[Place] = []
    tree = _Substitution(variables, lost).apply(value, ())
    while True:
        try:
            return shape(tree, ())
        except Refused as error:
            remaining = _without(tree, error.place)
            is_unknown_key = error.at != error.place
            concerns_lost = any(_is_inside(place, error.place) for place in lost)
            if is_unknown_key or not concerns_lost or remaining == tree:
                raise
            tree = remaining


def _is_inside(place: Place, outer: Place) -> bool:
    """Tell whether a place lies in another one; list indices do not count, they have moved."""
    names, outer_names = ([part for part in p if isinstance(part, str)] for p in (place, outer))
    return names[: len(outer_names)] == outer_names


def _without(tree: Any, place: Place) -> Any:
    """Give a tree without what stands at a place."""
    if not place:
        return {}
    first, rest = place[0], place[1:]
    if isinstance(tree, list):
        return [
            _without(entry, rest) if index == first else entry
            for index, entry in enumerate(tree)
            if index != first or rest
        ]
    if not isinstance(tree, dict):
        return tree
    return {
        key: _without(entry, rest) if key == first else entry
        for key, entry in tree.items()
        if key != first or rest
    }


class _Substitution:
    """Interpolates a tree; `lost` takes the places that cannot be known, None forbids them."""

    def __init__(self, variables: Mapping[str, str], lost: list[Place] | None) -> None:
        self.variables = variables
        self.lost = lost

    def apply(self, value: Any, place: Place) -> Any:
        if isinstance(value, dict):
            pairs = [(_key(k, place), self.apply(v, (*place, k))) for k, v in value.items()]
            return {key: entry for key, entry in pairs if entry is not OMIT}
        if isinstance(value, list):
            entries = [self.apply(entry, (*place, index)) for index, entry in enumerate(value)]
            return [entry for entry in entries if entry is not OMIT]
        if isinstance(value, Tagged):
            raise Refused(place, f"the tag {value.tag}", is_unsupported=True)
        if not isinstance(value, str) or isinstance(value, Timestamp):
            return value
        return self._text(value, place)

    def _text(self, value: str, place: Place) -> Any:
        try:
            return interpolate(value, self.variables)
        except VariableError as error:
            if self.lost is not None:
                self.lost.append(place)
                return OMIT
            where = ".".join(map(str, place))
            raise VariableError(f"{where}: {error.message}", hint=error.hint) from error
        except ComposeError as error:
            raise Refused(place, error.message, hint=error.hint) from error


def _key(key: Any, place: Place) -> str:
    if not isinstance(key, str):
        hint = f'put it in quotes: "{key}"'
        raise Refused(place, f"non-string key: {key}", hint=hint, at=(*place, key))
    return key
