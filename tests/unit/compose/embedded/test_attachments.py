from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.embedded.attachments import devices, file_mounts
from modelcompose.compose.embedded.shapes import Refused


@pytest.mark.parametrize(
    ("spec", "target", "permissions"),
    [
        ("/dev/a", "/dev/a", "rwm"),
        ("/dev/a:/dev/b", "/dev/b", "rwm"),
        ("/dev/a:/dev/b:r", "/dev/b", "r"),
    ],
)
def test_a_device_has_a_target_and_permissions(spec: str, target: str, permissions: str) -> None:
    expected = {"source": "/dev/a", "target": target, "permissions": permissions}

    assert devices([spec], ()) == [expected]


def test_a_device_of_four_parts_is_refused() -> None:
    with pytest.raises(Refused, match="confusing device mapping"):
        devices(["a:b:c:d"], ())


def test_secrets_go_where_compose_puts_them() -> None:
    found = file_mounts(folder="/run/secrets")(["token", {"source": "key", "mode": 0o440}], ())

    assert found == [
        {"source": "token", "target": "/run/secrets/token"},
        {"source": "key", "target": "/run/secrets/key", "mode": "0440"},
    ]


def test_configs_have_no_target_of_their_own() -> None:
    assert file_mounts(folder=None)(["a", "b", "a"], ()) == [{"source": "a"}, {"source": "b"}]


@pytest.mark.parametrize(("mode", "found"), [(288, "0440"), ("0440", "0440"), ("644", "0644")])
def test_a_mode_is_written_in_octal(mode: Any, found: str) -> None:
    assert file_mounts(folder=None)([{"source": "a", "mode": mode}], ())[0]["mode"] == found


def test_a_mode_in_other_words_is_refused() -> None:
    with pytest.raises(Refused, match="expected octal digits, found 'rw'"):
        file_mounts(folder=None)([{"source": "a", "mode": "rw"}], ())
