"""The step cache on a remote: what steps made, found there by their identities."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from modelcompose.errors import RemoteError
from modelcompose.pipeline.from_remote.artifact import (
    Result,
    address_of,
    read_result,
    result_index,
    shared_run,
    step_tag,
    taken_in,
)
from modelcompose.pipeline.lock import LockedStep
from modelcompose.store.content import Content
from modelcompose.store.remotes.parallel import in_parallel
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.store import Store
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs

_GOOD = "status = succeeded and kind = step"


def locked_results(steps: Mapping[str, LockedStep], runs: Runs) -> list[Result]:
    """Give what a lock says that steps made, with the runs that made just that."""
    known = runs.results(step.identity for step in steps.values())
    return [
        _result(name, step.identity, step.outputs, known.get(step.identity))
        for name, step in steps.items()
    ]


def older_results(
    folder: Path, steps: Mapping[str, LockedStep], runs: Runs, store: Store
) -> list[Result]:
    """Give what steps of a lock made in a project with other identities, where the store has it."""
    found: dict[str, Result] = {}
    seen = {step.identity for step in steps.values()}
    for run in runs.list(folder=folder, filter=_GOOD):
        if run.identity is None or run.identity in seen or run.step not in steps:
            continue
        seen.add(run.identity)
        if all(store.holds(content) for content in run.outputs.values()):
            found[run.identity] = _result(run.step, run.identity, run.outputs, run)
    return list(found.values())


def push_results(
    remote: Remote, results: Sequence[Result], manifests: Mapping[Content, bytes], jobs: int
) -> list[str]:
    """Put results under the tags of their identities; give the steps of which one was new.

    Args:
        remote: where to.
        results: what steps made.
        manifests: that of each output's content, which is on the remote already.
        jobs: how many requests may be under way at once.

    Raises:
        RemoteError: the remote fails or refuses.
    """
    sent: list[str] = []

    def send(result: Result) -> None:
        tag = step_tag(result.identity)
        there = remote.manifest(tag)
        if there is not None and _says_enough(there, result, remote.where):
            return
        of_paths = {path: manifests[content] for path, content in result.outputs.items()}
        remote.put_manifest(tag, result_index(result, of_paths))
        sent.append(result.step)

    in_parallel(send, results, jobs)
    return sorted(sent)


def fetch_results(
    remote: Remote,
    steps: Mapping[str, LockedStep],
    runs: Runs,
    project: tuple[str, Path],
    jobs: int,
) -> list[str]:
    """Take in the runs that made what a lock names, where none of them is known here.

    Args:
        remote: where from.
        steps: of the lock.
        runs: of this user.
        project: its name and its folder.
        jobs: how many requests may be under way at once.

    Returns:
        The steps of which a run is known by now.

    Raises:
        RemoteError: the remote fails, or tells of something else.
    """
    known = runs.results(step.identity for step in steps.values())
    taken: list[str] = []

    def take(step: str) -> None:
        locked = steps[step]
        data = remote.manifest(step_tag(locked.identity))
        if data is None:
            return
        result = read_result(data, locked.identity, remote.where)
        if result.run is None or result.outputs != locked.outputs:
            return
        if runs.take_in(taken_in(result.run, step, project, address_of(remote))):
            taken.append(step)

    in_parallel(take, [each for each in steps if steps[each].identity not in known], jobs)
    return sorted(taken)


def whole_steps(
    steps: Mapping[str, LockedStep], named: Collection[str], pushed: Collection[Content]
) -> dict[str, LockedStep]:
    """Give the steps whose every output was pushed; those without outputs only where named."""
    return {
        name: step
        for name, step in steps.items()
        if (step.outputs or name in named)
        and all(content in pushed for content in step.outputs.values())
    }


def _result(step: str, identity: str, outputs: Mapping[str, Content], run: Run | None) -> Result:
    is_of_it = run is not None and run.outputs == outputs
    return Result(identity, step, outputs, shared_run(run) if run and is_of_it else None)


def _says_enough(there: bytes, result: Result, where: str) -> bool:
    """Whether what stands on the remote says all that is known here; what is damaged does not."""
    try:
        found = read_result(there, result.identity, where)
    except RemoteError:
        return False
    if found.outputs != result.outputs or result.run is None:
        return found.outputs == result.outputs
    made_at = (found.run.ended_at or 0.0) if found.run is not None else -1.0
    return made_at >= (result.run.ended_at or 0.0)
