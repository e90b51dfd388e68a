"""Content as tar streams: how what only an engine can reach is looked at, kept and given back.

Owners, and the permissions of folders, are no part of a listing, and a database whose folder is no
longer its own does not start. Where they are not root's and the usual ones, they stand in a file
of the listing's own, `OWNERS`: one line of JSON, each path with `user:group mode`.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import msgspec

from modelcompose.errors import ContentCorrupt, StoreError
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.copying import write_all
from modelcompose.store.digests import PREFIX, digest_bytes, digest_link, encode_tree
from modelcompose.store.failures import printable
from modelcompose.store.intake import Intake
from modelcompose.store.looking import tree_content
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.store import Store

if TYPE_CHECKING:
    import tarfile

OWNERS = ".modelcompose-owners"
"""The name of the file that tells owners."""
_FOLDER_MODE = 0o755
_FILE_MODE = 0o644
_PROGRAM_MODE = 0o755
_ROOT = "0:0"
_OWNER = re.compile(r"\d{1,10}:\d{1,10}( [0-7]{1,4})?")
_BLOCK_BYTES = 1 << 20


class Source(Protocol):
    """Something to read a stream from."""

    def read(self, size: int = -1, /) -> bytes:
        """Give as many bytes, or fewer at the end."""
        ...


class Parts:
    """A file to read from what comes in parts."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        """Give as many bytes, or fewer at the end."""
        found: list[bytes] = []
        wanted = size
        while wanted != 0:
            if not self._rest:
                self._rest = next(filter(None, self._parts), b"")
                if not self._rest:
                    break
            taken = self._rest if wanted < 0 else self._rest[:wanted]
            self._rest = self._rest[len(taken) :]
            found.append(taken)
            wanted -= len(taken) if wanted > 0 else 0
        return b"".join(found)


def look_at_tar(parts: Iterator[bytes]) -> tuple[Content, Tree]:
    """Read a tar stream through; give what the folder holds that all its names lie in.

    Raises:
        StoreError: it holds what no version can hold, or is cut.
    """
    tree = _Reading(None, None).read(parts)
    return tree_content(tree), tree


def keep_tar(store: Store, parts: Iterator[bytes]) -> tuple[Content, Tree]:
    """Read a tar stream through, and keep what it holds.

    Raises:
        StoreError: it holds what no version can hold, or is cut; nothing of it was named.
        StorageFull: the store's disk is full.
    """
    with store.intake() as intake:
        tree = _Reading(store, intake).read(parts)
        intake.add_bytes(encode_tree(tree))
        intake.commit()
    return tree_content(tree), tree


class _Reading:
    """Reads one stream."""

    def __init__(self, store: Store | None, intake: Intake | None) -> None:
        self._store = store
        self._intake = intake
        self._entries: dict[str, Entry] = {}
        self._folders: set[str] = set()
        self._owners: dict[str, str] = {}

    def read(self, parts: Iterator[bytes]) -> Tree:
        import tarfile

        ended: list[bool] = []
        try:
            with tarfile.open(
                fileobj=cast("Any", Parts(parts)),  # of a file it reads, and no more
                mode="r|",
                encoding="utf-8",
                errors="surrogateescape",
                tarinfo=_noticing_its_end(ended),
            ) as archive:
                for member in archive:
                    self._take(archive, member)
            if not ended:
                raise tarfile.ReadError("unexpected end of data")
        except tarfile.TarError as error:
            raise StoreError(
                f"what the engine gave of a volume cannot be read: {error}",
                hint="see that nothing writes to it meanwhile, and run this again",
            ) from error
        return self._tree()

    def _take(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = _below(member.name)
        if path == ".." or (path == "." and not member.isdir()):
            raise StoreError(f"{printable(path)}: lies outside of what is read")
        if path == OWNERS:
            raise StoreError(
                f"{OWNERS}: is a name that is kept for owners",
                hint="rename the file",
            )
        if member.isdir():
            self._take_folder(path, member)
        elif member.issym():
            self._entries[path] = Entry(
                path,
                digest_link(member.linkname),
                len(os.fsencode(member.linkname)),
                link=member.linkname,
            )
        elif member.islnk():
            self._entries[path] = self._linked(path, _below(member.linkname))
        elif member.isreg():
            self._take_file(path, archive, member)
        elif not member.isfifo():  # a pipe holds nothing
            raise StoreError(
                f"{printable(path)}: is a device, which no version can hold",
                hint="take it out of the volume",
            )

    def _take_folder(self, path: str, member: tarfile.TarInfo) -> None:
        mode = stat.S_IMODE(member.mode)
        owner = f"{member.uid}:{member.gid}"
        if owner != _ROOT or mode != _FOLDER_MODE:
            self._owners[path] = f"{owner} {mode:o}"
        if path != ".":
            self._folders.add(path)

    def _linked(self, path: str, target: str) -> Entry:
        if target not in self._entries:
            raise StoreError(f"{printable(path)}: is a hard link to what did not come before it")
        if target in self._owners:
            self._owners[path] = self._owners[target]
        return msgspec.structs.replace(self._entries[target], path=path)

    def _take_file(self, path: str, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        source = archive.extractfile(member)
        if source is None:
            raise StoreError(f"{printable(path)}: cannot be read out of a tar stream")
        digest = self._digested(source, member.size)
        mode = stat.S_IMODE(member.mode)
        self._entries[path] = Entry(
            path,
            digest,
            member.size,
            executable=bool(mode & stat.S_IXUSR),
            mode=None if mode in (_FILE_MODE, _PROGRAM_MODE) else mode,
        )
        if f"{member.uid}:{member.gid}" != _ROOT:
            self._owners[path] = f"{member.uid}:{member.gid}"

    def _digested(self, source: Source, size: int) -> str:
        if size < PACKED_BELOW_BYTES:
            data = source.read(size)
            digest = digest_bytes(data)
            if self._is_new(digest, size) and self._intake is not None:
                self._intake.add_small(digest, data)
            return digest
        return self._streamed(source, size)

    def _streamed(self, source: Source, size: int) -> str:
        hashed = hashlib.sha256()
        if self._intake is None:
            while block := source.read(_BLOCK_BYTES):
                hashed.update(block)
            return PREFIX + hashed.hexdigest()
        writing, target = self._intake.create_file()
        try:
            while block := source.read(_BLOCK_BYTES):
                hashed.update(block)
                write_all(writing, block)
        finally:
            os.close(writing)
        digest = PREFIX + hashed.hexdigest()
        if self._is_new(digest, size):
            self._intake.add_created(digest, target)
        else:
            target.unlink()
        return digest

    def _is_new(self, digest: str, size: int) -> bool:
        if self._intake is None or self._store is None or digest in self._intake:
            return False
        return bool(self._store.lacking([Entry("", digest, size)]))

    def _tree(self) -> Tree:
        if self._owners:
            data = _encoder.encode(
                {os.fsencode(p).decode("latin-1"): o for p, o in self._owners.items()}
            )
            digest = digest_bytes(data)
            if self._is_new(digest, len(data)) and self._intake is not None:
                self._intake.add_small(digest, data)
            self._entries[OWNERS] = Entry(OWNERS, digest, len(data))
        filled = {path.rpartition("/")[0] for path in (*self._entries, *self._folders)}
        empty = sorted(f"{path}/" for path in self._folders if path not in filled)
        return Tree(tuple(sorted(self._entries.values(), key=lambda e: e.path)), tuple(empty))


_encoder = msgspec.json.Encoder(order="deterministic")


def _noticing_its_end(ended: list[bool]) -> type[tarfile.TarInfo]:
    """Give members that tell when the mark at the end of a stream is met.

    `tarfile` takes a stream that breaks off between two members, or goes on with something else
    there, for one that has come to its end.
    """
    import tarfile

    class Member(tarfile.TarInfo):
        @classmethod
        def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
            try:
                return super().fromtarfile(archive)
            except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # typeshed lacks it
                ended.append(True)
                raise

    return Member


def _below(name: str) -> str:
    """Give a name without the folder that all names of a stream lie in."""
    parts = os.path.normpath(name).split("/")
    if parts[0] in ("", ".."):
        return ".."  # refused, as all that lies outside
    return "/".join(parts[1:]) or "."


def tar_of(
    store: Store, tree: Tree, top: str, wanted: frozenset[str] | None = None
) -> Iterator[bytes]:
    """Give the files and folders of a listing as a tar stream, owners as they were.

    Args:
        store: holds the files.
        tree: the listing.
        top: the folder that all names are to lie in; it takes the owner of the whole.
        wanted: the paths of files and links that are to come, their folders with them; None: all.

    Raises:
        ContentMissing: the store does not hold one.
        ContentCorrupt: one is damaged.
    """
    owners = owners_of(store, tree)
    entries = [e for e in tree.entries if e.path != OWNERS and (wanted is None or e.path in wanted)]
    yield from _folders_first(tree, owners, top)
    for entry in sorted(entries, key=lambda each: each.link is not None):
        yield _header(entry.path, owners, top, entry=entry)
        if entry.link is None:
            yield from _bytes_of(store, entry)
            yield bytes(-entry.size_bytes % 512)
    yield bytes(1024)


def owners_of(store: Store, tree: Tree) -> dict[str, str]:
    """Give the owners that a listing tells, and the permissions of folders, by path.

    Raises:
        ContentMissing: the store does not hold what tells.
        ContentCorrupt: it is damaged, or tells no owners.
    """
    told = next((entry for entry in tree.entries if entry.path == OWNERS), None)
    if told is None:
        return {}
    try:
        found = msgspec.json.decode(store.read(told.digest), type=dict[str, str])
        owners = {os.fsdecode(path.encode("latin-1")): owner for path, owner in found.items()}
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise ContentCorrupt(f"{OWNERS} of a volume cannot be read: {error}") from error
    wrong = next((owner for owner in owners.values() if not _OWNER.fullmatch(owner)), None)
    if wrong is not None:
        raise ContentCorrupt(f"{OWNERS} of a volume cannot be read: {wrong!r} is no owner")
    return owners


def folders_of_volume(tree: Tree) -> set[str]:
    """Give every folder that a listing implies, without slashes at their ends."""
    from modelcompose.store.placing import folders_of

    return {*folders_of(tree), *(folder.rstrip("/") for folder in tree.empty_folders)}


def _folders_first(tree: Tree, owners: dict[str, str], top: str) -> Iterator[bytes]:
    for path in (".", *sorted(folders_of_volume(tree))):
        yield _header(path, owners, top)


def _header(path: str, owners: dict[str, str], top: str, entry: Entry | None = None) -> bytes:
    import tarfile

    owner, _, mode = owners.get(path, _ROOT).partition(" ")
    user, _, group = owner.partition(":")
    info = tarfile.TarInfo(f"{top}/{path}" if path != "." else top)
    info.uid, info.gid = int(user), int(group)
    if entry is None:
        info.type, info.mode = tarfile.DIRTYPE, int(mode, 8) if mode else _FOLDER_MODE
    elif entry.link is not None:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, entry.link, 0o777
    else:
        info.size = entry.size_bytes
        usual = _PROGRAM_MODE if entry.executable else _FILE_MODE
        info.mode = usual if entry.mode is None else entry.mode
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _bytes_of(store: Store, entry: Entry) -> Iterator[bytes]:
    blob = store.blob_path(entry.digest)
    if entry.size_bytes < PACKED_BELOW_BYTES or not blob.exists():
        yield store.read(entry.digest)
        return
    store.verify(entry.digest)  # what was sent cannot be taken back
    with open(blob, "rb", buffering=0) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
