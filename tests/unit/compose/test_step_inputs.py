"""Inputs that lie elsewhere: what each entry means, and what is refused."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest

from modelcompose.compose.build_project import Origin, build_project
from modelcompose.compose.fault import Fault
from modelcompose.compose.grammar import StepKeys
from modelcompose.compose.input_grammar import InputKeys
from modelcompose.compose.project import Address, ComposeOptions, Input, Probe, Project, Step
from modelcompose.compose.step_inputs import SCHEMES
from modelcompose.compose.steps import build_step
from modelcompose.store.sources.opening import SCHEMES as SOURCES

DIRECTORY = PurePosixPath("/home/ada/flights")


def built(*inputs: Any, **keys: Any) -> Step:
    return build_step(StepKeys(inputs=inputs, **keys), DIRECTORY, ("step",))


def fault(*inputs: Any, **keys: Any) -> str:
    with pytest.raises(Fault) as caught:
        built(*inputs, **keys)
    return str(caught.value)


def test_a_url_alone_counts_and_with_a_path_is_fetched() -> None:
    step = built("s3://b/raw", InputKeys(url="https://a.org/x.csv", path="./data//x.csv"), "code")
    assert step.addresses == (
        Address("s3://b/raw"),
        Address("https://a.org/x.csv", "data/x.csv"),
    )
    assert step.inputs == (Input("code"),)


def test_a_url_that_is_named_twice_is_shown_where_one_of_them_says() -> None:
    shown = InputKeys(url="s3://b/raw", path="raw")
    for inputs in ((shown, "s3://b/raw"), ("s3://b/raw", shown), (shown, shown)):
        assert built(*inputs).addresses == (Address("s3://b/raw", "raw"),)
    told = fault(shown, InputKeys(url="s3://b/raw", path="other"))
    assert "step.inputs[1]: s3://b/raw is shown at raw already" in told


def test_a_url_may_begin_as_every_source_that_is_no_path_here() -> None:
    assert set(SCHEMES) == {*SOURCES} - {"file"}
    for repository in ("git+https://a.org/b@v1#data", "git+../other@v1#data"):
        assert built(repository).addresses == (Address(repository),)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("ftp://a.org/x", 'step.inputs[0]: expected a URL, found "ftp://…"'),
        ("s3://", 'step.inputs[0]: expected a URL, found "s3://…"'),
        (InputKeys(url="data/raw"), "step.inputs[0].url: expected a URL, found none"),
        ("ssh://ada:hush@a.org/x", "step.inputs[0]: the URL holds a password"),
        (InputKeys(url="s3://b", path="/x"), "what is fetched must lie in the project"),
        (InputKeys(url="s3://b", service="db"), "inputs[0].service: it has no meaning beside url"),
        (InputKeys(path="a", timeout="1s"), "inputs[0].timeout: it has no meaning beside path"),
        (InputKeys(), "expected one of the keys path, url, probe and every"),
        (InputKeys(service="db"), "expected one of the keys path, url, probe and every"),
        (InputKeys(probe=" "), "inputs[0].probe: expected a command, found nothing"),
        (InputKeys(probe=()), "inputs[0].probe: expected a command, found nothing"),
        (InputKeys(probe="date", timeout="soon"), "timeout: expected a duration such as 12h or 1d"),
        (InputKeys(every="daily"), "inputs[0].every: expected a duration such as 12h or 1d"),
        (InputKeys(every="0s"), "inputs[0].every: expected a duration such as 12h or 1d"),
    ],
)
def test_what_has_no_meaning_is_refused_where_it_stands(entry: Any, told: str) -> None:
    assert told in fault(entry)


def test_a_refused_password_is_not_told_again() -> None:
    assert "hush" not in fault("https://ada:hush@a.org/x")


def test_a_probe_is_a_line_for_the_shell_or_a_program_with_arguments() -> None:
    line, program = built(
        InputKeys(probe="cat a | wc -l", service="db", timeout="5s"),
        InputKeys(probe=("git", "log", "a b")),
    ).probes
    assert line == Probe("cat a | wc -l", "db", 5.0)
    assert (line.name, line.words) == ("db: cat a | wc -l", ("sh", "-c", "cat a | wc -l"))
    assert (program.name, program.words) == ("git log 'a b'", ("git", "log", "a b"))
    assert program.timeout_s == 60


def test_a_period_stands_once() -> None:
    assert built(InputKeys(every="1d")).every_s == 86400
    assert "inputs[1].every: the inputs hold a period already" in fault(
        InputKeys(every="1d"), InputKeys(every="2d")
    )


@pytest.mark.parametrize("other", [{"outputs": ("data/raw/x",)}, {"outputs": ("data",)}])
def test_what_is_fetched_has_a_place_of_its_own(other: dict[str, Any]) -> None:
    assert "where the step has" in fault(InputKeys(url="s3://b", path="data/raw"), **other)


def test_nothing_is_fetched_into_the_project_folder() -> None:
    told = fault(InputKeys(url="s3://b", path="data/raw"), workspace="project")
    assert "runs in the project folder itself" in told


def project(**probe: Any) -> Project:
    services = {
        "db": {"image": "a"},
        "load": {"image": "a", "x-ml": {"step": {}}},
        "train": {"image": "a", "x-ml": {"step": {"inputs": [{"probe": "date", **probe}]}}},
    }
    from pathlib import Path

    origin = Origin(Path(str(DIRECTORY)), (), ComposeOptions(), (), {}, {}, frozenset(), ())
    return build_project({"name": "flights", "services": services}, origin)


def test_a_probe_asks_a_service_that_goes_on_running() -> None:
    assert project(service="db").steps["train"].probes == (Probe("date", "db"),)
    with pytest.raises(Fault, match="which is not there") as caught:
        project(service="dbs")
    assert caught.value.hint == "did you mean db?"
    with pytest.raises(Fault, match="which is a step"):
        project(service="load")
