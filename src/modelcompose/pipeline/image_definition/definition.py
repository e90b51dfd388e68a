"""The definition of an image: everything that its build reads, as one value with one digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from modelcompose.compose.project import Build
from modelcompose.errors import PlanError
from modelcompose.pipeline.image_definition.context import Context
from modelcompose.pipeline.image_definition.dockerfile import parse
from modelcompose.pipeline.image_definition.ignore import Patterns, read_ignore
from modelcompose.pipeline.image_definition.stage import Source
from modelcompose.pipeline.image_definition.stages import Needs, survey

_IMAGE = "docker-image://"
_SERVICE = "service:"
_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/", "oci-layout:")


class Definition(Struct, frozen=True):
    """What an image is built from, the same on every machine and in every clone.

    Not part of it: where the project lies, times, owners and empty folders.
    """

    dockerfile: str
    """Digest of the Dockerfile's text."""
    args: Mapping[str, str | None] = {}
    target: str | None = None
    platforms: tuple[str, ...] = ()
    files: Mapping[str, str] = {}
    """Path to digest of every file that the build may take from its contexts.

    The path is relative to the context, or `NAME://path` for an additional one. After the
    digest stands ` executable` where that bit is set; a symbolic link is `link:TARGET`, a source
    that is not there `missing`, a remote context its address.
    """
    bases: tuple[str, ...] = ()
    """References of the images that it starts from or copies from."""
    services: tuple[str, ...] = ()
    """Services whose images it builds upon, through `additional_contexts: service:NAME`."""
    whole_context: bool = False
    """Whether all of the context counts, since its sources cannot be told."""
    reason: str = ""
    """Why, in words."""
    own_outputs: tuple[str, ...] = ()
    """Context-relative paths that a COPY would take in, and that are left out of `files`."""

    @property
    def digest(self) -> str:
        """Give the digest over all that decides what the image becomes."""
        parts = {
            "dockerfile": self.dockerfile,
            "args": self.args,
            "target": self.target,
            "platforms": self.platforms,
            "files": self.files,
            "bases": self.bases,
            "services": self.services,
        }
        encoded = msgspec.json.encode(parts, order="deterministic")
        return f"sha256:{hashlib.sha256(encoded).hexdigest()}"


def define(
    build: Build,
    *,
    project_directory: Path,
    excluded: Callable[[Path], bool],
    digest: Callable[[Path], str],
) -> Definition:
    """Find what a build reads, without building.

    Args:
        build: a service's `build`.
        project_directory: what relative paths in it count from.
        excluded: tells whether an absolute path is never taken in by a COPY of more than it: the
            project's own outputs, its state, version control. A COPY that names such a path, or
            one inside, does take it in.
        digest: gives the digest of a file's bytes.

    Raises:
        PlanError: the context or the Dockerfile is not there.
    """
    if _is_remote(build.context):
        return _remote(build)
    root = project_directory / build.context
    if not root.is_dir():
        raise PlanError(
            f"{root}: this build context is not a folder",
            hint="correct `build.context` in the Compose file",
        )
    text = _dockerfile_text(build, root)
    needs = _needs(build, text)
    ignore = _ignore(root, None if build.dockerfile_inline else root / build.dockerfile)
    contexts = _Contexts(build, project_directory, excluded, digest)
    contexts.take(Context(root, ignore, excluded=excluded, digest=digest), needs)
    return Definition(
        dockerfile=_digest_text(text),
        args=build.args,
        target=build.target,
        platforms=build.platforms,
        files=dict(sorted(contexts.files.items())),
        bases=tuple(dict.fromkeys([*needs.images, *contexts.images])),
        services=tuple(sorted(contexts.services)),
        whole_context=needs.unresolved is not None,
        reason=needs.unresolved or "",
        own_outputs=tuple(sorted(contexts.own_outputs)),
    )


def _remote(build: Build) -> Definition:
    return Definition(
        dockerfile=_digest_text(build.dockerfile_inline or build.dockerfile),
        args=build.args,
        target=build.target,
        platforms=build.platforms,
        files={"://": build.context},
        whole_context=True,
        reason=f"the build context is remote: {build.context}",
    )


def _is_remote(context: str) -> bool:
    return context.startswith(_REMOTE)


def _dockerfile_text(build: Build, root: Path) -> str:
    if build.dockerfile_inline is not None:
        return build.dockerfile_inline
    path = root / build.dockerfile
    if build.dockerfile == "Dockerfile" and not path.exists() and (root / "dockerfile").exists():
        path = root / "dockerfile"  # BuildKit's second choice
    try:
        return path.read_bytes().decode(errors="surrogateescape")
    except OSError as error:
        raise PlanError(
            f"{path}: the Dockerfile cannot be read: {error.strerror}",
            hint="correct `build.dockerfile` in the Compose file, or create the file",
        ) from error


def _digest_text(text: str) -> str:
    encoded = text.encode(errors="surrogateescape")
    return f"sha256:{hashlib.sha256(encoded).hexdigest()}"


def _needs(build: Build, text: str) -> Needs:
    return survey(
        parse(text),
        args=build.args,
        target=build.target,
        platforms=build.platforms,
        contexts=tuple(build.additional_contexts),
    )


def _ignore(root: Path, dockerfile: Path | None) -> Patterns:
    """Read the ignore file of a context; one that belongs to the Dockerfile goes first."""
    own = [] if dockerfile is None else [dockerfile.with_name(f"{dockerfile.name}.dockerignore")]
    for path in [*own, root / ".dockerignore"]:
        if path.is_file():
            return Patterns(read_ignore(path.read_text(errors="surrogateescape")))
    return Patterns([])


class _Contexts:
    """Takes the files that are needed out of all contexts of a build."""

    def __init__(
        self,
        build: Build,
        project_directory: Path,
        excluded: Callable[[Path], bool],
        digest: Callable[[Path], str],
    ) -> None:
        self._additional = build.additional_contexts
        self._project_directory = project_directory
        self._excluded = excluded
        self._digest = digest
        self.files: dict[str, str] = {}
        self.own_outputs: list[str] = []
        self.images: list[str] = []
        self.services: set[str] = set()

    def take(self, main: Context, needs: Needs) -> None:
        """Take what the sources name; all of the main context where they cannot be told."""
        named = {source.context for source in needs.sources if source.context}
        if needs.unresolved is not None:
            main.take_all()
            named = set(self._additional)
        else:
            for source in needs.sources:
                if not source.context:
                    main.take(source)
        self.files |= main.files
        self.own_outputs += main.own_outputs
        for name in sorted(named):
            sources = [source for source in needs.sources if source.context == name]
            self._take_additional(name, [] if needs.unresolved is not None else sources)

    def _take_additional(self, name: str, sources: list[Source]) -> None:
        """Take from an additional context; all of it where no sources are given."""
        where = self._additional[name]
        if where.startswith(_IMAGE):
            self.images.append(where.removeprefix(_IMAGE))
        elif where.startswith(_SERVICE):
            self.services.add(where.removeprefix(_SERVICE))
        elif _is_remote(where):
            self.files[f"{name}://"] = where
        else:
            self._take_folder(name, self._project_directory / where, sources)

    def _take_folder(self, name: str, root: Path, sources: list[Source]) -> None:
        if not root.is_dir():
            raise PlanError(
                f"{root}: the additional context {name} is not a folder",
                hint="correct `build.additional_contexts` in the Compose file",
            )
        context = Context(root, _ignore(root, None), excluded=self._excluded, digest=self._digest)
        for source in sources:
            context.take(source)
        if not sources:
            context.take_all()
        self.files |= {f"{name}://{path}": text for path, text in context.files.items()}
        self.own_outputs += [f"{name}://{path}" for path in context.own_outputs]
