from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modelcompose.compose.reference import KeyPage, document_of, keys
from modelcompose.compose.schema import schema


def _is_valid(document: Any) -> bool:
    return Draft202012Validator(schema()).is_valid(document)


def _on_a_service(**step: Any) -> dict[str, Any]:
    return {"services": {"train": {"image": "a", "x-ml": {"step": step}}}}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
def test_every_example_of_the_reference_is_valid(key: KeyPage) -> None:
    assert _is_valid(document_of(key))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"services": None, "x-ml": None, "x-other": 1, "name": "p"},
        {"services": {"db": {"image": "postgres:16", "ports": ["5432:5432"]}}},
        {"services": {"train": {"x-ml": {"step": False}}}},
        {"services": {"train": {"x-ml": {"step": None}}}},
        _on_a_service(inputs=["a", {"path": "/d", "compare": "content"}], outputs={"b": None}),
        _on_a_service(retries="${RETRIES:-2}", cache="${CACHE}", workspace="${WHERE:-project}"),
        {"x-ml": {"objective": {"a.auc": "max"}, "data": {"raw": {"source": "https://x"}}}},
    ],
)
def test_what_we_accept_is_valid(document: Any) -> None:
    assert _is_valid(document)


@pytest.mark.parametrize(
    "document",
    [
        {"x-ml": {"unknown": 1}},
        {"x-ml": {"objective": {"auc": "max"}}},
        {"x-ml": {"objective": {"a.auc": "up"}}},
        {"services": {"train": {"x-ml": {"step": True}}}},
        {"services": {"train": {"x-ml": {"steps": {}}}}},
        _on_a_service(output=["a"]),
        _on_a_service(outputs=[3]),
        _on_a_service(inputs="a"),
        _on_a_service(inputs=[{"compare": "stat"}]),
        _on_a_service(retries=-1),
        _on_a_service(retries="often"),
        _on_a_service(workspace="mine"),
        {"volumes": {"v": {"x-ml": {}}}},
    ],
)
def test_what_we_refuse_is_invalid(document: Any) -> None:
    assert not _is_valid(document)


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
def test_an_editor_shows_what_each_key_does(key: KeyPage) -> None:
    described = str(schema()["$defs"])
    assert key.description in described or repr(key.description)[1:-1] in described
