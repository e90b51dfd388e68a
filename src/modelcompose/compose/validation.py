"""Check `x-ml` against the grammar, and say in words what is wrong with it.

msgspec decides whether a document is right. Only when it is wrong, the grammar's types are walked
to find the first fault, since msgspec does not name a map's keys, nor what a reader expects.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from modelcompose.compose.fault import Fault, Path, found, nearest

Keys = TypeVar("Keys", bound=Struct)


def validate(value: Any, keys: type[Keys], path: Path) -> Keys:
    """Turn what stands under an `x-ml` key into its grammar's struct.

    Text that was interpolated is cast: `"3"` where a number is due, `"true"` for a boolean.

    Args:
        value: plain values as parsed; None (an empty `x-ml:`) has no keys.
        keys: the struct of the grammar.
        path: where the value stands, for faults.

    Raises:
        Fault: the first thing that is wrong.
    """
    value = {} if value is None else value
    try:
        return msgspec.convert(value, keys, strict=False)
    except msgspec.ValidationError as error:
        from msgspec import inspect

        _walk(inspect.type_info(keys), value, path, "a map")
        raise Fault(path, str(error)) from error


def _walk(kind: Any, value: Any, path: Path, expected: str) -> None:
    """Raise the first fault of a value; nothing happens when it is right."""
    from msgspec import inspect

    if isinstance(kind, inspect.Metadata):
        title = (kind.extra_json_schema or {}).get("title", expected)
        _walk(kind.type, value, path, title)
    elif isinstance(kind, inspect.UnionType):
        member = _member(kind.types, value)
        if member is None:
            raise Fault(path, f"expected {expected}, found {found(value)}")
        _walk(member, value, path, expected)
    elif isinstance(kind, inspect.StructType) and isinstance(value, dict):
        _walk_keys(kind, value, path)
    elif isinstance(kind, inspect.DictType) and isinstance(value, dict):
        for key, entry in value.items():
            _walk(kind.key_type, key, (*path, key), expected)
            _walk(kind.value_type, entry, (*path, key), "a map")
    elif isinstance(kind, inspect.VarTupleType) and _has_length(kind, value):
        for index, entry in enumerate(value):
            _walk(kind.item_type, entry, (*path, index), expected)
    elif not _accepts(kind, value):
        raise Fault(path, f"expected {expected}, found {found(value)}")


def _walk_keys(kind: Any, value: dict[str, Any], path: Path) -> None:
    fields = {field.encode_name: field for field in kind.fields}
    for key, entry in value.items():
        if key not in fields:
            raise Fault((*path, key), "unknown key", hint=nearest(key, fields), at_key=True)
        _walk(fields[key].type, entry, (*path, key), "a map")
    for name, field in fields.items():
        if field.required and name not in value:
            raise Fault(path, f"the key {name} is missing")


def _member(types: tuple[Any, ...], value: Any) -> Any:
    """Choose the member of a union that the value's shape is meant for."""
    from msgspec import inspect

    plain = [t.type if isinstance(t, inspect.Metadata) else t for t in types]
    shapes: dict[type, tuple[type, ...]] = {
        dict: (inspect.StructType, inspect.DictType),
        list: (inspect.VarTupleType,),
    }
    wanted = shapes.get(type(value))
    for member, bare in zip(types, plain, strict=True):
        if isinstance(bare, wanted) if wanted else _accepts(bare, value):
            return member
    return None


def _has_length(kind: Any, value: Any) -> bool:
    """Tell whether a value is a list that is as long as it may be."""
    if not isinstance(value, list) or len(value) < (kind.min_length or 0):
        return False
    return kind.max_length is None or len(value) <= kind.max_length


def _accepts(kind: Any, value: Any) -> bool:
    """Tell whether a scalar is of a type, after casting."""
    accepts = _SCALARS.get(type(kind).__name__)
    return accepts is not None and accepts(kind, value)


def _accepts_text(kind: Any, value: Any) -> bool:
    if not isinstance(value, str) or len(value) < (kind.min_length or 0):
        return False
    return kind.pattern is None or re.search(kind.pattern, value) is not None


def _accepts_whole(kind: Any, value: Any) -> bool:
    try:
        number = msgspec.convert(value, int, strict=False)
    except msgspec.ValidationError:
        return False
    return not (
        (kind.ge is not None and number < kind.ge) or (kind.le is not None and number > kind.le)
    )


def _accepts_number(kind: Any, value: Any) -> bool:
    try:
        number = msgspec.convert(value, float, strict=False)
    except msgspec.ValidationError:
        return False
    return not (
        (kind.ge is not None and number < kind.ge) or (kind.lt is not None and number >= kind.lt)
    )


def _accepts_boolean(_kind: Any, value: Any) -> bool:
    try:
        msgspec.convert(value, bool, strict=False)
    except msgspec.ValidationError:
        return False
    return True


_SCALARS: dict[str, Callable[[Any, Any], bool]] = {
    "StrType": _accepts_text,
    "IntType": _accepts_whole,
    "FloatType": _accepts_number,
    "BoolType": _accepts_boolean,
    "LiteralType": lambda kind, value: isinstance(value, str) and value in kind.values,
    "NoneType": lambda _kind, value: value is None,
}
