from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.hub.api.runs_csv import guarded
from modelcompose.tracking.query.fields import RUNS, run_name
from modelcompose.tracking.query.names import written
from modelcompose.tracking.query.ordering import parse_key
from modelcompose.tracking.query.parser import parse
from modelcompose.tracking.query.tree import Comparison, Kind

NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), min_size=1
)
KINDS = st.sampled_from(["metrics", "params", "tags"])


@given(kind=KINDS, name=NAMES)
def test_a_name_that_was_written_is_read_again(kind: str, name: str) -> None:
    text = written(cast("Kind", kind), name)
    read = run_name(text, "columns")
    assert (read.kind, read.name, read.part) == (kind, name, None)


@given(kind=KINDS, name=NAMES)
def test_a_name_that_was_written_stands_in_a_filter(kind: str, name: str) -> None:
    text = written(cast("Kind", kind), name)
    node = parse(f"{text} = 1", run_name)
    assert isinstance(node, Comparison)
    assert (node.name.kind, node.name.name) == (kind, name)


@pytest.mark.parametrize("name", ["val loss", "loss.min", "a.b", "x-1", "100%", "a desc", "-x"])
def test_a_name_that_was_written_is_a_sort_key(name: str) -> None:
    for sign in ("", "-"):
        key = parse_key(sign + written("metrics", name), RUNS)
        assert (key.name.name, key.name.part, key.is_descending) == (name, None, bool(sign))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("-2+3", "'-2+3"),
        ("\tx", "'\tx"),
        ("-1.5e-3", "-1.5e-3"),
        ("+7", "+7"),
        ("-inf", "-inf"),
        ("-Infinity", "-Infinity"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_formula_is_told_from_a_number(text: str, told: str) -> None:
    assert guarded(text) == told
