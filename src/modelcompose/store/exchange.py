"""Changing a project's outputs together: after a crash they are all old or all new.

What differs between the project and the staged outputs becomes a list of operations. The list is
written to a journal, made durable, and only then carried out; the journal goes last. Each
operation may be carried out twice, so after a crash `recover` carries out the whole list again.

Output folders are never renamed or made anew: their entries are swapped one by one, so that a
service that mounts a folder sees the new content. Files whose content is the same are not touched.
No symbolic link is ever followed, neither in the project nor among what was staged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from modelcompose.store.difference import (
    file_digests,
    list_items,
    missing_parents,
    plan_exchange,
    standing_folders,
)
from modelcompose.store.failures import translated
from modelcompose.store.intake import sync_files
from modelcompose.store.journal import read_journal, write_journal
from modelcompose.store.outputs import check_outputs, check_writable, settle_links
from modelcompose.store.room import check_room
from modelcompose.store.states import FileStates
from modelcompose.store.swapping import carry_out


def exchange(
    project: Path, staged: Path, outputs: Sequence[str], journal: Path, *, states: FileStates
) -> None:
    """Make each output of `project` equal to the one under `staged`, all of them or none.

    Staged files are moved. An output that is not staged is removed from the project.

    Args:
        project: the project folder.
        staged: the folder that mirrors it, on the same file system where speed counts.
        outputs: paths relative to both, files or folders, none inside another.
        journal: the file to write the plan to, `<a folder for journals>/<name>.json`.
        states: the file-state cache; learns what the project's files then hold.

    Raises:
        StorageFull: outputs that lie on another disk than `staged` find no room there: nothing
            was changed.
        StoreError: an output lies behind a symbolic link, or a folder cannot be written: nothing
            was changed. Or the system failed in the middle: `recover` finishes what was begun.
    """
    outputs = [str(PurePosixPath(output)) for output in outputs]
    check_outputs(project, outputs)
    settle_links(staged, outputs)
    after = list_items(staged, outputs, states)
    before = list_items(project, outputs, states)
    operations = plan_exchange(before, after)
    if not operations:
        return
    operations = [*missing_parents(project, outputs, after), *operations]
    moved = [path for kind, path in operations if kind == "move"]
    check_writable(project, standing_folders([path for _, path in operations], before, after))
    check_writable(staged, standing_folders(moved, after, after))
    digests = file_digests({path: after[path] for path in moved})
    with translated(project, "the outputs cannot be changed"):
        check_room(operations, project, staged)
        sync_files([staged / path for path in digests])
        write_journal(journal, project, staged, operations)
        carry_out(operations, project, staged)
        journal.unlink()
    states.remember_files({project / path: digest for path, digest in digests.items()})
    for output in outputs:
        states.forget(staged / output)


def recover(project: Path, journals: Path) -> list[str]:
    """Finish every exchange of which a journal is left in a folder; give the journals' names.

    A journal that was not complete belongs to an exchange that had changed nothing: it is
    dropped. The caller sees to it that no exchange is under way in the project.

    Raises:
        StoreError: the system failed; the journal stays.
    """
    if not journals.is_dir():
        return []
    done = []
    with translated(journals, "the outputs cannot be recovered"):
        for unfinished in journals.glob("*.json.new"):
            unfinished.unlink(missing_ok=True)
        for journal in sorted(journals.glob("*.json")):
            operations, staged = read_journal(journal, project)
            carry_out(operations, project, staged)
            journal.unlink()
            done.append(journal.stem)
    return done


__all__ = ["exchange", "plan_exchange", "recover", "settle_links"]
