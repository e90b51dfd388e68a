from __future__ import annotations

import pytest

from modelcompose.errors import RemoteError
from modelcompose.store.remotes.http import asked_s
from modelcompose.store.remotes.routes import Proxy, proxy_for

PROXY = "http://ana:hu%40sh@proxy.example.com:3128"
THERE = Proxy("proxy.example.com", 3128, "Basic YW5hOmh1QHNo")


@pytest.mark.parametrize(
    ("scheme", "environment"),
    [
        ("https", {"HTTPS_PROXY": PROXY}),
        ("https", {"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}),
        ("https", {"ALL_PROXY": PROXY}),
        ("http", {"http_proxy": PROXY, "HTTPS_PROXY": "http://other"}),
    ],
)
def test_the_environment_names_the_proxy_of_a_scheme(
    scheme: str, environment: dict[str, str]
) -> None:
    assert proxy_for(scheme, "registry.example.com", environment) == THERE


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_without_a_proxy_in_the_environment_there_is_none(scheme: str) -> None:
    assert proxy_for(scheme, "registry.example.com", {"HTTPS_PROXY": ""}) is None


@pytest.mark.parametrize(
    ("listed", "host", "is_direct"),
    [
        ("*", "registry.example.com", True),
        ("example.com", "registry.example.com", True),
        (".example.com", "registry.example.com:5000", True),
        ("*.example.com", "registry.example.com", True),
        ("a.org, registry.example.com", "registry.example.com", True),
        ("REGISTRY.example.com", "registry.example.com", True),
        ("example.com", "registry-example.com", False),
        ("registry.example.com:443", "registry.example.com", True),
        ("registry.example.com:5000", "registry.example.com", False),
        ("10.0.0.0/8", "10.1.2.3:5000", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "ten.example.com", False),
        ("", "registry.example.com", False),
        ("", "localhost:5000", True),
        ("", "127.0.0.2", True),
        ("", "[::1]:5000", True),
    ],
)
def test_no_proxy_lists_what_is_reached_directly(listed: str, host: str, is_direct: bool) -> None:  # noqa: FBT001 - a row of the table
    found = proxy_for("https", host, {"HTTPS_PROXY": PROXY, "NO_PROXY": listed})

    assert (found is None) == is_direct


@pytest.mark.parametrize("address", ["socks5://u:hush@p:1", "https://u:hush@p", "http://u:hush@"])
def test_a_proxy_of_another_kind_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(RemoteError) as caught:
        proxy_for("https", "registry.example.com", {"HTTPS_PROXY": address})

    assert "hush" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, 0),
        ("7", 7),
        ("Thu, 01 Jan 1970 00:02:00 GMT", 20),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("soon", 0),
    ],
)
def test_a_server_says_in_seconds_or_by_date_when_to_come_again(
    text: str | None, seconds: float
) -> None:
    assert asked_s(text, 100.0) == seconds
