"""DVC's configuration is read as DVC reads it, the later file shadowing the earlier."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.errors import UsageError
from modelcompose.store.remotes.ssh.address import SshAddress
from modelcompose.versioning.dvc.formats_config import (
    DvcConfig,
    merged,
    read_sections,
    resolved,
    write_sections,
)
from modelcompose.versioning.dvc.remotes import FolderPlace, object_names, open_place, settings_of
from modelcompose.versioning.dvc.remotes_bucket import s3_options
from modelcompose.versioning.dvc.remotes_http import HttpPlace
from modelcompose.versioning.dvc.remotes_ssh import address_of

CONFIG = """\
[core]
    no_scm = True
    remote = Origin
[cache]
    type = "reflink,copy"
    dir = ../../cache
['remote "origin"']
    url = ../../remote
['remote "s3"']
    url = s3://bucket/team
"""


def config(*texts: str) -> DvcConfig:
    return merged(resolved(read_sections(text), "/home/ana/project/.dvc") for text in texts)


def test_what_was_read_is_written_as_dvc_wrote_it() -> None:
    assert write_sections(read_sections(CONFIG)) == CONFIG


def test_paths_are_relative_to_the_folder_of_the_configuration() -> None:
    found = config(CONFIG)

    assert found.default_remote == "origin"
    assert found.cache == "/home/ana/cache"
    assert found.remotes["origin"]["url"] == "/home/ana/remote"
    assert found.remotes["s3"]["url"] == "s3://bucket/team"


def test_a_later_file_adds_and_shadows() -> None:
    local = """
# mine alone
[core]
remote = 's3'
['remote "s3"']
    endpointurl = "http://localhost:9000/#a,b"  # a comment
    profile = ana # another
"""
    found = config(CONFIG, local)

    assert found.default_remote == "s3"
    assert found.remotes["s3"] == {
        "url": "s3://bucket/team",
        "endpointurl": "http://localhost:9000/#a,b",
        "profile": "ana",
    }


def test_a_remote_may_lie_in_another_one() -> None:
    text = (
        "['remote \"a\"']\n url = s3://bucket\n region = r\n['remote \"b\"']\n url = remote://a/x\n"
    )

    assert settings_of(config(text), "b") == {"url": "s3://bucket/x", "region": "r"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no remote is called origin; there are: none"),
        ("['remote \"origin\"']\n url = remote://origin/x\n", "no remote is called origin"),
        ("['remote \"origin\"']\n url = gdrive://root/x\n", "gdrive:// are not read"),
    ],
)
def test_a_remote_that_cannot_be_read_is_an_error_that_says_why(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_place(config(text), "origin")

    assert told in caught.value.message


def test_a_path_is_a_folder_of_this_machine() -> None:
    place = open_place(config(CONFIG), "origin")

    assert isinstance(place, FolderPlace)
    assert place.where == "/home/ana/remote"


def test_objects_are_sought_where_their_kind_lies_first() -> None:
    oid = "ab" + "c" * 30 + ".dir"

    assert object_names(oid, is_legacy=False) == (f"files/md5/ab/{oid[2:]}", f"ab/{oid[2:]}")
    assert object_names(oid, is_legacy=True) == (f"ab/{oid[2:]}", f"files/md5/ab/{oid[2:]}")


def test_another_machine_is_named_by_the_url_and_what_the_settings_say() -> None:
    url = "ssh://ana@host:22/data%20sets"

    assert address_of({"url": url}) == SshAddress("host", "/data sets", "ana", 22)
    assert address_of({"url": url, "user": "bob", "port": "2222"}) == SshAddress(
        "host", "/data sets", "bob", 2222
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ssh://-oProxyCommand=x/y"},
        {"url": "ssh://h/y", "user": "-x"},
        {"url": "ssh:///y"},
        {"url": "ssh://a;b/y"},
    ],
)
def test_an_address_that_ssh_would_take_for_an_option_is_refused(
    settings: dict[str, str],
) -> None:
    with pytest.raises(UsageError):
        address_of(settings)


def test_a_password_is_never_sent_in_the_clear() -> None:
    settings = {"url": "http://example.com/x", "user": "ana", "password": "hush-hush"}

    with pytest.raises(UsageError, match="without encryption") as caught:
        HttpPlace(settings)

    assert "hush" not in f"{caught.value.message}{caught.value.hint}"
    HttpPlace({**settings, "url": "https://example.com/x"})


def test_an_address_is_shown_without_what_signs_in() -> None:
    assert HttpPlace({"url": "https://ana:hush@example.com/x"}).where == "https://example.com/x"


def test_keys_of_dvc_come_before_those_of_the_environment_and_of_profiles(tmp_path: Path) -> None:
    aws = tmp_path / ".aws"
    aws.mkdir()
    (aws / "credentials").write_text(
        "[default]\naws_access_key_id = d\naws_secret_access_key = ds\n"
        "[team]\naws_access_key_id = t\naws_secret_access_key = ts\n"
    )
    (aws / "config").write_text("[default]\nregion = eu\n[profile team]\nregion = us\n")

    assert s3_options({}, {}, tmp_path) == {
        "access_key_id": "d",
        "secret_access_key": "ds",
        "region": "eu",
    }
    assert s3_options({"profile": "team"}, {"AWS_ACCESS_KEY_ID": "e"}, tmp_path) == {
        "access_key_id": "t",
        "secret_access_key": "ts",
        "region": "us",
    }
    assert s3_options({}, {"AWS_ACCESS_KEY_ID": "e", "AWS_REGION": "x"}, tmp_path) == {}
    own = {"access_key_id": "o", "secret_access_key": "os", "endpointurl": "http://x"}
    assert s3_options(own, {}, tmp_path) == {
        "access_key_id": "o",
        "secret_access_key": "os",
        "endpoint": "http://x",
        "region": "eu",
    }


@pytest.mark.parametrize("url", ["http://ana:pw@[::1/x", "s3://[b", "ssh://h:port/x"])
def test_a_remote_whose_address_is_none_is_named_without_its_password(url: str) -> None:
    config = DvcConfig(remotes={"r": {"url": url}})

    with pytest.raises(UsageError, match="is no address") as caught:
        open_place(config, "r")
    assert "pw" not in str(caught.value)


def test_the_home_of_a_user_who_is_not_there_is_a_name_like_any_other() -> None:
    found = resolved({"cache": {"dir": "~nobody-of-this-name/c"}}, "/p/.dvc")

    assert found["cache"]["dir"] == "/p/.dvc/~nobody-of-this-name/c"
