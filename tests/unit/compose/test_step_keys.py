"""A step can be written down and read back."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from modelcompose.compose.project import Address, Input, Output, Param, Probe, Step
from modelcompose.compose.step_keys import step_keys, step_of

DIRECTORY = PurePosixPath("/home/ada/flights")


@pytest.mark.parametrize(
    "step",
    [
        Step(),
        Step(inputs=()),
        Step(
            inputs=(Input("a"), Input("/data", "stat"), Input("/more", "content")),
            outputs=(Output("m"), Output("ck", resume=True), Output("logs", live=True)),
            params=(Param("LR"), Param("model.depth", "params.yaml"), Param("", "all.json")),
            metrics=("metrics.json",),
            plots=("plots/roc.csv",),
            log_metrics=("loss",),
            retries=2,
            timeout_s=5400.5,
            uses={"db": 1},
            cache=False,
        ),
        Step(workspace="project"),
        Step(
            inputs=(Input("a"),),
            addresses=(Address("s3://b/raw", "data/raw"), Address("https://example.com/a.csv")),
            probes=(
                Probe("cat /rows | wc -l", "db"),
                Probe(("git", "rev-parse", "HEAD"), timeout_s=0.5),
            ),
            every_s=12 * 86400.0,
        ),
    ],
    ids=["bare", "without inputs", "full", "in the project", "elsewhere"],
)
def test_a_step_written_down_and_read_back_is_the_same(step: Step) -> None:
    assert step_of(step_keys(step), DIRECTORY) == step


def test_what_says_nothing_is_not_written() -> None:
    assert step_keys(Step()) == {}
    assert step_keys(Step(inputs=())) == {"inputs": []}
