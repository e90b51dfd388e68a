"""Which paths and ranges are those of artifacts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.download import disposition, media_type
from modelcompose.hub.artifacts.paths import parts_of, parts_of_uri, uri_of
from modelcompose.hub.artifacts.ranges import asked_range


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a/b c/d.txt", ("a", "b c", "d.txt")),
        ("a/", ("a",)),
        ("grüße/100%", ("grüße", "100%")),
        ("...", ("...",)),
        (".hidden", (".hidden",)),
    ],
)
def test_a_plain_path_is_its_names(path: str, parts: tuple[str, ...]) -> None:
    assert parts_of(path) == parts


@pytest.mark.parametrize(
    "path",
    [
        "/a", "..", "../a", "a/..", "a/../b", "a//b", "./a", "a/./b", "a\0b", "a\\b", "//",
        "%2e%2e/a", "a/%2E%2E", "%252e%252e/a", "%2fetc", "..%2fa", "a%00", "x" * 256,
        "/".join("a" * 65), "\ud800",
    ],
)  # fmt: skip
def test_what_may_lead_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(UsageError):
        parts_of(path)


@given(st.text())
def test_no_text_gives_a_name_that_leads_elsewhere(path: str) -> None:
    try:
        parts = parts_of(path)
    except UsageError:
        return
    assert all(part not in ("", ".", "..") and "/" not in part for part in parts)
    assert all("\0" not in part for part in parts)


def test_an_address_of_the_hub_is_a_path_and_one_elsewhere_is_none() -> None:
    assert parts_of_uri("mlflow-artifacts:/1/run/artifacts") == ("1", "run", "artifacts")
    assert parts_of_uri("s3://bucket/1") is None
    assert parts_of_uri(uri_of(("1", "b"))) == ("1", "b")
    with pytest.raises(UsageError):
        parts_of_uri("mlflow-artifacts:/1/../2")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None),
        ("bytes=0-0", (0, 1)),
        ("bytes=2-4", (2, 5)),
        ("bytes=5-", (5, 10)),
        ("bytes=5-100", (5, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=0-1,4-5", None),
        ("bytes=4-2", None),
        ("bytes=-", None),
        ("lines=1-2", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_a_range_is_read_as_the_standard_says(
    header: str | None, found: tuple[int, int] | None
) -> None:
    assert asked_range(header, 10) == found


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_beyond_the_end_is_an_error(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        asked_range(header, 10)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.html", "text/plain"),
        ("a.HTM", "text/plain"),
        ("a.js", "text/plain"),
        ("a.xml", "text/plain"),
        ("a.png", "image/png"),
        ("a.json", "application/json"),
        ("MLmodel", "text/plain"),
        ("a.pkl", "application/octet-stream"),
    ],
)
def test_a_page_is_sent_as_text_and_a_picture_as_one(name: str, kind: str) -> None:
    assert media_type(name) == kind


def test_a_name_cannot_break_out_of_its_header() -> None:
    assert disposition('a"\r\nSet-Cookie: x=ü') == (
        'attachment; filename="a___Set-Cookie: x=_"; '
        "filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20x%3D%C3%BC"
    )
