"""What the target of a Dockerfile needs."""

from __future__ import annotations

import pytest

from modelcompose.pipeline.image_definition.dockerfile import parse
from modelcompose.pipeline.image_definition.stages import Needs, survey


def needs(
    text: str,
    *,
    args: dict[str, str | None] | None = None,
    target: str | None = None,
    platforms: tuple[str, ...] = (),
    contexts: tuple[str, ...] = (),
) -> Needs:
    return survey(
        parse(text), args=args or {}, target=target, platforms=platforms, contexts=contexts
    )


def paths(found: Needs) -> list[str]:
    assert found.unresolved is None, found.unresolved
    return [source.path for source in found.sources]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python:3.11", ["python:3.11"]),
        ("FROM --platform=$BUILDPLATFORM golang AS b", ["golang"]),
        ("ARG V=3\nFROM python:$V", ["python:3"]),
        ("ARG V=3\nARG I=python:${V}\nFROM ${I}-slim", ["python:3-slim"]),
        ("FROM scratch", []),
        ("FROM a AS one\nFROM one", ["a"]),
        ("FROM a AS One\nFROM b\nCOPY --from=ONE /x /y", ["a", "b"]),
        ("FROM a\nFROM b", ["b"]),
        ("FROM a\nCOPY --from=nginx:1 /x /y", ["a", "nginx:1"]),
        ("FROM a\nRUN --mount=type=bind,from=tools:2,target=/t make", ["a", "tools:2"]),
        ("# syntax=docker/dockerfile:1.7\nFROM a", ["a"]),
    ],
)
def test_bases_are_the_images_from_outside_that_the_target_rests_on(
    text: str, expected: list[str]
) -> None:
    assert list(needs(text).images) == expected


def test_a_build_argument_chooses_the_base() -> None:
    assert needs("ARG V=3\nFROM python:$V", args={"V": "4"}).images == ("python:4",)


def test_a_single_platform_makes_its_variables_known() -> None:
    text = "FROM a\nARG TARGETARCH\nCOPY bin-$TARGETARCH /b"

    assert paths(needs(text, platforms=("linux/arm64",))) == ["bin-arm64"]
    assert needs(text).unresolved == "line 3: $TARGETARCH is only known to the build"


def test_a_base_that_only_the_build_knows_makes_every_stage_before_count() -> None:
    found = needs("FROM x AS b-amd64\nFROM y AS b-arm64\nFROM b-$TARGETARCH\nCOPY a b")

    assert found.unresolved == "line 3: $TARGETARCH is only known to the build"
    assert found.images == ("x", "y")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("FROM a\nCOPY $HOME/x /y", "line 2: $HOME may come from the base image"),
        ("FROM a\nARG X=$PATH\nCOPY $X /y", "line 3: $X is only known to the build"),
        ("FROM python:3-onbuild", "the base image python:3-onbuild has ONBUILD instructions"),
        ("# syntax=example/nix\nFROM a", "the Dockerfile is written for the frontend example/nix"),
        ("COPY a b", "the Dockerfile has no FROM"),
    ],
)
def test_sources_that_cannot_be_told_give_a_reason(text: str, reason: str) -> None:
    assert (needs(text).unresolved or "").startswith(reason)


def test_a_stage_that_the_target_does_not_need_makes_nothing_unresolved() -> None:
    assert paths(needs("FROM a\nCOPY $HOME /x\nFROM b\nCOPY app.py /")) == ["app.py"]


def test_a_mount_counts_like_a_copy() -> None:
    found = needs(
        "FROM a AS one\nFROM b\n"
        "RUN --mount=type=bind,source=src,target=/s --mount=type=cache,target=/c "
        "--mount=type=secret,id=x --mount=from=one,target=/o make"
    )

    assert paths(found) == ["src"]
    assert found.images == ("a", "b")


def test_remote_sources_of_add_are_no_files() -> None:
    text = "FROM a\nADD https://x.org/y.tar git@github.com:a/b.git local.tar /z/"

    assert paths(needs(text)) == ["local.tar"]


def test_a_named_context_goes_before_a_stage_and_an_image() -> None:
    text = "FROM x AS lib\nCOPY app.py /\nFROM scratch\nCOPY --from=lib a b"
    found = needs(text, contexts=("lib",))

    assert found.images == ()
    assert [(source.context, source.path) for source in found.sources] == [("lib", "a")]


def test_a_base_that_is_a_named_context_counts_as_a_whole() -> None:
    (source,) = needs("FROM alpine:latest", contexts=("alpine",)).sources

    assert (source.context, source.path) == ("alpine", "/")
