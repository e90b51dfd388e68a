"""What lies at a path, by DVC's digests: read once, for ours and for DVC's at the same time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import StoreError
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import digest_bytes
from modelcompose.store.states import FileStates
from modelcompose.versioning.dvc.formats import FOLDER_SUFFIX
from modelcompose.versioning.dvc.formats_manifest import (
    ManifestFile,
    encode_manifest,
    manifest_oid,
)
from modelcompose.versioning.dvc.hashes import Hashes, Known, of_files, of_folders
from modelcompose.versioning.dvc.hashing import Reader

IGNORE_FILE = ".dvcignore"


class Seen(Struct, frozen=True):
    """What lies at a path."""

    content: Content
    oid: str
    """Its md5, as DVC names it."""


class Listed(Struct, frozen=True):
    """A file of a folder that lies somewhere."""

    md5: str
    size_bytes: int | None


class Looking:
    """Looks at paths of one project."""

    def __init__(self, project: Path, states: FileStates, hashes: Hashes) -> None:
        self._project = project
        self._states = states
        self._hashes = hashes
        self._ignored = _Ignored(project)

    def look(self, path: str, *, is_legacy: bool) -> Seen | None:
        """Give what lies at a path; None where nothing does.

        Raises:
            StoreError: something there cannot be read.
        """
        target = self._project / path
        if target.is_dir():
            return self._folder(path, target, is_legacy=is_legacy)
        return self._file(target, is_legacy=is_legacy) if target.exists() else None

    def files(self, path: str, *, is_legacy: bool) -> dict[str, Listed]:
        """Give the files that lie in a folder, by their paths in it.

        Raises:
            StoreError: as for `look`.
        """
        reader = Reader(is_legacy=is_legacy)
        tree, _ = self._states.read_tree(self._project / path, modes=True, read=reader.read)
        return self._listed(path, tree, reader, is_legacy=is_legacy)

    def _file(self, target: Path, *, is_legacy: bool) -> Seen:
        reader = Reader(is_legacy=is_legacy)
        content = self._states.known(target)
        if content is None:
            try:
                digest, state = reader.read(str(target))
            except OSError:
                digest, state = self._states.digest(target), None  # which says what is wrong
            if state is not None:
                self._states.remember(target, digest)
            status = target.stat()
            content = Content(
                "file", digest, status.st_size, executable=bool(status.st_mode & 0o100)
            )
        known = Known(content.digest, content.size_bytes)
        (md5,) = self._md5s({known: str(target)}, reader, is_legacy=is_legacy).values()
        return Seen(content, md5)

    def _folder(self, path: str, target: Path, *, is_legacy: bool) -> Seen:
        kind = of_folders(is_legacy=is_legacy)
        content = self._states.unchanged(target)
        if content is not None:
            key = self._ignored.key(path, content.digest)
            known = self._hashes.hashes(kind, [key]).get(key)
            if known is not None:
                return Seen(content, known + FOLDER_SUFFIX)
        reader = Reader(is_legacy=is_legacy)
        tree, content = self._states.read_tree(target, modes=True, read=reader.read)
        listed = self._listed(path, tree, reader, is_legacy=is_legacy)
        oid = manifest_oid(
            encode_manifest(ManifestFile(file.md5, inner) for inner, file in listed.items())
        )
        if not any(entry.link is not None for entry in tree.entries):
            key = self._ignored.key(path, content.digest)
            self._hashes.keep(kind, {Known(key, content.size_bytes): oid.partition(".")[0]})
        return Seen(content, oid)

    def _listed(
        self, path: str, tree: Tree, reader: Reader, *, is_legacy: bool
    ) -> dict[str, Listed]:
        entries = {entry.path: entry for entry in tree.entries}
        entries = {inner: entries[inner] for inner in self._ignored.kept(path, entries)}
        knowns: dict[str, Known] = {}
        for inner, entry in entries.items():
            known = self._known(f"{self._project}/{path}/{inner}", entry)
            if known is not None:
                knowns[inner] = known
        places = {known: f"{self._project}/{path}/{inner}" for inner, known in knowns.items()}
        md5s = self._md5s(places, reader, is_legacy=is_legacy)
        return {
            inner: Listed(md5s[known], known.size_bytes) for inner, known in sorted(knowns.items())
        }

    def _known(self, place: str, entry: Entry) -> Known | None:
        """Give what an entry stands for; DVC's links lead into its cache, and count as files."""
        if entry.link is None:
            return Known(entry.digest, entry.size_bytes)
        target = Path(place)
        if not target.is_file():
            return None
        return Known(self._states.digest(target), target.stat().st_size)

    def _md5s(
        self, places: Mapping[Known, str], reader: Reader, *, is_legacy: bool
    ) -> dict[Known, str]:
        """Give the md5s of contents, each of which lies at a place."""
        kind = of_files(is_legacy=is_legacy)
        fresh = {Known(digest, size): md5 for digest, (md5, size) in reader.found.items()}
        lacking = [known for known in places if known not in fresh]
        kept = self._hashes.hashes(kind, [known.digest for known in lacking])
        found = {known: kept[known.digest] for known in lacking if known.digest in kept}
        for known in lacking:
            if known not in found:
                fresh[known] = _read_again(places[known], known, reader)
        self._hashes.keep(kind, fresh)
        found |= fresh
        return {known: found[known] for known in places}


def _read_again(place: str, known: Known, reader: Reader) -> str:
    try:
        digest, _ = reader.read(place)
    except OSError as error:
        raise StoreError(f"{place}: cannot be read: {os.strerror(error.errno or 0)}") from error
    if digest != known.digest:
        raise StoreError(
            f"{place}: changed while it was looked at",
            hint="run this again when nothing else writes there",
        )
    return reader.found[digest][0]


class _Ignored:
    """What `.dvcignore` leaves out of folders that DVC tracks."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._text: str | None = None

    @property
    def text(self) -> str:
        """Give the patterns; empty where there are none, as DVC writes the file."""
        if self._text is None:
            try:
                lines = (self._project / IGNORE_FILE).read_text("utf-8", "replace").splitlines()
            except OSError:
                lines = []
            self._text = "\n".join(
                line for line in lines if line.strip() and not line.startswith("#")
            )
        return self._text

    def key(self, path: str, digest: str) -> str:
        """Give what stands for a folder's content as DVC sees it at a path."""
        if not self.text:
            return digest
        return digest_bytes(os.fsencode(f"{digest}\0{path}\0{self.text}"))

    def kept(self, path: str, inner: Mapping[str, Entry]) -> list[str]:
        """Give the paths inside of a folder that DVC sees."""
        if not self.text:
            return list(inner)
        from pathspec import GitIgnoreSpec

        spec = GitIgnoreSpec.from_lines(self.text.splitlines())
        return [each for each in inner if not spec.match_file(f"{path}/{each}")]
