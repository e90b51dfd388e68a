from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcompose.compose.build_project import Origin, build_project
from modelcompose.compose.fault import Fault
from modelcompose.compose.project import ComposeOptions, DataMount, Dataset, Project


def built(document: dict[str, Any]) -> Project:
    origin = Origin(
        directory=Path("/p"),
        files=(),
        options=ComposeOptions(),
        profiles=(),
        variables={},
        defaults={},
        interpolated=frozenset(),
        env_files=(),
    )
    return build_project({"name": "p", **document}, origin)


def mounting(about: dict[str, Any], **mount: Any) -> dict[str, Any]:
    entry = {"type": "bind", "source": "/p/raw", "target": "/data", "x-ml": about, **mount}
    return {"services": {"api": {"image": "a", "volumes": [entry]}}}


@pytest.mark.parametrize(
    ("text", "path", "revision"),
    [
        ("data/raw", "data/raw", None),
        ("./data/raw@v1", "data/raw", "v1"),
        ("data/raw@main@{yesterday}", "data/raw", "main@{yesterday}"),
        ("data/raw@sha256:12", "data/raw", "sha256:12"),
        ("volume:corpus@HEAD~1", "volume:corpus", "HEAD~1"),
    ],
)
def test_a_mount_names_data_and_a_revision(text: str, path: str, revision: str | None) -> None:
    service = built(mounting({"data": text})).services["api"]
    assert service.data_mounts == (("/data", DataMount(path, revision, "services.api.volumes[0]")),)
    assert service.model_mounts == ()


@pytest.mark.parametrize(
    ("about", "mount", "said"),
    [
        ({}, {}, "it says neither which model nor which data the mount shows"),
        ({"data": "raw", "model": "m@a"}, {}, "a mount shows a model or data, not both"),
        ({"data": "raw", "on_change": "none"}, {}, "data that a mount shows does not change"),
        ({"data": "../raw"}, {}, "expected a path of the project's versioned data"),
        ({"data": "."}, {}, "expected a path of the project's versioned data"),
        ({"data": "raw@-x"}, {}, "expected PATH, PATH@REV"),
        ({"data": "raw"}, {"type": "volume"}, "expected a mount of type bind, found volume"),
    ],
)
def test_a_mount_that_can_show_no_data_is_an_error_with_its_place(
    about: dict[str, Any], mount: dict[str, Any], said: str
) -> None:
    with pytest.raises(Fault) as caught:
        built(mounting(about, **mount))
    assert str(caught.value).startswith("services.api.volumes[0].x-ml")
    assert said in str(caught.value)


def test_a_volume_is_a_dataset_by_the_name_that_the_engine_has() -> None:
    volumes: dict[str, Any] = {
        "corpus": {"name": "p_corpus", "x-ml": {"dataset": {}}},
        "shared": {"name": "lake", "external": True, "x-ml": {"dataset": {}}},
        "plain": {"name": "p_plain"},
    }
    project = built({"services": {}, "volumes": volumes})
    assert project.datasets == (
        Dataset("corpus", "p_corpus"),
        Dataset("shared", "lake", is_external=True),
    )
    assert "x-ml" not in str(project.document)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"inputs": ["volume:corpse"]}, "no volume 'corpse' is declared"),
        ({"inputs": ["volume:corpus/a.txt"]}, "a volume is read and written as a whole"),
        ({"metrics": ["volume:corpus"]}, "is a volume, and no file"),
        ({"outputs": {"volume:corpus": {"live": True}}}, "can be neither live nor resumed"),
    ],
)
def test_what_a_step_says_of_volumes_is_checked(step: dict[str, Any], said: str) -> None:
    service = {"image": "a", "x-ml": {"step": step}}
    volumes: dict[str, Any] = {"corpus": {"x-ml": {"dataset": {}}}}
    with pytest.raises(Fault, match=said) as caught:
        built({"services": {"train": service}, "volumes": volumes})
    assert str(caught.value).startswith("services.train.x-ml.step.")
    assert "corpse" not in said or caught.value.hint == "did you mean corpus?"
