"""After the steps: outputs that `x-ml.models` names become versions, where their gates let them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from modelcompose.compose.project import ModelRule, Project
from modelcompose.database.database import Connection, Database
from modelcompose.database.home import home_folder
from modelcompose.errors import GrammarError, StoreError, UsageError
from modelcompose.pipeline.model_mounts.refreshing import refresh
from modelcompose.pipeline.report import Reporter, StepResult
from modelcompose.pipeline.session import Session
from modelcompose.registry.candidates import Candidate, Registered, register
from modelcompose.registry.gates import Gate, parse_gate
from modelcompose.registry.names import check_alias
from modelcompose.store.content import Content
from modelcompose.store.store import Store
from modelcompose.tracking.logged_beside import GATE_TAG
from modelcompose.tracking.logging import KeyValue, find_run_key, write_tags
from modelcompose.tracking.run import Run

_RAN = frozenset({"done", "adopted"})


def read_gates(project: Project) -> dict[str, Gate]:
    """Read the gates of a project's models, by the models' names.

    Raises:
        GrammarError: a gate, an alias or a required step is wrong.
    """
    gates: dict[str, Gate] = {}
    for rule in project.models:
        place = f"x-ml.models.{rule.name}"
        try:
            if rule.alias is not None:
                check_alias(rule.alias)
        except UsageError as error:
            raise GrammarError(f"{place}.alias: {error.message}", hint=error.hint) from error
        try:
            if rule.when is not None:
                gates[rule.name] = parse_gate(rule.when)
        except UsageError as error:
            where = error.message.removeprefix("filter:")
            hint = error.hint or "a gate reads such as: evaluate.auc >= 0.70"
            raise GrammarError(f"{place}.when:{where}", hint=hint) from error
        for step in rule.requires:
            service = project.services.get(step)
            if service is not None and service.step is None:
                raise GrammarError(
                    f"{place}.requires: {step} is no step",
                    hint="name a service that has x-ml.step",
                )
    return gates


def register_models(
    session: Session, gates: Mapping[str, Gate], results: Sequence[StepResult], reporter: Reporter
) -> list[Registered]:
    """Register what the steps of one command made, and tell what became of it.

    A model is looked at only when a step that made it, or that it requires, ran: skipping and
    restoring move nothing. What a reproduction makes is not registered.
    """
    if session.again is not None:
        return []
    by_step = {result.step: result for result in results}
    found: list[Candidate] = []
    for rule in session.project.models:
        try:
            candidate = _candidate(session, rule, gates.get(rule.name), by_step)
        except _Unfit as unfit:
            reporter.notes(f"{rule.name}: no new version: {unfit}")
            continue
        if candidate is not None:
            found.append(candidate)
    if not found:
        return []
    database = Database.at(home_folder() / "hub.db")
    try:
        with database.write() as connection:
            registered = [register(connection, each, time.time()) for each in found]
            for one in registered:
                _tag(connection, one)
    finally:
        database.close()
    for one in registered:
        reporter.notes(told(one))
        if one.outcome == "made":
            alias = one.candidate.alias
            refresh(one.candidate.name, () if alias is None else (alias,), reporter.notes)
    return registered


def told(one: Registered) -> str:
    """Say what became of a candidate, in one line."""
    name, alias = one.candidate.name, one.candidate.alias
    if one.outcome == "refused" and one.verdict is not None:
        reasons = "; ".join(finding.text for finding in one.verdict.failures)
        return f"{name}: no new version, its gate is shut: {reasons or 'its condition is not met'}"
    version = "" if one.version is None else str(one.version.version)
    if one.outcome == "known":
        return f"{name}: this is version {version} already"
    if alias is None:
        return f"{name}: version {version} made"
    before = "" if one.moved_from is None else f", which was {one.moved_from}"
    return f"{name}: version {version} made; it is @{alias} now{before}"


class _Unfit(Exception):
    """Why an output is not looked at."""


def _candidate(
    session: Session, rule: ModelRule, gate: Gate | None, results: Mapping[str, StepResult]
) -> Candidate | None:
    makers = [name for name, step in session.project.steps.items() if rule.path in step.written]
    maker = next((name for name in makers if name in results), None)
    if maker is None:
        return None
    parts = (maker, *rule.requires)
    if not any(results[step].ending in _RAN for step in parts if step in results):
        return None
    made = results[maker]
    content = made.outputs.get(rule.path)
    if not made.is_good or content is None or made.run is None:
        raise _Unfit(f"{maker} did not succeed")
    runs = {maker: session.runs.get(made.run)}
    for step in rule.requires:
        runs[step] = _succeeded(session, step, results)
        if not _reads(runs[step], rule.path, content, session.store):
            raise _Unfit(f"{step} did not succeed on {rule.path} as it is now")
    for step in _named(session, gate):
        if step not in runs and (run := _latest(session, step, results)) is not None:
            runs[step] = run
    return Candidate(rule.name, rule.path, content, runs, gate, rule.alias)


def _succeeded(session: Session, step: str, results: Mapping[str, StepResult]) -> Run:
    result = results.get(step)
    run = None if result is not None and not result.is_good else _latest(session, step, results)
    if run is None and step not in session.project.services:  # of another profile, or misspelt
        raise _Unfit(f"it requires {step}, and no active service is called so")
    if run is None:
        raise _Unfit(f"{step} did not succeed")
    return run


def _latest(session: Session, step: str, results: Mapping[str, StepResult]) -> Run | None:
    result = results.get(step)
    if result is not None and result.is_good and result.run is not None:
        return session.runs.get(result.run)
    return session.runs.latest(session.project.directory, step, status="succeeded")


def _named(session: Session, gate: Gate | None) -> Iterator[str]:
    """Give the steps whose metrics a gate needs; a step's name may hold dots."""
    names = frozenset() if gate is None else gate.names
    for step in session.project.steps:
        if any(name.startswith(f"{step}.") for name in names):
            yield step


def _reads(run: Run, path: str, content: Content, store: Store) -> bool:
    """Tell whether a run read exactly this content: as such, within a folder, or a part of it."""
    for read, given in run.inputs.items():
        if read == path:
            return given.digest == content.digest
        if path.startswith(f"{read}/"):
            return _part(given, path[len(read) + 1 :], store) == _part(content, "", store)
        if read.startswith(f"{path}/"):
            return _part(content, read[len(path) + 1 :], store) == _part(given, "", store)
    return False


def _part(content: Content, below: str, store: Store) -> dict[str, str] | None:
    """Give the digests of the files at a path within a content, by their paths from there."""
    if content.kind == "file":
        return {"": content.digest} if not below else None
    try:
        entries = store.tree(content.digest).entries
    except StoreError:
        return None
    if not below:
        return {entry.path: entry.digest for entry in entries}
    found = {e.path[len(below) + 1 :]: e.digest for e in entries if e.path.startswith(f"{below}/")}
    for entry in entries:
        if entry.path == below:
            found[""] = entry.digest
    return found or None


def _tag(connection: Connection, one: Registered) -> None:
    """Note on the run that made it how the gate came out."""
    if one.verdict is None:
        return
    maker = next(iter(one.candidate.runs.values()))
    word = "passed" if one.verdict.passed else "shut"
    text = "; ".join(finding.text for finding in one.verdict.findings)
    run = find_run_key(connection, maker.id)
    write_tags(connection, run.number, [KeyValue(GATE_TAG + one.candidate.name, f"{word}: {text}")])
