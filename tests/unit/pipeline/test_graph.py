from __future__ import annotations

import pytest
from msgspec.structs import replace

from modelcompose.compose.project import Probe
from modelcompose.errors import NotFound, PlanError
from modelcompose.pipeline.graph import build_graph, steps_behind
from tests.unit.pipeline.making import project, service, step


def _chain() -> list[str]:
    graph = build_graph(
        project(
            service("evaluate", step(inputs=["models", "data/clean"], outputs=["report"])),
            service("train", step(inputs=["data/clean/*.csv"], outputs=["models"])),
            service("clean", step(inputs=["data/raw"], outputs=["data/clean"])),
        )
    )
    return list(graph.nodes)


def test_steps_come_after_those_whose_outputs_they_read() -> None:
    assert _chain() == ["clean", "train", "evaluate"]


def test_depends_on_a_step_orders_whatever_the_condition() -> None:
    graph = build_graph(
        project(service("b", step(), depends_on=["a"]), service("a", step(outputs=["x"])))
    )
    assert graph.nodes["b"].upstream == ("a",)


def test_a_step_behind_a_service_comes_before_the_step_that_needs_the_service() -> None:
    made = project(
        service("use", step(), depends_on=["db"]),
        service("db", depends_on=["migrate"]),
        service("migrate", step(outputs=["schema"])),
    )
    graph = build_graph(made)
    assert graph.nodes["use"].upstream == ("migrate",)
    assert graph.nodes["use"].services == ("db",)
    assert steps_behind(made, ["db"]) == {"migrate"}


def test_a_circle_names_the_steps_in_it() -> None:
    with pytest.raises(PlanError, match=r"circle: (a → b → a|b → a → b)"):
        build_graph(
            project(
                service("a", step(inputs=["y"], outputs=["x"])),
                service("b", step(inputs=["x"], outputs=["y"])),
            )
        )


def test_two_writers_of_one_path_are_refused() -> None:
    with pytest.raises(PlanError, match="x is written by two steps: a, b"):
        build_graph(project(service("a", step(outputs=["x"])), service("b", step(outputs=["x"]))))


def test_outputs_in_each_other_are_refused_also_with_names_between_them() -> None:
    with pytest.raises(PlanError, match="x/y lies in x"):
        build_graph(
            project(
                service("a", step(outputs=["x"])),
                service("b", step(outputs=["x-1"])),
                service("c", step(outputs=["x/y"])),
            )
        )


def test_an_output_that_is_an_input_of_its_own_step_is_refused() -> None:
    with pytest.raises(PlanError, match="also an output of the same step"):
        build_graph(project(service("a", step(inputs=["x"], outputs=["x"]))))


def test_an_input_around_own_outputs_makes_no_circle() -> None:
    graph = build_graph(project(service("a", step(inputs=["data"], outputs=["data/out"]))))
    assert graph.nodes["a"].upstream == ()


def test_selection_goes_upstream_and_on_request_downstream() -> None:
    graph = build_graph(
        project(
            service("a", step(outputs=["x"])),
            service("b", step(inputs=["x"], outputs=["y"])),
            service("c", step(inputs=["y"], outputs=["z"])),
            service("d", step(outputs=["w"])),
        )
    )
    assert [n.step for n in graph.select(["b"])] == ["a", "b"]
    assert [n.step for n in graph.select(["b"], with_upstream=False)] == ["b"]
    assert [n.step for n in graph.select(["a"], with_downstream=True)] == ["a", "b", "c"]
    assert len(graph.select([])) == 4


def test_an_unknown_step_names_the_nearest() -> None:
    graph = build_graph(project(service("train", step())))
    with pytest.raises(NotFound) as caught:
        graph.select(["trian"])
    assert caught.value.hint == "did you mean the step 'train'?"


def test_a_service_that_a_probe_asks_runs_with_the_step_and_after_its_own_steps() -> None:
    probing = replace(step(), probes=(Probe("date", "db"), Probe("date")))
    graph = build_graph(
        project(
            service("use", probing, depends_on=["cache"]),
            service("cache"),
            service("db", depends_on=["load"]),
            service("load", step(outputs=["rows"])),
        )
    )
    assert graph.nodes["use"].services == ("cache", "db")
    assert graph.nodes["use"].upstream == ("load",)
