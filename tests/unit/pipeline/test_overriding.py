from __future__ import annotations

import pytest

from modelcompose.errors import UsageError
from modelcompose.pipeline.overriding import parse_overrides, refuse_unknown
from modelcompose.pipeline.parameters import Overrides
from tests.unit.pipeline.making import project, service, step


def test_set_reads_variables_as_text_and_file_keys_as_yaml() -> None:
    overrides = parse_overrides(("LR=0.2", "params.yaml:model.depth=8"), {}, frozenset())
    assert overrides.variables == {"LR": "0.2"}
    assert overrides.file_keys == {"params.yaml": {"model.depth": 8}}


@pytest.mark.parametrize("argument", ["LR", "=3", ""])
def test_set_without_a_name_or_a_value_is_refused(argument: str) -> None:
    with pytest.raises(UsageError, match="expected NAME=VALUE"):
        parse_overrides((argument,), {}, frozenset())


def test_a_name_that_nothing_uses_is_refused_with_the_nearest() -> None:
    train = service("train", step(), environment={"LR": "0.1"})
    with pytest.raises(UsageError, match="--set LRR") as caught:
        refuse_unknown(project(train), Overrides(variables={"LRR": "1"}))
    assert caught.value.hint == "did you mean the variable 'LR'?"
