"""The content store: blobs by their sha256, laid out as an OCI image layout.

    oci-layout            {"imageLayoutVersion":"1.0.0"}
    index.json            an image index; without manifests until something is pushed
    blobs/sha256/<hex>    the bytes of files, and the listings of folders; read-only
    ingest/               what writers have on the way
    corrupt/              blobs that were found damaged, set aside

A folder is a listing (see `digests`) and a blob for each file; symbolic links stand in the listing
alone. Nothing outside the store ever shares an inode with a blob: reflink, else copy.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import PREFIX, decode_tree, digest_bytes, digest_file, encode_tree
from modelcompose.store.failures import printable, translated
from modelcompose.store.intake import Intake, changed
from modelcompose.store.placing import place_file, place_tree, remove
from modelcompose.store.states import FileStates, Skip

_LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
_INDEX = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
_HEX_LENGTH = 64


class Store:
    """Content by digest, in one folder.

    One object serves many threads and one folder many processes. Nothing is made before the first
    write. Writes are atomic: a blob is there whole or not at all.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._blobs = root / "blobs" / "sha256"

    def put(
        self, path: Path, content: Content, states: FileStates, *, skip: Skip | None = None
    ) -> None:
        """Keep the file or folder at `path`, whose `content` was just looked at.

        Args:
            path: where it lies.
            content: what `states.look` gave for it.
            states: the cache that the look used.
            skip: what the look left out.

        Raises:
            StoreError: it changed since, or cannot be read.
            StorageFull: the store's disk is full; nothing of it was kept.
        """
        if self.holds(content):
            return
        if content.kind == "folder":
            self._put_folder(path, content, states, skip)
            return
        with translated(self.root, f"{printable(path)} cannot be kept"), self._intake() as intake:
            intake.add_file(path, content.digest, states)
            intake.commit()

    def put_bytes(self, data: bytes) -> str:
        """Keep bytes as a blob; give its digest.

        Raises:
            StorageFull: the store's disk is full.
        """
        digest = digest_bytes(data)
        if not self._has(digest, len(data)):
            with translated(self.root, "cannot be written"), self._intake() as intake:
                intake.add_bytes(data)
                intake.commit()
        return digest

    def put_tree(self, tree: Tree) -> str:
        """Keep a listing, without the files it names; give its digest, which is the folder's."""
        return self.put_bytes(encode_tree(tree))

    def read(self, digest: str) -> bytes:
        """Give a blob's bytes, verified.

        Raises:
            ContentMissing: the store has no such blob.
            ContentCorrupt: it is damaged; it has been set aside.
        """
        path = self.blob_path(digest)
        with translated(path, "cannot be read"):
            try:
                data = path.read_bytes()
            except FileNotFoundError as error:
                raise missing(self.root, digest) from error
            if digest_bytes(data) != digest:
                raise self._set_aside(digest)
            return data

    def verify(self, digest: str) -> None:
        """Read a blob through, however large; errors as for `read`."""
        path = self.blob_path(digest)
        with translated(path, "cannot be read"):
            try:
                found = digest_file(path)
            except FileNotFoundError as error:
                raise missing(self.root, digest) from error
            if found != digest:
                raise self._set_aside(digest)

    def tree(self, digest: str) -> Tree:
        """Give a folder's listing; errors as for `read`."""
        return decode_tree(self.read(digest))

    def holds(self, content: Content) -> bool:
        """Whether `place` would find everything: the blob, or the listing and all it names.

        Sizes are compared, bytes are not read.
        """
        if content.kind != "folder":
            return self._has(content.digest, content.size_bytes)
        try:
            tree = self.tree(content.digest)
        except (ContentMissing, ContentCorrupt):
            return False
        return all(
            entry.link is not None or self._has(entry.digest, entry.size_bytes)
            for entry in tree.entries
        )

    def place(self, content: Content, target: Path, states: FileStates | None = None) -> None:
        """Make `target`, which must not exist, hold `content`.

        Parent folders are made. Files get the mode 0666, or 0777 where executable, less the
        umask. Symbolic links are made as they were, and never written through. Copied bytes are
        verified; where the file system shares blocks instead, they are read only when the blob's
        time tells that somebody wrote to it.

        Args:
            content: what to place.
            target: where; nothing may be there, not even a link.
            states: told the digests of what was written, where given.

        Raises:
            ContentMissing: the store does not hold all of it.
            ContentCorrupt: a blob is damaged; it has been set aside, and `holds` now says so.
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
                self._place_blob(entry, target)
                if states is not None:
                    states.remember(target, content.digest)

    def blob_path(self, digest: str) -> Path:
        """Give where a blob lies, or would.

        Raises:
            ContentMissing: `digest` is none of ours.
        """
        name = digest.removeprefix(PREFIX)
        if len(name) != _HEX_LENGTH or name == digest or not set(name) <= set("0123456789abcdef"):
            raise ContentMissing(
                f"{self.root}: {digest!r} is no digest of the form sha256:<64 hex>"
            )
        return self._blobs / name

    def _has(self, digest: str, size_bytes: int) -> bool:
        try:
            return os.stat(self.blob_path(digest)).st_size == size_bytes
        except OSError:
            return False

    def _intake(self) -> Intake:
        ingest = self.root / "ingest"
        if not ingest.exists():
            self._make(ingest)
        return Intake(ingest, self._blobs)

    def _make(self, ingest: Path) -> None:
        self._blobs.mkdir(parents=True, exist_ok=True)
        for name, data in (("index.json", _INDEX), ("oci-layout", _LAYOUT)):
            path = self.root / name
            if not path.exists():
                new = path.with_name(f".{name}.{os.urandom(8).hex()}")
                new.write_bytes(data)
                os.replace(new, path)
        ingest.mkdir(exist_ok=True)  # comes last: where it is, all is

    def _put_folder(
        self, path: Path, content: Content, states: FileStates, skip: Skip | None
    ) -> None:
        listing = states.tree(path, skip=skip)
        data = encode_tree(listing)
        if digest_bytes(data) != content.digest:
            raise changed(path)
        with translated(self.root, f"{printable(path)} cannot be kept"), self._intake() as intake:
            for entry in listing.entries:
                if entry.link is None and not self._has(entry.digest, entry.size_bytes):
                    intake.add_file(path / entry.path, entry.digest, states)
            intake.add_bytes(data)  # named last: a listing that is there has its files
            intake.commit()

    def _place_folder(self, content: Content, target: Path, states: FileStates | None) -> None:
        tree = self.tree(content.digest)
        os.mkdir(target)
        try:
            place_tree(tree, target, self._place_blob)
        except BaseException:
            remove(target)
            raise
        if states is not None:
            files = [entry for entry in tree.entries if entry.link is None]
            states.remember_files({target / entry.path: entry.digest for entry in files})

    def _place_blob(self, entry: Entry, target: Path) -> None:
        blob = self.blob_path(entry.digest)
        try:
            is_whole = place_file(blob, entry, target)
        except FileNotFoundError as error:
            if blob.exists():
                raise
            raise missing(self.root, entry.digest) from error
        if not is_whole:
            raise self._set_aside(entry.digest)

    def _set_aside(self, digest: str) -> ContentCorrupt:
        blob = self.blob_path(digest)
        aside = self.root / "corrupt"
        with suppress(OSError):  # somebody else did, or the store may not be written
            aside.mkdir(exist_ok=True)
            os.replace(blob, aside / blob.name)
        return ContentCorrupt(
            f"{blob}: the bytes are not those of {digest}",
            hint=f"run this again: damaged content is set aside in {aside}, and made anew",
        )


def missing(root: Path, digest: str) -> ContentMissing:
    """Give the error for a blob that is not in the store at `root`."""
    return ContentMissing(
        f"{root}: holds no content {digest}",
        hint="`modelcompose pull` fetches it where it was pushed; `modelcompose run --force`"
        " makes it anew",
    )
