"""The content store: blobs by their sha256, laid out as an OCI image layout.

    oci-layout            {"imageLayoutVersion":"1.0.0"}
    index.json            an image index; without manifests until something is pushed
    blobs/sha256/<hex>    the bytes of files, the listings of folders, and packs; read-only
    packs/<hex>           the index of each pack: which small files it holds, see `packs`
    ingest/               what writers have on the way
    corrupt/              blobs that were found damaged, set aside
    trash/                blobs that `gc` took away, until their time is up

A folder is a listing (see `digests`) and an object for each file: a blob of its own, or a part of
a pack; symbolic links stand in the listing alone. Nothing outside the store ever shares an inode
with a blob: reflink, else copy.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import PREFIX, decode_tree, digest_bytes, digest_file, encode_tree
from modelcompose.store.failures import printable, translated
from modelcompose.store.giving import Giver
from modelcompose.store.intake import Intake, changed
from modelcompose.store.keeping import Keeper
from modelcompose.store.packed import Packed, Packs
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.placing import place_tree, remove
from modelcompose.store.salvage import salvage
from modelcompose.store.states import FileStates, Skip, state_of
from modelcompose.store.trash import Trash

_LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
_INDEX = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
_HEX_LENGTH = 64
_DIGEST = re.compile(rf"{PREFIX}[0-9a-f]{{{_HEX_LENGTH}}}")


class Store:
    """Content by digest, in one folder.

    One object serves many threads and one folder many processes. Nothing is made before the first
    write. Writes are atomic: a blob is there whole or not at all.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._blobs = root / "blobs" / "sha256"
        self._folder = str(self._blobs)
        self.packs = Packs(root)
        self.trash = Trash(root)

    def add(self, path: Path, states: FileStates) -> tuple[Content, Tree | None]:
        """Look at a version of data and keep it, reading each file once.

        Args:
            path: a file or a folder; unusual permissions inside a folder count.
            states: the cache of the project.

        Returns:
            What it holds, with the listing of a folder.

        Raises:
            StoreError: it cannot be read, or changed meanwhile; nothing is there.
            StorageFull: the store's disk is full.
        """
        if not path.is_dir():
            return self._add_file(path, states), None
        with translated(self.root, f"{printable(path)} cannot be kept"), self.intake() as intake:
            keeper = Keeper(intake, self._has)
            tree, content = states.read_tree(path, modes=True, read=keeper.read)
            others = (entry for entry in tree.entries if entry.digest not in intake)
            self._take(path, self.lacking(others), intake, states)
            intake.add_bytes(encode_tree(tree))  # named last: a listing that is there has its files
            intake.commit()
        return content, tree

    def put(
        self,
        path: Path,
        content: Content,
        states: FileStates,
        *,
        skip: Skip | None = None,
        is_packed: bool = True,
    ) -> None:
        """Keep the file or folder at `path`, whose `content` was just looked at.

        Args:
            path: where it lies.
            content: what `states.look` gave for it.
            states: the cache that the look used.
            skip: what the look left out.
            is_packed: whether small files may go into packs, where they are no files any more.

        Raises:
            StoreError: it changed since, or cannot be read.
            StorageFull: the store's disk is full; nothing of it was kept.
        """
        if self.holds(content):
            return
        if content.kind == "folder":
            self._put_folder(path, content, states, skip, is_packed=is_packed)
            return
        with translated(self.root, f"{printable(path)} cannot be kept"), self.intake() as intake:
            intake.add_file(path, content.digest, states)
            intake.commit()

    def put_bytes(self, data: bytes) -> str:
        """Keep bytes as a blob; give its digest.

        Raises:
            StorageFull: the store's disk is full.
        """
        digest = digest_bytes(data)
        if not self._has(digest, len(data)):
            with translated(self.root, "cannot be written"), self.intake() as intake:
                intake.add_bytes(data)
                intake.commit()
        return digest

    def put_tree(self, tree: Tree) -> str:
        """Keep a listing, without the files it names; give its digest, which is the folder's."""
        return self.put_bytes(encode_tree(tree))

    def read(self, digest: str) -> bytes:
        """Give an object's bytes, verified.

        Raises:
            ContentMissing: the store has no such object.
            ContentCorrupt: it is damaged; it has been set aside.
        """
        path = self.blob_path(digest)
        with translated(path, "cannot be read"):
            try:
                data = path.read_bytes()
            except FileNotFoundError as error:
                packed = self.packs.find(path.name)
                if packed is None and self._recalled(digest):
                    return self.read(digest)
                if packed is None:
                    raise missing(self.root, digest) from error
                try:
                    data = self.packs.read(packed)
                except FileNotFoundError:
                    raise self._missing(digest) from None
            if digest_bytes(data) != digest:
                raise self._set_aside(digest)
            return data

    def verify(self, digest: str) -> None:
        """Read an object through, however large; errors as for `read`."""
        path = self.blob_path(digest)
        if not path.exists():
            self.read(digest)
            return
        with translated(path, "cannot be read"):
            if digest_file(path) != digest:
                raise self._set_aside(digest)

    def tree(self, digest: str) -> Tree:
        """Give a folder's listing; errors as for `read`."""
        return decode_tree(self.read(digest))

    def holds(self, content: Content) -> bool:
        """Whether `place` would find everything: the object, or the listing and all it names.

        Sizes are compared, bytes are not read.
        """
        if content.kind != "folder":
            return self._has(content.digest, content.size_bytes)
        try:
            tree = self.tree(content.digest)
        except (ContentMissing, ContentCorrupt):
            return False
        return not self.lacking(tree.entries)

    def has(self, digest: str) -> bool:
        """Whether an object is there, whatever its size."""
        path = self._blob(digest)
        return self.packs.find(digest[len(PREFIX) :]) is not None or os.path.exists(path)

    def lacking(self, entries: Iterable[Entry]) -> list[Entry]:
        """Give the files of a listing that the store does not hold, each content once."""
        files = {entry.digest: entry for entry in entries if entry.link is None}
        packed = self.packs.find_many(digest[len(PREFIX) :] for digest in files)
        lacking = [
            entry
            for digest, entry in files.items()
            if digest[len(PREFIX) :] not in packed and not self._has_blob(digest, entry.size_bytes)
        ]
        recalled = [entry for entry in lacking if self._recalled(entry.digest)]
        return self.lacking(lacking) if recalled else lacking

    def place(self, content: Content, target: Path, states: FileStates | None = None) -> None:
        """Make `target`, which must not exist, hold `content`.

        Parent folders are made. Files get the mode 0666, or 0777 where executable, less the
        umask, or the unusual one that a version of data has. Symbolic links are made as they
        were, and never written through. Copied bytes are verified; where the file system shares
        blocks instead, they are read only when the blob's time tells that somebody wrote to it.

        Args:
            content: what to place.
            target: where; nothing may be there, not even a link.
            states: told the digests of what was written, where given.

        Raises:
            ContentMissing: the store does not hold all of it.
            ContentCorrupt: an object is damaged; it has been set aside, and `holds` now says so.
            StorageFull: the disk is full.
            StoreError: something is at `target`, or it cannot be written. In every case what was
                begun is removed.
        """
        with translated(target, "cannot be written"):
            target.parent.mkdir(parents=True, exist_ok=True)
            if content.kind == "folder":
                self._place_folder(content, target, states)
            else:
                entry = Entry("", content.digest, content.size_bytes, content.executable)
                with self.giver([entry]) as giver:
                    giver.place(entry, str(target))
                if states is not None:
                    states.remember(target, content.digest)

    def giver(self, entries: Iterable[Entry]) -> Giver:
        """Give what places these files, to be used as a context manager."""
        wanted = [entry.digest[len(PREFIX) :] for entry in entries if entry.link is None]
        return Giver(
            self.packs,
            self.packs.find_many(wanted),
            self.blob_path,
            missing=self._missing,
            set_aside=self._set_aside,
        )

    def blob_path(self, digest: str) -> Path:
        """Give where a blob lies, or would.

        Raises:
            ContentMissing: `digest` is none of ours.
        """
        return Path(self._blob(digest))

    def _blob(self, digest: str) -> str:
        """Do as `blob_path`; a path is much slower to make than text, and many are asked for."""
        if _DIGEST.fullmatch(digest) is None:
            raise ContentMissing(
                f"{self.root}: {digest!r} is no digest of the form sha256:<64 hex>"
            )
        return f"{self._folder}/{digest[len(PREFIX) :]}"

    def packed(self, digest: str) -> Packed | None:
        """Give where an object lies in a pack; None where it stands alone, or is not there."""
        path = self.blob_path(digest)
        return None if path.exists() else self.packs.find(path.name)

    def intake(self) -> Intake:
        """Give a way in, to be used as a context manager; the store is made where it is not."""
        ingest = self.root / "ingest"
        packs = self.root / "packs"
        if not ingest.exists():
            self._make(ingest)
        packs.mkdir(exist_ok=True)
        return Intake(ingest, self._blobs, packs)

    def _has(self, digest: str, size_bytes: int) -> bool:
        packed = self.packs.find(digest.removeprefix(PREFIX))
        if packed is not None and packed.size_bytes == size_bytes:
            return True
        if self._has_blob(digest, size_bytes):
            return True
        return self._recalled(digest) and self._has(digest, size_bytes)

    def _has_blob(self, digest: str, size_bytes: int) -> bool:
        try:
            return os.stat(self._blob(digest)).st_size == size_bytes
        except OSError:
            return False

    def _recalled(self, digest: str) -> bool:
        """Bring an object back from the trash: somebody needs it after all."""
        if not self.trash.recall(digest[len(PREFIX) :]):
            return False
        self.packs.forget()
        return True

    def _make(self, ingest: Path) -> None:
        self._blobs.mkdir(parents=True, exist_ok=True)
        for name, data in (("index.json", _INDEX), ("oci-layout", _LAYOUT)):
            path = self.root / name
            if not path.exists():
                new = path.with_name(f".{name}.{os.urandom(8).hex()}")
                new.write_bytes(data)
                os.replace(new, path)
        ingest.mkdir(exist_ok=True)  # comes last: where it is, all is

    def _add_file(self, path: Path, states: FileStates) -> Content:
        content = states.known(path)
        if content is not None and self.holds(content):
            return content
        with translated(self.root, f"{printable(path)} cannot be kept"), self.intake() as intake:
            digest, state = Keeper(intake, self._has).read(str(path))
            intake.commit()
        status = os.stat(path)
        if state is not None and state_of(status) != state:
            raise changed(path)
        states.remember(path, digest)
        executable = bool(status.st_mode & stat.S_IXUSR)
        return Content("file", digest, status.st_size, executable=executable)

    def _put_folder(
        self,
        path: Path,
        content: Content,
        states: FileStates,
        skip: Skip | None,
        *,
        is_packed: bool,
    ) -> None:
        listing = states.tree(path, skip=skip)
        data = encode_tree(listing)
        if digest_bytes(data) != content.digest:
            raise changed(path)
        with translated(self.root, f"{printable(path)} cannot be kept"), self.intake() as intake:
            self._take(path, self.lacking(listing.entries), intake, states, is_packed=is_packed)
            intake.add_bytes(data)  # named last: a listing that is there has its files
            intake.commit()

    def _take(
        self,
        path: Path,
        entries: Iterable[Entry],
        intake: Intake,
        states: FileStates,
        *,
        is_packed: bool = True,
    ) -> None:
        for entry in entries:
            source = path / entry.path
            if not is_packed or entry.size_bytes >= PACKED_BELOW_BYTES:
                intake.add_file(source, entry.digest, states)
                continue
            data = source.read_bytes()
            if digest_bytes(data) != entry.digest:
                raise changed(source)
            intake.add_small(entry.digest, data)

    def _place_folder(self, content: Content, target: Path, states: FileStates | None) -> None:
        tree = self.tree(content.digest)
        os.mkdir(target)
        try:
            with self.giver(tree.entries) as giver:
                place_tree(tree, target, giver.place)
        except BaseException:
            remove(target)
            raise
        if states is not None:
            states.adopt(target, tree)

    def _missing(self, digest: str) -> ContentMissing:
        """Give the error for what is not there; a pack that is lost no longer counts as held."""
        packed = self.packed(digest)
        if packed is not None and not (self._blobs / packed.pack).exists():
            with suppress(OSError):
                os.unlink(self.root / "packs" / packed.pack)
            self.packs.forget()
        return missing(self.root, digest)

    def _set_aside(self, digest: str) -> ContentCorrupt:
        blob = self.blob_path(digest)
        aside = self.root / "corrupt"
        packed = self.packed(digest)
        pack = packed.pack if packed is not None else blob.name
        with suppress(OSError):  # somebody else did, or the store may not be written
            aside.mkdir(exist_ok=True)
            if pack in self.packs.indexes():
                blob = self._blobs / pack
                salvage(self.root, self.packs, pack, self.intake())
            else:
                os.replace(blob, aside / blob.name)
        return ContentCorrupt(
            f"{blob}: the bytes are not those of {digest}",
            hint=f"run this again: damaged content is set aside in {aside}, and made anew",
        )


def missing(root: Path, digest: str) -> ContentMissing:
    """Give the error for an object that is not in the store at `root`."""
    return ContentMissing(
        f"{root}: holds no content {digest}",
        hint="`modelcompose pull` fetches it where it was pushed; `modelcompose run --force`"
        " makes it anew",
    )
