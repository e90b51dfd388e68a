"""An artifact of a registry: one of ours, or one whose layers have titles, as of `oras push`.

    oci://HOST/NAME:TAG             also `@sha256:…` in place of the tag; without either, `latest`
    oci://HOST/NAME:TAG#PATH        one file or folder of it

One of ours is the file or folder that it was; any other is a folder of the files that its layers
are titled by, and what `oras` packed as a folder is unpacked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from modelcompose.errors import NotFound, RemoteError, UsageError
from modelcompose.store.content import Content
from modelcompose.store.digests import PREFIX, digest_bytes
from modelcompose.store.failures import translated
from modelcompose.store.parts import part_of
from modelcompose.store.placing import remove
from modelcompose.store.remotes.artifacts import ARTIFACT_TYPE, DIGEST, PATH, layers_of
from modelcompose.store.remotes.fetching import fetch, fetch_listing
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import INDEX_TYPE, Remote
from modelcompose.store.sources.bringing import bring_listed, held
from modelcompose.store.sources.opening import shown
from modelcompose.store.sources.packed_folders import is_packed_folder, unpack
from modelcompose.store.sources.protocol import Item, Listing, sorted_items
from modelcompose.store.store import Store

_REFERENCE = re.compile(r"(?P<name>[^:@]+(?::\d+)?/[^:@]+)(?:[:@](?P<tag>[\w.:-]+))?")
_TOLD = 20
"""How many names a message holds."""
_DIGEST = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")


class RegistrySource:
    """A `Source` at `oci://HOST/NAME:TAG`."""

    def __init__(self, remote: OciRemote, reference: str, inside: str) -> None:
        self._remote = remote
        self._reference = reference
        self._inside = inside

    @classmethod
    def at(cls, address: str) -> Self:
        """Open `oci://HOST/NAME:TAG#PATH`.

        Raises:
            UsageError: it is no such address.
        """
        plain, _, inside = address.removeprefix("oci://").partition("#")
        match = _REFERENCE.fullmatch(plain)
        if match is None:
            raise UsageError(
                f"{shown(address)}: expected oci://HOST/NAME:TAG",
                hint="such as: oci://localhost:5000/acme/flights:data.raw",
            )
        remote = OciRemote.at(match["name"])
        return cls(remote, match["tag"] or "latest", unquote(inside).strip("/"))

    @property
    def where(self) -> str:
        """Give the address."""
        mark = "@" if self._reference.startswith(PREFIX) else ":"
        inside = f"#{self._inside}" if self._inside else ""
        return f"{self._remote.where}{mark}{self._reference}{inside}"

    def look(self) -> str | None:
        """Give the digest of the content, for what we pushed, else that of the manifest."""
        return _mark(self._manifest()[0])

    def bring(self, target: Path, progress: Progress) -> str | None:
        """Download it."""
        manifest, inside = self._manifest()
        content = content_of(manifest)
        if content is None:
            return bring_listed(self, target, progress, finish=self._finish)
        with translated(target, "cannot be written"), held(target) as beside:
            store = Store(beside / "store")
            store.place(self._fetched(store, content, inside, progress), target)
            remove(beside)
        return _mark(manifest)

    def version(self, store: Store) -> tuple[Remote, Content] | None:
        """Give where to fetch it from as a content, for what we pushed; else None.

        Args:
            store: takes what lies at a path inside of what was pushed, which has no name there.

        Raises:
            NotFound: nothing is there.
            RemoteError: the registry cannot be reached, or refuses.
        """
        manifest, inside = self._manifest()
        content = content_of(manifest)
        if content is not None and inside:
            content = self._fetched(store, content, inside, Progress())
        return None if content is None else (self._remote, content)

    def close(self) -> None:
        """Close the connections."""
        self._remote.close()

    def listing(self) -> Listing:
        """Give the titled layers."""
        manifest, inside = self._manifest()
        items = sorted_items([i for i in _titled(manifest) if _rest(inside, i.path) is not None])
        if not items:
            raise self._nothing([item.path for item in _titled(manifest)])
        mark = _mark(manifest)
        if [item.path for item in items] == [inside]:
            return Listing(mark, (_moved(items[0], ""),), is_folder=False)
        skipped = len(inside) + 1 if inside else 0
        return Listing(mark, tuple(_moved(i, i.path[skipped:]) for i in items), is_folder=True)

    def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
        """Give the bytes from `start` on."""
        digest = item.mark.removeprefix("digest ")
        if _DIGEST.fullmatch(digest) is None:
            raise RemoteError(f"{self.where}: a layer's digest is {digest!r}, which is none")
        return self._remote.read(digest, start)

    def _fetched(self, store: Store, content: Content, inside: str, progress: Progress) -> Content:
        """Have in the store what we pushed, or what lies at a path inside of it; give that."""
        if not inside:
            fetch(self._remote, store, content, progress)
            return content
        if content.kind != "folder":
            raise NotFound(
                f"{self.where}: it is one file, which holds no {inside}",
                hint=f"leave that out: {self.where.removesuffix(inside).rstrip('/#')}",
            )
        tree = fetch_listing(self._remote, store, content)
        part = part_of(store, tree, inside)
        if part is None:
            paths = [*(entry.path for entry in tree.entries), *tree.empty_folders]
            raise self._nothing([path.partition("/")[0] for path in paths])
        fetch(self._remote, store, content, progress, inside)
        return part

    def _nothing(self, names: list[str]) -> NotFound:
        if self._inside and names:
            return NotFound(f"{self.where}: is not in it; it holds: {_told(names)}")
        return NotFound(
            f"{self.where}: holds no files: its layers have no titles, as those of an image",
            hint="data is pushed by `modelcompose push`, or by `oras push`",
        )

    def _finish(self, root: Path, listing: Listing) -> None:
        """Check every file by its digest, then unpack what was packed as a folder."""
        for item in listing.items:
            path = root / item.path if item.path else root
            unpack(self.where, path, item)

    def _manifest(self) -> tuple[bytes, str]:
        """Give the manifest that is meant, and the path that is meant inside of what it holds."""
        found, inside = self._checked(self._reference), self._inside
        while _document(found).get("mediaType") == INDEX_TYPE:
            entry, inside = self._entry(_document(found).get("manifests") or [], inside)
            digest = str(entry.get("digest"))
            if _DIGEST.fullmatch(digest) is None:
                raise RemoteError(f"{self.where}: a manifest's digest is {digest!r}, which is none")
            found = self._checked(digest)
        return found, inside

    def _entry(self, entries: list[dict[str, Any]], inside: str) -> tuple[dict[str, Any], str]:
        """Give the entry of an index that is meant, and the rest of the path."""
        named = {_path_of(entry): entry for entry in entries if _path_of(entry)}
        if not named and entries and all(e.get("artifactType") == ARTIFACT_TYPE for e in entries):
            return entries[0], inside  # the parts of one large content all say what it is
        if len(entries) == 1 and not (named and inside):
            return entries[0], inside
        around = [path for path in named if inside and _rest(path, inside) is not None]
        if around:
            outer = max(around, key=len)
            return named[outer], _rest(outer, inside) or ""
        if inside and named:
            raise self._nothing(list(named))
        raise NotFound(
            f"{self._remote.where}:{self._reference}: holds {len(entries)} artifacts"
            + (f": {_told(list(named))}" if named else ""),
            hint=f"name one of them: {self._remote.where}:{self._reference}#PATH",
        )

    def _checked(self, reference: str) -> bytes:
        found = self._remote.manifest(reference)
        if found is None:
            raise NotFound(
                f"{self._remote.where}: holds nothing tagged {reference}",
                hint="see what is there, as with: oras repo tags",
            )
        if reference.startswith(PREFIX) and digest_bytes(found) != reference:
            raise RemoteError(f"{self._remote.where}: gave something else for {reference}")
        return found


def content_of(manifest: bytes) -> Content | None:
    """Give the content that an artifact of ours holds; None for any other."""
    found = _document(manifest)
    if found.get("mediaType") == INDEX_TYPE:
        return None
    notes = found.get("annotations") or {}
    if found.get("artifactType") != ARTIFACT_TYPE:
        return None
    try:
        return Content(
            "folder" if notes["io.modelcompose.kind"] == "folder" else "file",
            str(notes[DIGEST]),
            int(notes["io.modelcompose.size"]),
            int(notes["io.modelcompose.files"]),
        )
    except (KeyError, ValueError) as error:
        raise RemoteError(f"a manifest on the remote is not one of ours: {error!r}") from error


def _rest(outer: str, path: str) -> str | None:
    """Give the rest of a path that is another or lies below it; None where it does not."""
    if not outer:
        return path
    return path[len(outer) + 1 :] if path == outer or path.startswith(f"{outer}/") else None


def _told(names: list[str]) -> str:
    known = sorted(set(names))
    rest = f" and {len(known) - _TOLD:,} more" if len(known) > _TOLD else ""
    return ", ".join(known[:_TOLD]) + rest


def _path_of(entry: dict[str, Any]) -> str:
    return str((entry.get("annotations") or {}).get(PATH) or "")


def _mark(manifest: bytes) -> str:
    content = content_of(manifest)
    return f"digest {digest_bytes(manifest) if content is None else content.digest}"


def _titled(manifest: bytes) -> Iterator[Item]:
    packed = {
        str(layer.get("digest"))
        for layer in _document(manifest).get("layers") or ()
        if is_packed_folder(layer)
    }
    for layer in layers_of(manifest):
        if layer.title is not None:
            path = layer.title.rstrip("/")
            name = path.rpartition("/")[2] if layer.digest in packed else ""
            yield Item(path, layer.size_bytes, f"digest {layer.digest}", key=name)


def _moved(item: Item, path: str) -> Item:
    return Item(path, item.size_bytes, item.mark, key=item.key)


def _document(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise RemoteError(f"a manifest on the remote is no JSON: {error}") from error
    return found if isinstance(found, dict) else {}
