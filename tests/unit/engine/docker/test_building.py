"""The Compose file that builds an image, and the Dockerfile it builds from."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.compose.project import Build, Project, Service
from modelcompose.engine.docker.building import ALWAYS_IGNORED, render_build, write_dockerfile
from modelcompose.errors import BuildError


def project(document: dict[str, object], **sections: object) -> Project:
    service = Service(name="train", document=document, platform="linux/amd64")
    return Project("flights", Path("/p"), (), sections, {"train": service})


def test_the_image_is_labelled_and_named_as_compose_names_it() -> None:
    flights = project({"build": {"context": "/p", "labels": ["a=b"]}, "command": ["x"]})

    rendered = render_build(
        flights,
        flights.services["train"],
        bases={"python:3": "docker.io/library/python@sha256:abc"},
        definition="sha256:def",
        dockerfile=Path("/tmp/$x/Dockerfile"),
    )

    assert rendered["services"]["train"] == {
        "image": "flights-train",
        "platform": "linux/amd64",
        "build": {
            "context": "/p",
            "dockerfile": "/tmp/$$x/Dockerfile",
            "labels": {"a": "b", "modelcompose.definition": "sha256:def"},
            "additional_contexts": {
                "python:3": "docker-image://docker.io/library/python@sha256:abc"
            },
        },
    }


def test_a_build_s_secrets_come_along() -> None:
    flights = project(
        {"build": {"context": "/p", "secrets": ["token"]}},
        secrets={"token": {"environment": "T"}, "other": {}},
    )

    rendered = render_build(
        flights, flights.services["train"], bases={}, definition=None, dockerfile=None
    )

    assert rendered["secrets"] == {"token": {"environment": "T"}}


def test_the_ignore_file_ends_with_what_is_always_left_out(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / ".dockerignore").write_text("secret")
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    copy = write_dockerfile(Build(str(tmp_path)), ["models"], scratch)

    assert copy is not None
    assert copy.read_text() == "FROM scratch\n"
    ignore = (scratch / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignore == ["secret", *ALWAYS_IGNORED, "models"]


def test_a_context_that_is_a_url_brings_its_own(tmp_path: Path) -> None:
    build = Build("https://github.com/acme/app.git")

    assert write_dockerfile(build, [], tmp_path) is None


def test_a_missing_dockerfile_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=str(tmp_path / "train.Dockerfile")):
        write_dockerfile(Build(str(tmp_path), dockerfile="train.Dockerfile"), [], tmp_path)
