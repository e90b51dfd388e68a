from __future__ import annotations

import pytest

from modelcompose.pipeline.outside.probing import SHOWN_CHARACTERS, value_of
from modelcompose.store.digests import digest_bytes


@pytest.mark.parametrize(
    ("printed", "value"),
    [(b"14\n", "14"), (b"  a b \r\n", "  a b"), ("größer\n".encode(), "größer"), (b"", "")],
)
def test_a_short_line_stands_for_itself(printed: bytes, value: str) -> None:
    assert value_of(printed) == value


@pytest.mark.parametrize(
    "printed", [b"x" * (SHOWN_CHARACTERS + 1), b"a\nb\n", b"\xff", b"\x1b[31mred"]
)
def test_all_else_stands_for_its_digest(printed: bytes) -> None:
    assert value_of(printed) == digest_bytes(printed)
