"""The content store: blobs by their sha256, laid out as an OCI image layout.

    oci-layout            {"imageLayoutVersion":"1.0.0"}
    index.json            an image index; without manifests until something is pushed
    blobs/sha256/<hex>    the bytes of files, the listings of folders, and packs; read-only
    packs/<hex>           the index of each pack: which small files it holds, see `packs`
    ingest/               what writers have on the way
    corrupt/              blobs that were found damaged, set aside
    views/                contents as files and folders, read-only, to be mounted: see `views`
    trash/                blobs that `gc` took away, until their time is up

A folder is a listing (see `digests`) and an object for each file: a blob of its own, or a part of
a pack; symbolic links stand in the listing alone. Nothing outside the store shares an inode with
a blob, unless the user says `link: hardlink`: reflink, else copy.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import PREFIX, decode_tree, digest_bytes, digest_file, encode_tree
from modelcompose.store.failures import missing, printable, translated
from modelcompose.store.file_state import state_of
from modelcompose.store.giving import Giver
from modelcompose.store.holdings import Holdings
from modelcompose.store.intake import Intake, changed
from modelcompose.store.keeping import Keeper
from modelcompose.store.linking import Link
from modelcompose.store.packed import Packed, Packs
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.placing import place_tree, remove
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.salvage import salvage
from modelcompose.store.states import FileStates, Skip
from modelcompose.store.trash import Trash

_LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
_INDEX = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'


class Store:
    """Content by digest, in one folder.

    One object serves many threads and one folder many processes. Nothing is made before the first
    write. Writes are atomic: a blob is there whole or not at all.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._blobs = root / "blobs" / "sha256"
        self.packs = Packs(root)
        self.trash = Trash(root)
        self._holdings = Holdings(root, self.packs, self.trash)
        self.progress: Progress | None = None
        """Told of files that are placed, where somebody wants to see it."""

    def add(
        self,
        path: Path,
        states: FileStates,
        progress: Progress | None = None,
        like: Tree | None = None,
    ) -> tuple[Content, Tree | None]:
        """Look at a version of data and keep it, reading each file once.

        Args:
            path: a file or a folder; unusual permissions inside a folder count.
            states: the cache of the project.
            progress: told of what must be read, and of what was.
            like: the version before; see `FileStates.read_tree`.

        Returns:
            What it holds, with the listing of a folder.

        Raises:
            StoreError: it cannot be read, or changed meanwhile; nothing is there.
            StorageFull: the store's disk is full.
        """
        if not path.is_dir():
            return self._add_file(path, states, progress), None
        with translated(self.root, f"{printable(path)} cannot be kept"), self.intake() as intake:
            keeper = Keeper(intake, self._holdings.stays, progress)
            expect = progress.expect if progress is not None and progress.is_shown else None
            tree, content = states.read_tree(
                path, modes=True, read=keeper.read, expect=expect, like=like
            )
            others = (entry for entry in tree.entries if entry.digest not in intake)
            self._take(path, self._holdings.lacking(others, stays=True), intake, states)
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
        if self._stays(content):
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
        if not self._holdings.stays(digest, len(data)):
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
                if packed is None and self._holdings.recalled(digest):
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
        return self._holds(content, stays=False)

    def has(self, digest: str) -> bool:
        """Whether an object is there, whatever its size."""
        path = self._holdings.blob(digest)
        return self.packs.find(digest[len(PREFIX) :]) is not None or os.path.exists(path)

    def lacking(self, entries: Iterable[Entry]) -> list[Entry]:
        """Give the files of a listing that the store does not hold, each content once."""
        return self._holdings.lacking(entries)

    def place(
        self,
        content: Content,
        target: Path,
        states: FileStates | None = None,
        *,
        link: Link | None = None,
    ) -> None:
        """Make `target`, which must not exist, hold `content`.

        Parent folders are made. Files get the mode 0666, or 0777 where executable, less the
        umask, or the unusual one that a version of data has. Symbolic links are made as they
        were, and never written through. Copied bytes are verified; where the file system shares
        blocks instead, they are read only when the blob's time tells that somebody wrote to it.

        Args:
            content: what to place.
            target: where; nothing may be there, not even a link.
            states: told the digests of what was written, where given.
            link: how blobs become files, where the user said.

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
                self._place_folder(content, target, states, link)
            else:
                entry = Entry("", content.digest, content.size_bytes, content.executable)
                with self.giver([entry], link) as giver:
                    giver.place(entry, str(target))
                if states is not None:
                    states.remember(target, content.digest)

    def giver(self, entries: Iterable[Entry], link: Link | None = None) -> Giver:
        """Give what places these files, to be used as a context manager."""
        entries = list(entries)
        if self.progress is not None:
            self.progress.expect(len(entries), sum(entry.size_bytes for entry in entries))
        return Giver(
            self.packs,
            self._holdings.places(entries),
            self.blob_path,
            missing=self._missing,
            set_aside=self._set_aside,
            link=link,
            progress=self.progress,
        )

    def blob_path(self, digest: str) -> Path:
        """Give where a blob lies, or would.

        Raises:
            ContentMissing: `digest` is none of ours.
        """
        return Path(self._holdings.blob(digest))

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

    def _stays(self, content: Content) -> bool:
        """Do as `holds`; what is there stays until it can be named."""
        return self._holds(content, stays=True)

    def _holds(self, content: Content, *, stays: bool) -> bool:
        has = self._holdings.stays if stays else self._holdings.has
        if content.kind != "folder":
            return has(content.digest, content.size_bytes)
        try:
            tree = self.tree(content.digest)
        except (ContentMissing, ContentCorrupt):
            return False
        is_listed = not stays or has(content.digest, len(encode_tree(tree)))
        return is_listed and not self._holdings.lacking(tree.entries, stays=stays)

    def _make(self, ingest: Path) -> None:
        self._blobs.mkdir(parents=True, exist_ok=True)
        for name, data in (("index.json", _INDEX), ("oci-layout", _LAYOUT)):
            path = self.root / name
            if not path.exists():
                new = path.with_name(f".{name}.{os.urandom(8).hex()}")
                new.write_bytes(data)
                os.replace(new, path)
        ingest.mkdir(exist_ok=True)  # comes last: where it is, all is

    def _add_file(self, path: Path, states: FileStates, progress: Progress | None) -> Content:
        content = states.known(path)
        if content is not None and self._stays(content):
            return content
        with translated(self.root, f"{printable(path)} cannot be kept"), self.intake() as intake:
            if progress is not None:
                progress.expect(1, path.stat().st_size)
            digest, state = Keeper(intake, self._holdings.stays, progress).read(str(path))
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
            lacking = self._holdings.lacking(listing.entries, stays=True)
            self._take(path, lacking, intake, states, is_packed=is_packed)
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

    def _place_folder(
        self, content: Content, target: Path, states: FileStates | None, link: Link | None
    ) -> None:
        tree = self.tree(content.digest)
        os.mkdir(target)
        try:
            with self.giver(tree.entries, link) as giver:
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
