"""Whether a dvc.yaml has the shape of one, before any of it is looked at. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelcompose.errors import ProjectError

_ENTRIES = (str, Mapping)
_LISTS: Mapping[str, tuple[type, ...]] = {
    "deps": (object,),
    "outs": _ENTRIES,
    "metrics": _ENTRIES,
    "plots": _ENTRIES,
    "params": _ENTRIES,
    "vars": _ENTRIES,
}
"""The keys of a stage that hold lists, and what may be in each."""
_TEXTS: Mapping[str, tuple[type, ...]] = {"wdir": (str,), "cmd": (str, list)}


def check_pipeline(document: Mapping[str, Any]) -> None:
    """Make sure that what is to be lists and maps is such.

    Raises:
        ProjectError: names the first place that is something else.
    """
    _check_list("vars", document.get("vars"), _ENTRIES)
    _map("artifacts", document.get("artifacts"))
    for name, stage in _map("stages", document.get("stages")).items():
        if not isinstance(name, str):
            raise _odd("stages", "names that are texts", name)
        _check_stage(f"stages.{name}", _map(f"stages.{name}", stage))


def _check_stage(where: str, stage: Mapping[str, Any]) -> None:
    inner = f"{where}.do"
    for place, body in ((where, stage), (inner, _map(inner, stage.get("do")))):
        for key, kinds in _TEXTS.items():
            if body.get(key) is not None and not isinstance(body[key], kinds):
                raise _odd(f"{place}.{key}", "a text", body[key])
        for key, kinds in _LISTS.items():
            _check_list(f"{place}.{key}", body.get(key), kinds)
        for each in body.get("params") or ():
            for file, keys in each.items() if isinstance(each, Mapping) else ():
                _check_list(f"{place}.params.{file}", keys, (object,))


def _check_list(where: str, value: Any, kinds: tuple[type, ...]) -> None:
    if value is not None and not isinstance(value, list):
        raise _odd(where, "a list", value)
    for each in value or ():
        if not isinstance(each, kinds):
            raise _odd(where, "texts and maps", each)


def _map(where: str, value: Any) -> Mapping[Any, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise _odd(where, "a map", value)
    return value or {}


def _odd(where: str, wanted: str, found: object) -> ProjectError:
    return ProjectError(f"{where}: expected {wanted}, found {type(found).__name__}")
