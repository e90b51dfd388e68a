"""Which paths of a project DVC tracks: found by its files, `.dvc` and `dvc.lock`."""

from __future__ import annotations

import os
import posixpath
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from modelcompose.errors import ProjectError
from modelcompose.pipeline.inputs import NEVER
from modelcompose.pipeline.lock_soundness import may_hold
from modelcompose.pipeline.paths import overlap
from modelcompose.store.content import Content
from modelcompose.store.failures import printable, translated
from modelcompose.store.file_state import is_settled
from modelcompose.store.states import FileStates
from modelcompose.versioning.dvc.formats import (
    DvcOut,
    PipelineStage,
    read_dvc_file,
    read_lock,
    read_pipeline,
)
from modelcompose.versioning.dvc.formats_config import is_url

FOLDER = ".dvc"
_SUFFIX = ".dvc"
_LOCK = "dvc.lock"
_PIPELINE = "dvc.yaml"
_SKIPPED = frozenset(
    {FOLDER, ".hg", ".venv", "venv", "node_modules", "__pycache__", ".tox", *NEVER}
)
_WILD = frozenset("*?[!\\")


class Tracked(msgspec.Struct, frozen=True):
    """A path that DVC tracks."""

    path: str
    """In the project."""
    out: DvcOut
    source: str
    """The file that says so."""

    @property
    def oid(self) -> str:
        """Give its md5; what has none is not tracked."""
        return self.out.oid or ""

    @property
    def content(self) -> Content:
        """Give what is known of it, under DVC's digest: `md5:<32 hex>`, to be shown alone."""
        out = self.out
        hexed = self.oid.partition(".")[0]
        return Content(
            "folder" if out.is_folder else "file",
            f"md5:{hexed}",
            out.size_bytes or 0,
            out.files or 1,
            executable=out.executable,
        )


class Found(msgspec.Struct, frozen=True):
    """All that DVC's files of a project say."""

    tracked: tuple[Tracked, ...]
    told: tuple[str, ...] = ()
    """What is left out, and why."""


def is_there(project: Path) -> bool:
    """Whether a project is DVC's, too; costs one look."""
    return os.path.isdir(project / FOLDER)  # noqa: PTH112 - asked by every command


def find(project: Path, states: FileStates, ours: Collection[str]) -> Found:
    """Find what DVC tracks in a project; its files are read only where they changed.

    Args:
        project: the project folder.
        states: remembers what was read.
        ours: paths that ml.lock and the Compose file know: what is there is not DVC's to say.

    Raises:
        ProjectError: a file of DVC's cannot be read, or names a path outside of the project.
        StoreError: a folder cannot be read.
    """
    with translated(project, "cannot be read"):
        files = sorted(dvc_files(str(project), ours))
        seen = {path: os.stat(project / path) for path in files}  # noqa: PTH116 - many
        facts = [(p, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for p, s in seen.items()]
        key = f"dvc 1 {msgspec.json.encode(facts).decode()}"
        known = states.get(key)
        if known is not None:
            found = msgspec.msgpack.decode(known, type=Found)
        else:
            texts = {path: (project / path).read_text("utf-8", "replace") for path in files}
            found = read_files(texts)
            now = time.time_ns()
            if all(is_settled(max(s.st_mtime_ns, s.st_ctime_ns), now) for s in seen.values()):
                states.set(key, msgspec.msgpack.encode(found))
    return without(found, ours)


def without(found: Found, ours: Collection[str]) -> Found:
    """Leave out what lies at or around our own paths."""
    tracked = tuple(
        item for item in found.tracked if not any(overlap(item.path, path) for path in ours)
    )
    return Found(tracked, found.told)


def read_files(texts: Mapping[str, str]) -> Found:
    """Read DVC's files, by their paths in the project.

    Raises:
        ProjectError: one cannot be read, or names a path outside of the project.
    """
    tracked: dict[str, Tracked] = {}
    told: list[str] = []
    for source, out in _named(texts, told):
        why = _not_ours_to_read(out)
        if why is not None:
            told.append(f"{source}: {printable(out.path)} {why}")
        elif out.oid is not None and out.is_cached:
            tracked.setdefault(out.path, Tracked(out.path, out, source))
    return Found(tuple(tracked[path] for path in sorted(tracked)), tuple(told))


def dvc_files(project: str, ours: Iterable[str]) -> Iterator[str]:
    """Give the paths of DVC's files in a project; folders that git ignores by name hold none."""
    skipped = {f"{project}/{path}" for path in ours}
    waiting = [(project, "")]
    while waiting:
        folder, prefix = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                items = list(scan)
        except (PermissionError, FileNotFoundError):
            continue  # such as a database's folder, which is its user's alone
        names = {item.name for item in items}
        if prefix and (FOLDER in names or "pyvenv.cfg" in names):
            continue  # a project of its own, or installed packages
        ignored = _ignored(f"{folder}/.gitignore") if ".gitignore" in names else frozenset()
        for item in items:
            name = item.name
            if item.is_dir(follow_symlinks=False):
                if name not in _SKIPPED and name not in ignored and item.path not in skipped:
                    waiting.append((item.path, f"{prefix}{name}/"))
            elif _is_named_as_dvcs(name) and item.is_file():  # no pipe, no link that leads nowhere
                yield prefix + name


def _is_named_as_dvcs(name: str) -> bool:
    return name in {_LOCK, _PIPELINE} or (name.endswith(_SUFFIX) and name != _SUFFIX)


def place(source: str, wdir: str, path: str) -> str:
    """Give the path in the project of what a DVC file names.

    Args:
        source: the file's path in the project.
        wdir: the working folder that it states.
        path: as it is written there.

    Raises:
        ProjectError: it lies outside of the project, or where nothing may be put.
    """
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(source), wdir, path))
    first = whole.partition("/")[0]
    is_absolute = path.startswith("/") or wdir.startswith("/")
    if is_absolute or first == ".." or whole == "." or "\0" in whole:
        raise ProjectError(
            f"{source}: names {printable(path)}, which is no path inside of the project; "
            "nothing of it is used",
            hint=f"see who wrote it: git log -- {source}",
        )
    if first == FOLDER or not may_hold(whole):
        raise ProjectError(f"{source}: names {printable(path)}, where no data can lie")
    return whole


def _named(texts: Mapping[str, str], told: list[str]) -> Iterator[tuple[str, DvcOut]]:
    """Give every output with its path in the project."""
    for source, text in texts.items():
        if source.endswith(_SUFFIX):
            file = read_dvc_file(text, source)
            for out in file.outs:
                if file.is_imported_from_repository and not _is_external(out):
                    told.append(
                        f"{source}: {printable(out.path)} is imported from another repository; "
                        f"`dvc pull {source}` brings it"
                    )
                elif _is_external(out):
                    yield source, out
                else:
                    yield (
                        source,
                        msgspec.structs.replace(out, path=place(source, file.wdir, out.path)),
                    )
        elif posixpath.basename(source) == _LOCK:
            yield from _locked(source, text, texts)


def _locked(source: str, text: str, texts: Mapping[str, str]) -> Iterator[tuple[str, DvcOut]]:
    pipeline = source.removesuffix(_LOCK) + _PIPELINE
    stages = read_pipeline(texts[pipeline], pipeline) if pipeline in texts else {}
    for name, locked in read_lock(text, source).items():
        stage = stages.get(name) or _made_by_template(stages.get(name.partition("@")[0]))
        if stage is None or "${" in stage.wdir:
            continue  # a stage that is no more, or whose folder only a template tells
        for out in locked.outs:
            if _is_external(out):
                yield source, out
                continue
            said = stage.said_of(out.path)
            yield (
                source,
                msgspec.structs.replace(
                    out,
                    path=place(source, stage.wdir, out.path),
                    is_cached=said.is_cached,
                    is_pushed=said.is_pushed,
                    remote=said.remote,
                ),
            )


def _made_by_template(stage: PipelineStage | None) -> PipelineStage | None:
    return stage if stage is not None and stage.is_template else None


def _is_external(out: DvcOut) -> bool:
    return is_url(out.path)


def _not_ours_to_read(out: DvcOut) -> str | None:
    if _is_external(out):
        return "lies outside of the project, and is left to DVC"
    if out.is_versioned_by_cloud:
        return "is versioned by its bucket alone; `dvc pull` brings it"
    return None


def _ignored(path: str) -> frozenset[str]:
    """Give the names that a `.gitignore` leaves out of its own folder, those without wildcards."""
    text = Path(path).read_text("utf-8", "replace")
    lines = (line.strip().strip("/") for line in text.splitlines())
    return frozenset(line for line in lines if line and line[0] != "#" and _WILD.isdisjoint(line))
