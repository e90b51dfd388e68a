from __future__ import annotations

from pathlib import Path

from modelcompose.pipeline.from_remote.artifact import Result, read_result, shared_run, step_tag
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store
from modelcompose.versioning.step_results import push_results
from tests.unit.pipeline.from_remote.making import IDENTITY, kept, made


def test_a_result_that_is_damaged_on_the_remote_is_mended_by_a_push(tmp_path: Path) -> None:
    store, remote = Store(tmp_path / "store"), FolderRemote(tmp_path / "remote")
    content = kept(store, tmp_path / "project")
    manifests = {content: push(remote, store, content, Progress()).manifest}
    result = Result(IDENTITY, "train", {"model": content}, shared_run(made(content)))
    remote.put_manifest(step_tag(IDENTITY), b'{"annotations":{}}')

    assert push_results(remote, [result], manifests, 1) == ["train"]

    there = remote.manifest(step_tag(IDENTITY))
    assert there is not None
    assert read_result(there, IDENTITY, remote.where) == result
    assert push_results(remote, [result], manifests, 1) == []
