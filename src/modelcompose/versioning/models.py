"""Registered models on a remote: what this registry has goes there, what it lacks comes."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.project import Project
from modelcompose.database.database import Connection, Database
from modelcompose.errors import ContentCorrupt, ContentMissing, RemoteError
from modelcompose.registry.aliases import moves_of, set_alias
from modelcompose.registry.models import find_model, model_named
from modelcompose.registry.records import Model, Version
from modelcompose.registry.taken import take_version
from modelcompose.registry.versions import version_of, versions_of
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.remotes.artifacts import Layer
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote, in_memory
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store
from modelcompose.versioning.model_artifact import (
    Facts,
    Listed,
    Pointed,
    Shelf,
    read_facts,
    read_shelf,
    shelf_index,
    shelf_tag,
    version_manifest,
    version_tag,
)


class ModelMoved(Struct, frozen=True):
    """What became of one version of a model, or of an alias."""

    model: str
    version: int
    """Its number here."""
    text: str
    """In words."""
    is_new: bool = True
    """False where nothing was moved, and the user ought to know why."""


class ModelTransfer:
    """Moves the versions of a project's models, for one command."""

    def __init__(
        self, remote: Remote, store: Store, database: Database, progress: Progress
    ) -> None:
        """Take what it works with."""
        self._remote = remote
        self._store = store
        self._database = database
        self._progress = progress

    def push(self, names: Sequence[str], made: Collection[Content]) -> list[ModelMoved]:
        """Push the versions that aliases name, and those of what the lock says that steps made.

        Args:
            names: of the models.
            made: the outputs that the lock names.

        Raises:
            RemoteError: the remote fails or refuses.
        """
        return [told for name in names for told in self._push_model(name, made)]

    def pull(self, names: Sequence[str], made: Collection[Content]) -> list[ModelMoved]:
        """Register the versions of the remote that aliases name or that the lock's steps made.

        Their files come into the store. An alias that this registry has stays where it points.

        Raises:
            RemoteError: the remote fails or refuses.
        """
        return [told for name in names for told in self._pull_model(name, made)]

    def _push_model(self, name: str, made: Collection[Content]) -> list[ModelMoved]:
        with self._database.read() as connection:
            model = find_model(connection, name)
            versions = [] if model is None else versions_of(connection, model)
            pointed = {} if model is None else _pointed(connection, model)
        chosen = [v for v in versions if v.origin and (v.aliases or v.origin.content in made)]
        if not chosen:
            return []
        there = read_shelf(self._remote.manifest(shelf_tag(name)), name, self._remote.where)
        shelf, told = there, list[ModelMoved]()
        for version in sorted(chosen, key=lambda each: each.version):
            shelf, line = self._push_version(shelf, version)
            told += line
        shelf, lines = self._push_aliases(shelf, pointed)
        if shelf != there:
            self._remote.put_manifest(shelf_tag(name), shelf_index(shelf))
        return told + lines

    def _push_version(self, shelf: Shelf, version: Version) -> tuple[Shelf, list[ModelMoved]]:
        origin, number = version.origin, version.version
        assert origin is not None  # noqa: S101 - chosen so
        there = shelf.versions.get(number)
        if there is not None:
            if there.content == origin.content.digest:
                return shelf, []
            text = (
                f"{version.label}: another model has that number on the remote; this one stays "
                "here alone. One registry for all gives each its own: x-ml.hub"
            )
            return shelf, [ModelMoved(version.model, number, text, is_new=False)]
        try:
            push(self._remote, self._store, origin.content, self._progress)
            manifest = self._put_version(version, origin.content)
        except (ContentMissing, ContentCorrupt) as error:
            text = f"{version.label}: is not pushed: {error.message}"
            return shelf, [ModelMoved(version.model, number, text, is_new=False)]
        listed = Listed(digest_bytes(manifest), len(manifest), origin.content.digest)
        shelf = replace(shelf, versions={**shelf.versions, number: listed})
        return shelf, [ModelMoved(version.model, number, f"{version.label}  pushed")]

    def _put_version(self, version: Version, content: Content) -> bytes:
        origin = version.origin
        assert origin is not None  # noqa: S101 - chosen so
        files = self._files(content, origin.path)
        facts = Facts(
            version.model,
            version.version,
            origin,
            version.created_at,
            version.run,
            version.description,
        )
        manifest, config = version_manifest(facts, files)
        there = self._remote.sizes([layer.digest for layer in files])
        for layer in files:  # the larger ones are there: the content was pushed
            if there.get(layer.digest) != layer.size_bytes:
                if layer.size_bytes >= PACKED_BELOW_BYTES:
                    raise RemoteError(f"{self._remote.where}: lost {layer.digest}")
                self._remote.put(layer.digest, in_memory(self._store.read(layer.digest)))
        self._remote.put(digest_bytes(config), in_memory(config))
        self._remote.put_manifest(version_tag(version.model, str(version.version)), manifest)
        return manifest

    def _files(self, content: Content, path: str) -> list[Layer]:
        if content.kind == "file":
            return [Layer(content.digest, content.size_bytes, title=path.rpartition("/")[2])]
        entries = self._store.tree(content.digest).entries
        return [
            Layer(entry.digest, entry.size_bytes, title=entry.path)
            for entry in entries
            if entry.link is None
        ]

    def _push_aliases(
        self, shelf: Shelf, pointed: dict[str, Pointed]
    ) -> tuple[Shelf, list[ModelMoved]]:
        """Point the remote's aliases as this registry does, unless they were moved there since."""
        told = []
        for alias, ours in pointed.items():
            theirs = shelf.aliases.get(alias)
            if theirs == ours or ours.version not in shelf.versions:
                continue
            if theirs is not None and theirs.moved_at > ours.moved_at:
                if theirs.version != ours.version:
                    text = (
                        f"{shelf.model}@{alias}: was moved to version {theirs.version} on the "
                        f"remote since, and stays there; to see it here: modelcompose pull"
                    )
                    told.append(ModelMoved(shelf.model, ours.version, text, is_new=False))
                continue
            manifest = self._remote.manifest(shelf.versions[ours.version].digest)
            if manifest is not None:
                self._remote.put_manifest(version_tag(shelf.model, alias), manifest)
            shelf = replace(shelf, aliases={**shelf.aliases, alias: ours})
            if theirs is None or theirs.version != ours.version:
                text = f"{shelf.model}@{alias}  is version {ours.version} on the remote now"
                told.append(ModelMoved(shelf.model, ours.version, text))
        return shelf, told

    def _pull_model(self, name: str, made: Collection[Content]) -> list[ModelMoved]:
        shelf = read_shelf(self._remote.manifest(shelf_tag(name)), name, self._remote.where)
        digests = {content.digest for content in made}
        aliased = {pointed.version for pointed in shelf.aliases.values()}
        told: list[ModelMoved] = []
        here: dict[int, Version] = {}
        for number, listed in sorted(shelf.versions.items()):
            if number in aliased or listed.content in digests:
                try:
                    here[number], lines = self._pull_version(name, number, listed)
                except (ContentMissing, ContentCorrupt) as error:
                    text = f"{name}@{number}: is not registered: {error.message}"
                    lines = [ModelMoved(name, number, text, is_new=False)]
                told += lines
        return told + self._pull_aliases(shelf, here)

    def _pull_version(
        self, name: str, number: int, listed: Listed
    ) -> tuple[Version, list[ModelMoved]]:
        where = self._remote.where
        data = self._remote.manifest(listed.digest)
        if data is None or digest_bytes(data) != listed.digest:
            raise RemoteError(f"{where}: lost the manifest of {name}@{number}")
        facts = read_facts(data, where)
        if (facts.model, facts.version) != (name, number):
            raise RemoteError(f"{where}: tells of another model under {name}@{number}")
        fetch(self._remote, self._store, facts.origin.content, self._progress)
        with self._database.write() as connection:
            version, is_new = take_version(
                connection,
                name,
                number,
                facts.origin,
                time.time(),
                run=facts.run,
                description=facts.description,
            )
        if not is_new:
            return version, []
        there = "" if version.version == number else f", which is {name}@{number} on the remote"
        return version, [ModelMoved(name, version.version, f"{version.label}  registered{there}")]

    def _pull_aliases(self, shelf: Shelf, here: dict[int, Version]) -> list[ModelMoved]:
        told = []
        for alias, theirs in shelf.aliases.items():
            wanted = here.get(theirs.version)
            if wanted is None:
                continue
            with self._database.write() as connection:
                model = model_named(connection, shelf.model)
                points_to = model.aliases.get(alias)
                if points_to is None:
                    version = version_of(connection, shelf.model, wanted.version)
                    cause = f"pulled from {self._remote.where}"
                    set_alias(connection, model, alias, version, time.time(), cause=cause)
            label = f"{shelf.model}@{alias}"
            if points_to is None:
                text = f"{label}  is version {wanted.version}"
                told.append(ModelMoved(shelf.model, wanted.version, text))
            elif points_to != wanted.version:
                text = (
                    f"{label}: is version {points_to} here, and {wanted.version} on the remote; "
                    f"to follow it: modelcompose alias set {wanted.label} {alias}"
                )
                told.append(ModelMoved(shelf.model, wanted.version, text, is_new=False))
        return told


def model_names(project: Project) -> list[str]:
    """Give the models that a project makes, or shows to its services."""
    mounted = (mount.model for s in project.services.values() for mount in s.model_mounts)
    return sorted({*(rule.name for rule in project.models), *mounted})


def _pointed(connection: Connection, model: Model) -> dict[str, Pointed]:
    """Give where each alias points, and since when."""
    found = {}
    for alias, version in sorted(model.aliases.items()):
        moves = moves_of(connection, model, alias)
        found[alias] = Pointed(version, moves[0].moved_at if moves else 0.0)
    return found
