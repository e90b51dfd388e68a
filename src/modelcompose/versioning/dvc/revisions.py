"""DVC's files as a git revision has them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from modelcompose.pipeline.lock_of_revision import git
from modelcompose.versioning.dvc.tracking import Tracked, read_files
from modelcompose.versioning.history import FORMAT, Commit, Version

_NAMES = ("dvc.lock", "dvc.yaml")


def versions_of(project: Path, item: Tracked) -> list[Version]:
    """Give the versions of what DVC tracks that git knows, the newest first.

    One for each commit that changed it, by the file of DVC's that names it now.
    """
    text = git(project, "log", f"--format={FORMAT}", "--", item.source) or ""
    found: list[Version] = []
    for line in reversed(text.strip("\n").split("\n") if text else []):
        revision, at, author, subject = line.split("\x1f", 3)
        tracked = read_files(dvc_files_at(project, revision, item.source)).tracked
        content = next((each.content for each in tracked if each.path == item.path), None)
        if content != (found[-1].content if found else None):
            found.append(Version(Commit(revision, float(at), author, subject), content))
    return found[::-1]


def dvc_files_at(project: Path, revision: str, source: str | None = None) -> dict[str, str]:
    """Give the texts of DVC's files at a revision that git knows, by path in the project.

    Args:
        project: the project folder.
        revision: as git takes it.
        source: the one file that is wanted, with what belongs to it.
    """
    places = ["."] if source is None else [source, source.removesuffix(".lock") + ".yaml"]
    listed = git(project, "ls-tree", "-r", "-z", "--name-only", revision, "--", *places) or ""
    paths = [
        path
        for path in listed.split("\0")
        if path.endswith(".dvc") or path.rpartition("/")[2] in _NAMES
    ]
    if not paths:
        return {}
    asked = "".join(f"{revision}:./{path}\n" for path in paths if "\n" not in path)
    done = subprocess.run(
        ["git", "-C", str(project), "cat-file", "--batch"],
        input=os.fsencode(asked),
        capture_output=True,
        check=False,
    )
    texts: dict[str, str] = {}
    data, at = done.stdout, 0
    for path in (path for path in paths if "\n" not in path):
        head, _, _ = data[at:].partition(b"\n")
        at += len(head) + 1
        words = head.split()
        if len(words) == 3 and words[1] == b"blob":  # noqa: PLR2004 - name, kind, size
            size = int(words[2])
            texts[path] = data[at : at + size].decode("utf-8", "replace")
            at += size + 1
    return texts
