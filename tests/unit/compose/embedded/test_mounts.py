from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.embedded.mounts import volumes
from modelcompose.compose.embedded.shapes import Refused


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (
            "./a:/b",
            {"type": "bind", "source": "./a", "target": "/b", "bind": {"create_host_path": True}},
        ),
        (
            "/a:/b/../c/:ro,z,rslave",
            {
                "type": "bind",
                "source": "/a",
                "target": "/c",
                "read_only": True,
                "bind": {"selinux": "z", "propagation": "rslave", "create_host_path": True},
            },
        ),
        ("data:/b", {"type": "volume", "source": "data", "target": "/b", "volume": {}}),
        (
            "data:/b:rw,nocopy",
            {"type": "volume", "source": "data", "target": "/b", "volume": {"nocopy": True}},
        ),
        ("/anonymous", {"type": "volume", "target": "/anonymous", "volume": {}}),
        ("/x", {"type": "volume", "target": "/x"}),
        (
            "C:\\a:/b",
            {
                "type": "bind",
                "source": "C:\\a",
                "target": "/b",
                "bind": {"create_host_path": True},
            },
        ),
    ],
)
def test_the_short_form_is_made_long(spec: str, found: dict[str, Any]) -> None:
    assert volumes([spec], ()) == [found]


def test_the_long_form_stays_as_it_is() -> None:
    mount = {"type": "bind", "source": "./a", "target": "/b", "bind": {}, "x-ml": {"kept": 1}}

    assert volumes([mount], ()) == [mount]


def test_of_two_mounts_on_one_target_the_later_takes_the_earlier_ones_place() -> None:
    found = volumes(["one:/same", "two:/other", "three:/same"], ())

    assert [mount["source"] for mount in found] == ["three", "two"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("", "invalid empty volume spec"),
        ("data::/x", "invalid spec: data::/x: empty section between colons"),
        ("data:/x:ro:z", "invalid spec: data:/x:ro:z: too many colons"),
        ({"target": "/x"}, "missing property 'type'"),
        ({"type": "volume"}, "a volume is missing its mount target"),
        ({"type": "disk", "target": "/x"}, "value must be one of 'bind', 'volume', 'tmpfs',"),
        ({"type": "bind", "target": "/x"}, 'invalid mount config for type "bind"'),
        (3, "must be a mapping or string"),
    ],
)
def test_a_wrong_mount_is_refused(entry: Any, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        volumes([entry], ())

    assert refused.value.problem.startswith(problem)
