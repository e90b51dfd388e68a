from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.compose.grammar import PLACES
from modelcompose.compose.reference import PAGE, KeyPage, document_of, keys, page
from modelcompose.compose.validation import validate

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
def test_every_key_is_documented(key: KeyPage) -> None:
    assert key.kind
    assert key.description.endswith(".")
    assert None not in key.example.values()
    assert f"## `{key.name}`" in page()


def test_the_page_is_what_the_grammar_gives() -> None:
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written == page(), "run: python -m modelcompose.compose.reference"


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
def test_every_example_is_right(key: KeyPage) -> None:
    document = document_of(key)
    holders = {"x-ml": document, "volumes.VOLUME.x-ml": document.get("volumes", {}).get("corpus")}
    holder = holders.get(key.place) or document["services"]["train"]
    if key.place.startswith("services.SERVICE.volumes"):
        (holder,) = holder["volumes"]
    validate(holder["x-ml"], PLACES[key.place], ("x-ml",))


def test_every_key_of_the_grammar_is_on_the_page() -> None:
    names = {key.name for key in keys()}
    assert {"identity", "mask", "data", "objective", "step"} <= names
    assert {"step.inputs", "step.inputs[].compare", "step.workspace", "data.PATH.source"} <= names
