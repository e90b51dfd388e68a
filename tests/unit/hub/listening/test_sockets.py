from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.listening.addresses import Addresses
from modelcompose.hub.listening.on_demand import HubOnDemand
from modelcompose.hub.listening.sockets import listen, listen_at

NOT_OURS = "192.0.2.1"  # RFC 5737: of no machine
OTHER = "127.0.0.2"  # stands for the bridge: Linux has all of 127.0.0.0/8


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a bridge of its own")
def test_both_addresses_have_one_port() -> None:
    listening = listen(bridge=OTHER)
    try:
        names = [each.getsockname() for each in listening.sockets]
        port = listening.addresses.port
        assert names == [("127.0.0.1", port), (OTHER, port)]
        assert listening.addresses.for_container() == f"http://{OTHER}:{port}"
    finally:
        listening.close()


def test_a_bridge_that_is_not_this_machines_is_left_out() -> None:
    listening = listen(bridge=NOT_OURS)
    try:
        assert len(listening.sockets) == 1
        addresses = listening.addresses
        assert addresses.for_container() == f"http://host.docker.internal:{addresses.port}"
    finally:
        listening.close()


def test_a_container_on_the_machines_network_uses_loopback() -> None:
    assert Addresses(81, "172.17.0.1").for_container("host") == "http://127.0.0.1:81"


def test_an_address_of_ipv6_is_bracketed() -> None:
    assert Addresses(81, "fd00::1").for_container() == "http://[fd00::1]:81"


def test_a_port_that_is_taken_is_an_error() -> None:
    taken = listen_at("127.0.0.1", 0)
    with taken, pytest.raises(UsageError, match="cannot be listened on"):
        listen(port=taken.getsockname()[1])


def test_an_address_of_another_machine_is_an_error_that_asks_for_another_address() -> None:
    with pytest.raises(UsageError) as found:
        listen_at("192.0.2.1", 0)
    assert "--host" in (found.value.hint or "")


def test_a_preferred_port_that_is_taken_gives_way_to_another() -> None:
    taken = listen_at("127.0.0.1", 0)
    with taken:
        listening = listen(port=taken.getsockname()[1], is_preferred=True)
        assert listening.addresses.port != taken.getsockname()[1]
        listening.close()


def test_a_hub_that_nobody_calls_never_begins(tmp_path: Path) -> None:
    listening = listen()
    hub = HubOnDemand(listening, tmp_path / "hub.db", tmp_path)
    hub.close()
    hub.close()
    assert not hub.was_called
    assert not (tmp_path / "hub.db").exists()
    assert "hub" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", listening.addresses.port), 1)
