"""The reference page of `x-ml`, made from the grammar.

`python -m modelcompose.compose.reference` writes it anew into `docs/reference/x-ml.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import NODEFAULT, Struct, inspect

from modelcompose.compose.grammar import PLACES
from modelcompose.compose.input_grammar import BESIDE, InputKeys
from modelcompose.compose.render import to_yaml

PAGE = "docs/reference/x-ml.md"
"""Where the page belongs, from the repository's top."""

_HEAD = """\
<!-- Made from the grammar by `python -m modelcompose.compose.reference`. Do not edit. -->

# The keys of `x-ml`

`x-ml` stands at the top of a Compose file, on its services and on their mounts.
Docker Compose itself ignores it.
Every other key is an error: the message names file, line, column and the nearest valid key.

Paths are relative to the project folder.
Variables such as `${NAME:-default}` may stand in every value; the text that they give is cast to a number or a boolean where one is due.
In several files and through `extends`, maps merge and lists are appended; an entry that stands twice counts once.
To replace what is inherited, write `!override` before the new value, or `!reset null` in its place.

| key | where |
| --- | --- |
"""  # noqa: E501, documentation has one sentence a line

_PLACE_TEXT = {
    "x-ml": "at the top of the file",
    "services.SERVICE.x-ml": "on a service",
    "services.SERVICE.volumes[].x-ml": "on a mount of a service",
    "volumes.VOLUME.x-ml": "on a volume",
}
_MOUNT = {"type": "bind", "source": "./models/served", "target": "/models", "read_only": True}


class KeyPage(Struct, frozen=True):
    """What the page says about one key."""

    path: tuple[str, ...]
    """From the `x-ml` that it stands in, such as `("step", "inputs")`."""
    place: str
    kind: str
    default: str
    description: str
    example: Any
    """A map with this key, and the others that it cannot be without."""

    @property
    def name(self) -> str:
        """Give the key's path as a heading: `step.inputs`."""
        return ".".join(self.path).replace(".[]", "[]")


def keys() -> list[KeyPage]:
    """Give every key of the grammar, outer ones before those inside them."""
    return [
        page
        for place, struct in PLACES.items()
        for page in _keys_of(inspect.type_info(struct), place, ())
    ]


def page() -> str:
    """Give the reference page as Markdown, one sentence a line."""
    documented = keys()
    rows = [
        f"| [`{key.name}`](#{anchor(key.name)}) | {_PLACE_TEXT[key.place]} |\n"
        for key in documented
    ]
    return _HEAD + "".join(rows) + "".join(f"\n{_section(key)}" for key in documented)


def _keys_of(kind: Any, place: str, path: tuple[str, ...]) -> Iterator[KeyPage]:
    needed = {field.encode_name: _example_of(field) for field in kind.fields if field.required}
    for field in kind.fields:
        about = field.type.extra_json_schema or {}
        here = (*path, field.encode_name)
        yield KeyPage(
            path=here,
            place=place,
            kind=about.get("title", ""),
            default=_default(field),
            description=about.get("description", ""),
            example={**needed, **_beside(kind, field), field.encode_name: _example_of(field)},
        )
        for name, inner in _structs_in(field.type):
            yield from _keys_of(inner, place, (*here, *name))


_EXAMPLE_NAMES = {"PATH": "path/of/it", "NAME": "its_name"}


def _structs_in(kind: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Find the maps with keys of their own inside a type, named by where they stand."""
    if isinstance(kind, inspect.StructType):
        yield name, kind
    elif isinstance(kind, inspect.Metadata):
        yield from _structs_in(kind.type, name)
    elif isinstance(kind, inspect.UnionType):
        for member in kind.types:
            yield from _structs_in(member, name)
    elif isinstance(kind, inspect.DictType):
        title = (getattr(kind.key_type, "extra_json_schema", None) or {}).get("title")
        word = "PATH" if title == "a path" else "NAME"
        yield from _structs_in(kind.value_type, (*name, word))
    elif isinstance(kind, inspect.VarTupleType):
        yield from _structs_in(kind.item_type, (*name, "[]"))


def _beside(kind: Any, field: Any) -> dict[str, Any]:
    """Give an example of the key that an input's key has no meaning without."""
    name = BESIDE.get(field.encode_name) if kind.cls is InputKeys else None
    return {each.encode_name: _example_of(each) for each in kind.fields if each.encode_name == name}


def _example_of(field: Any) -> Any:
    return ((field.type.extra_json_schema or {}).get("examples") or [None])[0]


def _default(field: Any) -> str:
    if field.required:
        return "none, the key must be given"
    value = field.default
    if value is NODEFAULT and field.default_factory is not NODEFAULT:
        value = field.default_factory()
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"`{value}`" if isinstance(value, int | str) else "not given"


def document_of(key: KeyPage) -> dict[str, Any]:
    """Give a Compose file that holds the key's example, as plain values."""
    nested = key.example
    for name in reversed(key.path[:-1]):
        nested = [nested] if name == "[]" else {_EXAMPLE_NAMES.get(name, name): nested}
    top = {"x-ml": nested}
    if key.place.startswith("services.SERVICE.volumes"):
        model = {} if key.path[0] == "data" else {"model": "delay@champion"}
        mount = {**_MOUNT, "x-ml": {**model, **nested}}
        return {"services": {"train": {"volumes": [mount]}}}
    if key.place.startswith("volumes"):
        return {"volumes": {"corpus": top}}
    return {"services": {"train": top}} if key.place.startswith("services") else top


def _section(key: KeyPage) -> str:
    return (
        f"## `{key.name}`\n\n"
        f"{one_sentence_a_line(key.description)}\n\n"
        f"- Where: {_PLACE_TEXT[key.place]}\n"
        f"- Value: {key.kind}\n"
        f"- Default: {key.default}\n\n"
        f"```yaml\n{_example(document_of(key))}```\n"
    )


def _example(document: Any) -> str:
    return re.sub(r":? null$", ":", to_yaml(document), flags=re.MULTILINE)


def one_sentence_a_line(text: str) -> str:
    """Give a paragraph with each of its sentences on a line of its own."""
    return re.sub(r"(?<=[.!?]) (?=[A-Z`])", "\n", text)


def anchor(heading: str) -> str:
    """Give the name under which a page links to a heading of its own."""
    return re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))


def write_page(path: str, text: str) -> None:
    """Write a page where it belongs, from the repository's top."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def main() -> None:
    """Write the page anew."""
    write_page(PAGE, page())


if __name__ == "__main__":
    main()
