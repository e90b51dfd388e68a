"""Results, stores and remotes for the tests of what comes from a remote."""

from __future__ import annotations

from pathlib import Path

from modelcompose.pipeline.from_remote.artifact import Result, result_index, shared_run, step_tag
from modelcompose.pipeline.identity import identity_of
from modelcompose.store.content import Content
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.run import Metric, Run

PARTS = {"image": {"interpreter": "3.11"}, "params": {"LR": "0.1"}}
IDENTITY = identity_of(PARTS)
RUN_ID = "ab" * 16


def kept(store: Store, folder: Path, text: str = "weights\n") -> Content:
    """Keep a folder with one file; give what it holds."""
    (folder / "model").mkdir(parents=True, exist_ok=True)
    (folder / "model" / "weights").write_text(text)
    with FileStates(folder / "states.db") as states:
        content, _ = store.add(folder / "model", states)
    return content


def made(content: Content) -> Run:
    """Give a run that made a model."""
    return Run(
        id=RUN_ID,
        project="flights",
        folder="/home/ana/flights",
        step="train",
        status="succeeded",
        engine="process",
        created_at=1.0,
        started_at=1.0,
        ended_at=3.0,
        identity=IDENTITY,
        parts=PARTS,
        command_line=("modelcompose", "run"),
        metrics={"auc": Metric(0.7, 0.7, 0.7), "loss": Metric(float("nan"), 0.0, 0.0)},
        outputs={"model": content},
    )


def pushed(remote: FolderRemote, store: Store, content: Content) -> Result:
    """Push a content, and the result that made it."""
    manifest = push(remote, store, content, Progress()).manifest
    result = Result(IDENTITY, "train", {"model": content}, shared_run(made(content)))
    remote.put_manifest(step_tag(IDENTITY), result_index(result, {"model": manifest}))
    return result
