from __future__ import annotations

from pathlib import Path

from modelcompose.engine.docker.proxies import client_proxies
from modelcompose.engine.giving import given_variables
from modelcompose.engine.protocol import Given

GIVEN = Given(
    variables={
        "MLFLOW_TRACKING_URI": "http://hub",
        "MLFLOW_RUN_ID": "1",
        "MODELCOMPOSE_SPOOL": "/s",
    },
    python_path="/sdk",
    unproxied="172.17.0.1",
)


def test_an_execution_without_variables_of_its_own_is_given_all() -> None:
    assert given_variables(GIVEN, {}) == {**GIVEN.variables, "PYTHONPATH": "/sdk"}


def test_nothing_given_adds_nothing() -> None:
    assert given_variables(Given(), {"HTTP_PROXY": "http://p"}) == {}


def test_who_has_a_server_of_his_own_keeps_it() -> None:
    added = given_variables(GIVEN, {"MLFLOW_TRACKING_URI": "http://own"})
    assert added == {"MODELCOMPOSE_SPOOL": "/s", "PYTHONPATH": "/sdk"}


def test_an_empty_server_is_none() -> None:
    assert given_variables(GIVEN, {"MLFLOW_TRACKING_URI": ""})["MLFLOW_RUN_ID"] == "1"


def test_the_sdk_comes_after_what_is_searched_already() -> None:
    assert given_variables(GIVEN, {"PYTHONPATH": "/a:/b"})["PYTHONPATH"] == "/a:/b:/sdk"


def test_the_hub_is_called_directly_where_there_are_proxies() -> None:
    added = given_variables(GIVEN, {"http_proxy": "http://p", "NO_PROXY": "a,b"})
    assert added["NO_PROXY"] == added["no_proxy"] == "a,b,172.17.0.1"


def test_proxies_of_the_dockers_client_are_known(tmp_path: Path) -> None:
    text = '{"proxies": {"default": {"httpProxy": "http://p", "noProxy": "x"}}}'
    (tmp_path / "config.json").write_text(text)
    found = client_proxies("unix:///d.sock", {"DOCKER_CONFIG": str(tmp_path)})
    assert found == {
        "HTTP_PROXY": "http://p",
        "http_proxy": "http://p",
        "NO_PROXY": "x",
        "no_proxy": "x",
    }


def test_the_proxies_of_one_engine_go_before_the_others(tmp_path: Path) -> None:
    text = (
        '{"proxies": {"default": {"httpProxy": "http://p"}, "tcp://e": {"allProxy": "http://q"}}}'
    )
    (tmp_path / "config.json").write_text(text)
    found = client_proxies("tcp://e", {"DOCKER_CONFIG": str(tmp_path)})
    assert found == {"ALL_PROXY": "http://q", "all_proxy": "http://q"}


def test_a_client_without_a_configuration_has_no_proxies(tmp_path: Path) -> None:
    assert client_proxies("unix:///d.sock", {"DOCKER_CONFIG": str(tmp_path)}) == {}
