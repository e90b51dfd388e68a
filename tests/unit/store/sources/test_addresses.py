from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.errors import NotFound, UsageError
from modelcompose.store.sources.git import GitAddress, parse
from modelcompose.store.sources.opening import is_address, open_source, shown


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("git+https://h/r.git@v1#raw", GitAddress("https://h/r.git", "v1", "raw")),
        ("git+https://h/r.git@feature/x#a/b", GitAddress("https://h/r.git", "feature/x", "a/b")),
        ("git+https://h/r.git#subdirectory=a/b", GitAddress("https://h/r.git", "HEAD", "a/b")),
        ("git+https://h/r.git", GitAddress("https://h/r.git", "HEAD", "")),
        ("git+ssh://git@h/r.git#raw", GitAddress("ssh://git@h/r.git", "HEAD", "raw")),
        ("git+ssh://git@h/r.git@v1#raw", GitAddress("ssh://git@h/r.git", "v1", "raw")),
        ("git+git@h:org/r.git@v1#raw", GitAddress("git@h:org/r.git", "v1", "raw")),
        ("git+git@h:org/r.git#raw", GitAddress("git@h:org/r.git", "HEAD", "raw")),
        ("git+../r@v1#raw", GitAddress("../r", "v1", "raw")),
        ("git+/srv/r#a%20b", GitAddress("/srv/r", "HEAD", "a b")),
        ("git+odd@name@v1#raw", GitAddress("odd@name", "v1", "raw")),
        ("git+odd@name#raw", GitAddress("odd@name", "HEAD", "raw")),
    ],
)
def test_a_repository_is_told_from_its_revision_and_path(
    tmp_path: Path, address: str, expected: GitAddress
) -> None:
    (tmp_path / "odd@name").mkdir()

    assert parse(address, tmp_path) == expected


@pytest.mark.parametrize(
    "address", ["git+", "git+https://h/r@--upload-pack=x#a", "git+r#../out", "git+r#a//b"]
)
def test_what_names_no_path_of_a_repository_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="expected git\\+URL@REV#PATH"):
        parse(address, tmp_path)


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://example.com/a", True),
        ("s3://bucket", True),
        ("ftp://host/a", True),
        ("git+../other#raw", True),
        ("data/raw", False),
        ("../data", False),
        ("/srv/data", False),
        ("C:odd", False),
    ],
)
def test_addresses_are_told_from_paths(address: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_address(address) is is_one


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("https://ana:hush@h/a", "https://h/a"),
        ("https://ghp_hush@h/a", "https://h/a"),
        ("git+https://hush@h/r@v1#a", "git+https://h/r@v1#a"),
        ("git+ssh://git@h/r", "git+ssh://git@h/r"),
        ("ssh://ana:hush@h/a", "ssh://h/a"),
        (
            "https://h/a?id=3&X-Amz-Signature=hush&sig=hush",
            "https://h/a?id=3&X-Amz-Signature=***&sig=***",
        ),
        ("https://h/a?Access_Token=hush#t", "https://h/a?Access_Token=***#t"),
        ("https://h/a@b", "https://h/a@b"),
    ],
)
def test_no_secret_of_an_address_is_shown(address: str, seen: str) -> None:
    assert shown(address) == seen


@pytest.mark.parametrize(
    "address",
    [
        "https://ana:hush@h/a",
        "git+https://hush@h/r#a",
        "s3://key:hush@bucket/a",
        "ssh://a:hush@h/a",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_repeated(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(UsageError, match="holds no credentials") as refused:
        open_source(address, tmp_path, tmp_path)

    assert "hush" not in f"{refused.value.message}{refused.value.hint}"


def test_a_kind_that_nobody_speaks_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no source is of the kind ftp://") as refused:
        open_source("ftp://host/a", tmp_path, tmp_path)

    assert "https://" in (refused.value.hint or "")


@pytest.mark.parametrize(
    "address", ["http:///x", "http://[::1/x", "http://h:port/x", "http://a b/x", "s3://b/a\nb"]
)
def test_what_is_no_address_is_refused_before_anything_is_asked(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(UsageError):
        open_source(address, tmp_path, tmp_path)


def test_a_secret_shows_in_no_message_however_it_is_written(tmp_path: Path) -> None:
    for address in ("HTTPS://ana:pw@h/x", "ftp://h/x?token=pw", "oci://h?token=pw"):
        with pytest.raises(UsageError) as caught:
            open_source(address, tmp_path, tmp_path)
        assert "pw" not in str(caught.value)
    assert "pw" not in shown("unable to access 'https://ana:pw@h/x': no")


def test_the_home_of_a_user_who_is_not_there_is_a_name_like_any_other(tmp_path: Path) -> None:
    for address in ("~nobody-of-this-name/x", "git+~nobody-of-this-name/x#y"):
        with pytest.raises(NotFound):
            open_source(address, tmp_path, tmp_path).look()
