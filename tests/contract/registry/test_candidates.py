"""Outputs become versions when they are new and their gate lets them through."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from modelcompose.database.database import Connection
from modelcompose.registry.aliases import set_alias
from modelcompose.registry.candidates import Candidate, metrics_of, register
from modelcompose.registry.gates import parse_gate
from modelcompose.registry.models import model_named
from modelcompose.store.content import Content
from modelcompose.tracking.run import Metric, Run

GATE = "evaluate.auc >= 0.5 and evaluate.auc > @champion.evaluate.auc"


def a_run(step: str, metrics: Mapping[str, Metric]) -> Run:
    return Run(
        id=uuid.uuid4().hex,
        project="flights",
        folder="/work/flights",
        step=step,
        status="succeeded",
        engine="docker",
        created_at=1.0,
        params={"LR": 0.1},
        metrics=metrics,
    )


def candidate(letter: str, auc: float, gate: str | None = GATE) -> Candidate:
    runs = {
        "train": a_run("train", {}),
        "evaluate": a_run("evaluate", {"auc": Metric(auc, auc, auc)}),
    }
    content = Content("folder", f"sha256:{letter * 64}", 10, 2)
    parsed = None if gate is None else parse_gate(gate)
    return Candidate("delay", "models/delay", content, runs, parsed, "challenger")


def test_the_first_that_passes_becomes_version_1(connection: Connection) -> None:
    given = candidate("a", 0.6)
    found = register(connection, given, 2.0)
    assert (found.outcome, found.moved_from) == ("made", None)
    assert found.version is not None
    assert found.version.run == given.runs["train"].id
    assert found.version.storage == f"mlflow-artifacts:/content/folder/{'a' * 64}"
    assert found.version.origin is not None
    evidence = found.version.origin.evidence
    assert evidence["runs"] == {step: run.id for step, run in given.runs.items()}
    assert evidence["metrics"]["evaluate.auc"] == 0.6
    assert model_named(connection, "delay").aliases == {"challenger": 1}


def test_one_below_the_gate_leaves_no_trace(connection: Connection) -> None:
    found = register(connection, candidate("a", 0.4), 2.0)
    assert found.outcome == "refused"
    assert found.verdict is not None
    assert [f.text for f in found.verdict.failures] == ["evaluate.auc >= 0.5: 0.4 against 0.5"]
    assert connection.rows("SELECT name FROM registered_models") == []


def test_one_must_be_better_than_the_version_that_the_alias_points_to(
    connection: Connection,
) -> None:
    first = register(connection, candidate("a", 0.6), 2.0).version
    assert first is not None
    set_alias(connection, model_named(connection, "delay"), "champion", first, now=3.0)
    assert register(connection, candidate("b", 0.6), 4.0).outcome == "refused"
    better = register(connection, candidate("c", 0.61), 5.0)
    assert (better.outcome, better.moved_from) == ("made", 1)
    assert model_named(connection, "delay").aliases == {"challenger": 2, "champion": 1}


def test_content_that_is_a_version_already_makes_none_and_moves_nothing(
    connection: Connection,
) -> None:
    register(connection, candidate("a", 0.6), 2.0)
    register(connection, candidate("b", 0.7), 3.0)
    again = register(connection, candidate("a", 0.9), 4.0)
    assert again.outcome == "known"
    assert again.version is not None
    assert again.version.version == 1
    assert model_named(connection, "delay").aliases == {"challenger": 2}


def test_without_a_gate_all_that_is_new_passes(connection: Connection) -> None:
    assert register(connection, candidate("a", 0.0, gate=None), 2.0).outcome == "made"


def test_metrics_are_named_by_their_step_with_their_summaries() -> None:
    run = a_run("train", {"loss": Metric(0.2, 0.1, 0.9, 5), "loss.min": Metric(7.0, 7.0, 7.0)})
    found = metrics_of({"train": run})
    assert (found["train.loss"], found["train.loss.max"]) == (0.2, 0.9)
    assert found["train.loss.min"] == 7.0
