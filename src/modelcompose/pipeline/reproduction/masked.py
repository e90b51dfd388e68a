"""Secrets of a recorded service, which a record does not hold: taken from the project as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from modelcompose.tracking.masking import MASK, Masker


class Unmasked(NamedTuple):
    """A document with its secrets back."""

    value: Any
    gone: tuple[str, ...]
    """Where a secret stands that could not be had."""


def unmask(recorded: Any, now: Any, masker: Masker, path: str) -> Unmasked:
    """Put values of today where a recorded document is masked and today's is, in the same place.

    Args:
        recorded: the document, masked.
        now: the same document as the Compose file gives it now; None where it does not.
        masker: the project's.
        path: where the document stands, for messages.
    """
    return _unmask(recorded, now, masker.value(now), path)


def _unmask(recorded: Any, now: Any, masked_now: Any, path: str) -> Unmasked:
    if isinstance(recorded, str) and MASK in recorded:
        is_here = recorded == masked_now and isinstance(now, str)
        return Unmasked(now, ()) if is_here else Unmasked(recorded, (path,))
    if isinstance(recorded, Mapping):
        names = {str(key): key for key in recorded}
        found = {
            key: _unmask(recorded[key], _at(now, key), _at(masked_now, key), f"{path}.{name}")
            for name, key in names.items()
        }
        return Unmasked({k: u.value for k, u in found.items()}, _all(list(found.values())))
    if isinstance(recorded, list | tuple):
        items = [
            _unmask(item, _at(now, index), _at(masked_now, index), f"{path}[{index}]")
            for index, item in enumerate(recorded)
        ]
        return Unmasked([item.value for item in items], _all(items))
    return Unmasked(recorded, ())


def _all(found: Sequence[Unmasked]) -> tuple[str, ...]:
    return tuple(path for each in found for path in each.gone)


def _at(document: Any, key: Any) -> Any:
    if isinstance(document, Mapping):
        return document.get(key)
    if isinstance(document, list | tuple) and isinstance(key, int) and key < len(document):
        return document[key]
    return None
