"""What the engine's words say of a service."""

from __future__ import annotations

import pytest

from modelcompose.engine.docker.standing import _standing


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ("Up 3 hours (healthy)", "healthy"),
        ("Up 3 hours (unhealthy)", "unhealthy"),
        ("Up 2 seconds (health: starting)", "starting"),
        ("Up 3 hours", ""),
    ],
)
def test_health_is_read_from_the_status(status: str, health: str) -> None:
    found = _standing([{"State": "running", "Status": status}])
    assert (found.state, found.health, found.status) == ("running", health, status)


def test_of_several_containers_the_liveliest_tells_the_state_and_the_sickest_the_health() -> None:
    found = _standing(
        [
            {"State": "exited", "Status": "Exited (1) 2 minutes ago"},
            {"State": "running", "Status": "Up 1 minute (healthy)"},
            {"State": "running", "Status": "Up 1 minute (unhealthy)"},
        ]
    )
    assert (found.state, found.health, found.containers) == ("running", "unhealthy", 2)


def test_a_container_that_ended_has_no_health() -> None:
    found = _standing([{"State": "exited", "Status": "Exited (0) 1 hour ago"}])
    assert (found.state, found.health, found.containers) == ("exited", "", 0)
