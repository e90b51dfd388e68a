"""What a step must see of mounts, and leave of what it writes: a part of the engines' kit."""

# ruff: noqa: D102 - a test's name states the rule

from __future__ import annotations

import os
from typing import ClassVar

import pytest

from modelcompose.engine.protocol import InputMount
from modelcompose.testing.engine_bench import Bench


class MountKit:
    """The tests; `EngineKit` has them, and gives the bench."""

    protects_inputs: ClassVar[bool] = True
    """Whether a step cannot write to its mounted inputs."""

    def test_inputs_appear_at_their_paths(self, bench: Bench) -> None:
        raw = bench.folder / "data" / "raw"
        raw.mkdir(parents=True)
        (raw / "a").write_text("in a folder")
        (bench.folder / "single").write_text("a file")
        mounts = [InputMount(raw, "data/raw"), InputMount(bench.folder / "single", "single")]
        script = "print(open('data/raw/a').read(), open('single').read())"

        assert bench.run(bench.job(script, mounts=mounts)).log.stdout == b"in a folder a file\n"

    def test_a_mounted_input_cannot_be_damaged(self, bench: Bench) -> None:
        if not self.protects_inputs:
            pytest.skip("this engine does not isolate")
        raw = bench.folder / "data"
        raw.mkdir()
        (raw / "a").write_text("precious")
        job = bench.job("open('data/a', 'w')", mounts=[InputMount(raw, "data")])

        assert bench.run(job).outcome.exit_code == 1
        assert (raw / "a").read_text() == "precious"

    def test_a_mount_for_writing_is_written_where_it_is(self, bench: Bench) -> None:
        kept = bench.folder / "kept $HOME"
        kept.mkdir()
        (kept / "before").write_text("from an earlier try")
        script = "open('made/deep/after', 'w').write(open('made/deep/before').read())"
        mount = InputMount(kept, "made/deep", read_only=False)

        assert bench.run(bench.job(script, mounts=[mount])).outcome.exit_code == 0
        assert (kept / "after").read_text() == "from an earlier try"

    def test_what_a_step_wrote_becomes_the_caller_s(self, bench: Bench) -> None:
        job = bench.job(
            "import os; os.makedirs('made/deep'); open('made/deep/file', 'w');"
            "os.symlink('nowhere', 'made/link')"
        )
        bench.run(job)

        bench.engine.own(job, [job.workspace / "made", job.workspace / "never-made"])

        made = [job.workspace / "made", *(job.workspace / "made").rglob("*")]
        assert {path.lstat().st_uid for path in made} == {os.geteuid()}
