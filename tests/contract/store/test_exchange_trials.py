"""Any folder becomes any other, and a kill at any moment leaves one of the two."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.store.exchange import recover
from modelcompose.store.journal import write_journal
from modelcompose.store.swapping import carry_out
from tests.unit.store.folders import Node, folders, nodes, read
from tests.unit.store.scene import Scene


@settings(deadline=None)
@given(old=st.none() | nodes, new=nodes)
def test_any_output_becomes_any_other(
    tmp_path_factory: pytest.TempPathFactory, old: Node | None, new: Node
) -> None:
    if new == ("link", b"../b", False) or (isinstance(new, tuple) and new[0] == "link"):
        new = {b"link": new}  # an output that is itself a link has tests of its own
    scene = Scene(tmp_path_factory.mktemp("exchange"), old, new)

    scene.exchange()

    assert read(scene.out) == new
    assert recover(scene.project, scene.journals) == []


@settings(deadline=None, max_examples=60)
@given(old=folders, new=folders, moment=st.floats(0, 1))
def test_an_exchange_that_stopped_after_any_operation_is_finished(
    tmp_path_factory: pytest.TempPathFactory,
    old: dict[bytes, Node],
    new: dict[bytes, Node],
    moment: float,
) -> None:
    scene = Scene(tmp_path_factory.mktemp("exchange"), old, new)
    operations = scene.plan()
    done = operations[: round(moment * len(operations))]
    write_journal(scene.journals / "run.json", scene.project, scene.staged, operations)
    carry_out(done, scene.project, scene.staged)

    assert recover(scene.project, scene.journals) == ["run"]

    assert read(scene.out) == new
    assert recover(scene.project, scene.journals) == []


KILLED = """
import sys
from contextlib import suppress
from pathlib import Path
from modelcompose.store.exchange import exchange
from modelcompose.store.states import FileStates
project, staged = Path(sys.argv[1]), Path(sys.argv[2])
with FileStates(project / ".ml" / "cache" / "states.db") as states:
    states.tree(project / "out"), states.tree(staged / "out")
    print("ready", flush=True)
    exchange(project, staged, ["out"], project / ".ml" / "journals" / "run.json", states=states)
"""


@pytest.mark.parametrize("round_number", range(20))
def test_a_kill_at_any_moment_leaves_all_old_or_all_new(tmp_path: Path, round_number: int) -> None:
    old: Node = {b"%d" % n: ("file", b"old", False) for n in range(300)}
    new: Node = {b"%d" % n: ("file", b"new", False) for n in range(100, 400)}
    scene = Scene(tmp_path, old, new)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(scene.project), str(scene.staged)],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    with suppress(subprocess.TimeoutExpired):
        child.wait(random.uniform(0, 0.03))
    child.kill()
    child.wait(30)
    child.stdout.close()
    journal_was_left = (scene.journals / "run.json").exists()

    recovered = recover(scene.project, scene.journals)

    found = read(scene.out)
    assert recovered == (["run"] if journal_was_left else [])
    assert found == new if journal_was_left else found in (old, new)
