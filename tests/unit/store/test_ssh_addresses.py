from __future__ import annotations

import pytest

from modelcompose.errors import UsageError
from modelcompose.store.remotes.ssh.address import SshAddress, parse
from modelcompose.store.remotes.ssh.process import command


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ssh://build/srv/data", SshAddress("build", "/srv/data")),
        ("sftp://build/srv/data/", SshAddress("build", "/srv/data")),
        (
            "ssh://ana@build.example.com:2222/srv",
            SshAddress("build.example.com", "/srv", "ana", 2222),
        ),
        ("ssh://build", SshAddress("build", "/")),
        ("ssh://build/~/data", SshAddress("build", "data")),
        ("ssh://build/~", SshAddress("build", ".")),
        ("ssh://[::1]:22/srv", SshAddress("::1", "/srv", None, 22)),
    ],
)
def test_an_address_names_machine_user_port_and_path(text: str, address: SshAddress) -> None:
    assert parse(text) == address


@pytest.mark.parametrize("text", ["ssh://ana@build:2222/srv", "ssh://[::1]/x", "ssh://b/~/data"])
def test_an_address_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "ssh://ana:hush@build/srv",
        "ssh://-oProxyCommand=hush/srv",
        "ssh://-ohush@build/srv",
        "ssh:///srv",
        "ssh://build:port/hush",
        "ssh://bu ild/hush",
        "ssh://build/hu\0sh",
    ],
)
def test_what_is_no_address_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)

    assert "hush" not in caught.value.message


def test_nothing_of_an_address_is_an_option_of_ssh() -> None:
    words = command(parse("ssh://ana@build:2222/srv"), may_ask=False)

    assert words[-4:] == ["-s", "--", "build", "sftp"]
    assert words[1] == "-oBatchMode=yes"
    assert words[words.index("-l") : words.index("-l") + 2] == ["-l", "ana"]
