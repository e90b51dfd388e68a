"""What git tells about a folder, asked with few and harmless commands."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

_TIMEOUT_S = 60.0
_OF_ANOTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""Set while a git hook runs, and then wrong for any other folder."""

_FILES = ("ls-files", "--cached", "--others", "--exclude-standard", "-z")
_STATUS = ("status", "--porcelain=v2", "--branch", "-z", "--", ".")
_REMOTES = ("config", "-z", "--get-regexp", r"^remote\..*\.url$")


class GitState(Struct, frozen=True):
    """What git knows of a folder."""

    files: frozenset[str]
    """What it tracks or does not ignore, relative to the folder."""
    commit: str | None = None
    branch: str | None = None
    is_dirty: bool = False
    """Whether anything in the folder is not as in the commit."""
    remote: str | None = None
    """The URL of `origin`, else of the first remote, as it is configured."""


def git_state(folder: Path) -> GitState | None:
    """Ask git about a folder; None where it is in no repository, or git is not there."""
    answers = _ask(folder, _FILES, _STATUS, _REMOTES)
    if answers is None:
        return None
    files, status, remotes = answers
    if files is None or status is None:
        return None
    commit, branch, is_dirty = _head(status)
    return GitState(
        files=frozenset(filter(None, files.split("\0"))),
        commit=commit,
        branch=branch,
        is_dirty=is_dirty,
        remote=_remote(remotes or ""),
    )


def ask_git(folder: Path, *words: str) -> str | None:
    """Give what a git command prints; None where it fails, or git is not there."""
    answers = _ask(folder, words)
    return None if answers is None else answers[0]


def _ask(folder: Path, *questions: tuple[str, ...]) -> list[str | None] | None:
    """Give what each command prints, None for one that fails; all run at the same time."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        for question in questions:
            running.append(_started(folder, question))  # noqa: PERF401 - ended below, each
        return [_answer(process) for process in running]
    except (OSError, subprocess.TimeoutExpired):
        return None
    finally:
        for process in running:
            _end(process)


def _started(folder: Path, question: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["git", *question],
        cwd=folder,
        env=_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _answer(process: subprocess.Popen[bytes]) -> str | None:
    output, _ = process.communicate(timeout=_TIMEOUT_S)
    return os.fsdecode(output) if process.returncode == 0 else None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {n: value for n, value in variables.items() if n not in _OF_ANOTHER_REPOSITORY}
    # Looking must not take locks that the user's own git commands would wait for.
    return {**kept, "GIT_OPTIONAL_LOCKS": "0"}


def _head(status: str) -> tuple[str | None, str | None, bool]:
    lines = [line for line in status.split("\0") if line]
    heads = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))
    commit, branch = heads.get("branch.oid"), heads.get("branch.head")
    return (
        None if commit == "(initial)" else commit,
        None if branch == "(detached)" else branch,
        any(not line.startswith("# ") for line in lines),
    )


def _remote(remotes: str) -> str | None:
    urls = dict(entry.split("\n", 1) for entry in remotes.split("\0") if "\n" in entry)
    return urls.get("remote.origin.url") or next(iter(urls.values()), None)
