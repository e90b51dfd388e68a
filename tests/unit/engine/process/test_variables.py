"""Which variables a step's process sees."""

from __future__ import annotations

from modelcompose.compose.project import Service
from modelcompose.engine.process.variables import service_variables

CALLER = {"PATH": "/bin", "LC_ALL": "C", "AWS_SECRET_ACCESS_KEY": "x", "LR": "0.5"}


def test_only_what_programs_need_is_inherited() -> None:
    assert service_variables(Service("a", {}), CALLER) == {"PATH": "/bin", "LC_ALL": "C"}


def test_the_service_s_own_variables_win() -> None:
    service = Service("a", {}, environment={"PATH": "/opt", "DEPTH": "6"})

    assert service_variables(service, CALLER) == {"PATH": "/opt", "LC_ALL": "C", "DEPTH": "6"}


def test_a_variable_without_a_value_stays_unset() -> None:
    assert "LR" not in service_variables(Service("a", {}, environment={"LR": None}), CALLER)
