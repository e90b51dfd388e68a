from __future__ import annotations

import pytest

from modelcompose.hub.step_runs.variables import hub_variables, is_cut_off, spool_variables


def test_mlflow_is_told_all_that_it_needs() -> None:
    assert hub_variables("http://h:1", "mc_x", 3, "ab") == {
        "MLFLOW_TRACKING_URI": "http://h:1",
        "MLFLOW_TRACKING_TOKEN": "mc_x",
        "MLFLOW_EXPERIMENT_ID": "3",
        "MLFLOW_RUN_ID": "ab",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    }


def test_the_spool_is_somebody_elses_to_deliver() -> None:
    assert spool_variables("/spool", "ab") == {
        "MODELCOMPOSE_SPOOL": "/spool",
        "MODELCOMPOSE_DELIVERY": "host",
        "MODELCOMPOSE_SPOOL_RUN": "ab",
    }


@pytest.mark.parametrize(
    ("networks", "service", "expected"),
    [
        ({}, {}, False),
        ({}, {"network_mode": "none"}, True),
        ({}, {"network_mode": "host"}, False),
        ({"default": {"internal": True}}, {}, True),
        ({"in": {"internal": True}}, {"networks": {"in": None}}, True),
        ({"in": {"internal": True}, "out": {}}, {"networks": {"in": None, "out": None}}, False),
        ({"in": {"internal": True}, "default": None}, {"networks": {"default": None}}, False),
    ],
)
def test_who_has_no_way_out_is_cut_off(
    networks: dict[str, object], service: dict[str, object], *, expected: bool
) -> None:
    assert is_cut_off({"networks": networks}, service) is expected
