"""References and digests."""

from __future__ import annotations

import pytest

from modelcompose.engine.docker.images import digest_of, repository

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("python", "python"),
        ("python:3.11-slim", "python"),
        ("docker.io/library/python:3", "python"),
        ("ghcr.io/acme/app:1.0", "ghcr.io/acme/app"),
        ("localhost:5000/app", "localhost:5000/app"),
        ("localhost:5000/app:2", "localhost:5000/app"),
        (f"app:1@{A}", "app"),
    ],
)
def test_the_repository_of_a_reference(reference: str, name: str) -> None:
    assert repository(reference) == name


def test_the_registry_s_digest_counts_where_there_is_one() -> None:
    image = {"Id": A, "RepoDigests": [f"mirror/python@{A}", f"python@{B}"]}

    assert digest_of("docker.io/library/python:3.11", image) == B


def test_an_image_that_no_registry_knows_counts_by_its_id() -> None:
    assert digest_of("app", {"Id": A, "RepoDigests": []}) == A
    assert digest_of("app", {"Id": A, "RepoDigests": [f"other@{B}"]}) == A


def test_a_digest_in_the_reference_is_taken_at_its_word() -> None:
    assert digest_of(f"app@{B}", {"Id": A}) == B
