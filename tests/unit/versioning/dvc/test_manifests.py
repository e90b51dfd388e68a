"""Listings of folders are DVC's byte for byte, and none leads out of its folder."""

from __future__ import annotations

import pytest

from modelcompose.errors import ContentCorrupt
from modelcompose.versioning.dvc.formats_manifest import (
    ManifestFile,
    decode_manifest,
    encode_manifest,
    manifest_oid,
)

LISTING = (
    b'[{"md5": "d644a230f3ef20b00879aaceb61790af", "relpath": "a.txt"}, '
    b'{"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": "empty"}, '
    b'{"md5": "3b5d5c3712955042212316173ccf37be", "relpath": "sub/\\u00fc b.txt"}]'
)


def test_a_listing_is_written_as_dvc_writes_it() -> None:
    files = decode_manifest(LISTING, "x")

    assert encode_manifest(reversed(files)) == LISTING
    assert manifest_oid(LISTING) == "7b3951479224c1d2639d6d5840993e13.dir"


@pytest.mark.parametrize(
    "path",
    ["../x", "/x", "a/../../x", "a//b", "./a", "", "a/", "..", "a/..", ".", "a/.", "a\0b", "a\\b"],
)
def test_a_path_that_is_none_of_a_folder_is_refused(path: str) -> None:
    with pytest.raises(ContentCorrupt, match="no path inside of its folder"):
        decode_manifest(encode_manifest([ManifestFile("0" * 32, path)]), "x")


def test_names_that_begin_with_dots_are_names() -> None:
    files = [ManifestFile("0" * 32, path) for path in ("..a", ".hidden", "a..b", "a/.b")]

    assert decode_manifest(encode_manifest(files), "x") == files


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'[{"relpath": "a"}]',
        b'[{"md5": "../../../../../../etc/passwd00", "relpath": "a"}]',
        encode_manifest([ManifestFile("0" * 32, "a"), ManifestFile("1" * 32, "a")]),
    ],
)
def test_what_is_no_listing_is_refused(data: bytes) -> None:
    with pytest.raises(ContentCorrupt):
        decode_manifest(data, "x")


@pytest.mark.parametrize("path", ["a/.b\\u0000c", ".a\\\\..\\\\b"])
def test_an_odd_character_is_found_behind_a_dot_too(path: str) -> None:
    listing = f'[{{"md5": "{"0" * 32}", "relpath": "{path}"}}]'.encode()

    with pytest.raises(ContentCorrupt, match="no path inside of its folder"):
        decode_manifest(listing, "x")
