from __future__ import annotations

import pytest

from modelcompose.engine.docker.nudging import follows


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("api:service_started:true", True),
        ("api:service_started:false", False),
        ("db:service_healthy:true,api:service_healthy:true", True),
        ("apiary:service_started:true", False),
        ("", False),
    ],
)
def test_a_service_follows_where_its_file_says_restart(label: str, expected: bool) -> None:  # noqa: FBT001
    assert follows(label, "api") is expected
