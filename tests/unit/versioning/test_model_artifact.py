from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from modelcompose.errors import RemoteError
from modelcompose.registry.records import Origin
from modelcompose.store.content import Content
from modelcompose.store.remotes.artifacts import Layer
from modelcompose.versioning.model_artifact import (
    Facts,
    Listed,
    Pointed,
    Shelf,
    read_facts,
    read_shelf,
    shelf_index,
    shelf_tag,
    version_manifest,
    version_tag,
)

DIGEST = f"sha256:{'1' * 64}"
FACTS = Facts(
    "delay", 3, Origin("flights", "models/delay", Content("folder", DIGEST, 9)), 1.0, "ab" * 16
)
WEIGHTS = Layer(f"sha256:{'2' * 64}", 9, title="weights")
SHELF = Shelf("delay", {3: Listed(DIGEST, 700, DIGEST)}, {"champion": Pointed(3, 5.0)})


def test_the_facts_of_a_version_come_back() -> None:
    manifest, _ = version_manifest(FACTS, [WEIGHTS])
    assert read_facts(manifest, "there") == FACTS


def test_a_version_names_its_files_as_the_format_says() -> None:
    manifest, config = version_manifest(FACTS, [WEIGHTS])
    (layer,) = json.loads(manifest)["layers"]
    assert layer["annotations"]["org.cncf.model.filepath"] == "weights"
    assert json.loads(config)["descriptor"] == {
        "createdAt": "1970-01-01T00:00:01+00:00",
        "name": "delay",
        "version": "3",
    }


@pytest.mark.parametrize(
    "origin",
    [
        replace(FACTS.origin, path="../models"),
        replace(FACTS.origin, path="/etc"),
        replace(FACTS.origin, content=Content("file", "../../etc/passwd", 1)),
    ],
)
def test_facts_that_cannot_be_are_refused(origin: Origin) -> None:
    manifest, _ = version_manifest(replace(FACTS, origin=origin), [])
    with pytest.raises(RemoteError, match="tells of what cannot be"):
        read_facts(manifest, "there")


@pytest.mark.parametrize("changes", [{"version": 1 << 62}, {"version": 0}, {"run": "../../runs"}])
def test_numbers_and_runs_that_cannot_be_are_refused(changes: dict[str, object]) -> None:
    manifest, _ = version_manifest(replace(FACTS, **changes), [])
    with pytest.raises(RemoteError, match="tells of what cannot be"):
        read_facts(manifest, "there")


def test_the_index_of_a_model_comes_back() -> None:
    assert read_shelf(shelf_index(SHELF), "delay", "there") == SHELF
    assert read_shelf(None, "delay", "there") == Shelf("delay")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"manifests":[{}],"annotations":{}}'])
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteError, match="cannot be read"):
        read_shelf(data, "delay", "there")


def test_a_model_and_its_versions_have_tags_that_registries_take() -> None:
    assert shelf_tag("delay") == "models-delay"
    assert version_tag("delay", "champion") == "model-delay-champion"
    assert " " not in version_tag("late flights", "1")
