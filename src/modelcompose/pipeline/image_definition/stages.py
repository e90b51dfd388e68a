"""What the target of a Dockerfile needs: files of contexts, and images from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from modelcompose.pipeline.image_definition.dockerfile import (
    Dockerfile,
    Instruction,
    is_heredoc,
    sub_instruction,
)
from modelcompose.pipeline.image_definition.stage import Source, Stage
from modelcompose.pipeline.image_definition.words import (
    Scope,
    UnresolvableError,
    expand,
    split_words,
)

_REMOTE = ("http://", "https://", "git://", "ssh://", "git@")
_OFFICIAL_FRONTENDS = ("docker/dockerfile", "dockerfile-upstream")
_PLATFORM_NAMES = ("PLATFORM", "OS", "ARCH", "VARIANT", "OSVERSION")
_PLAIN_SOURCE_MOUNTS = ("bind", "cache")


class Needs(Struct, frozen=True):
    """What a target needs."""

    sources: tuple[Source, ...] = ()
    images: tuple[str, ...] = ()
    """References of images from outside, in order of appearance."""
    unresolved: str | None = None
    """Why the sources cannot be told, in words; then all of the context counts."""


def survey(
    dockerfile: Dockerfile,
    *,
    args: Mapping[str, str | None],
    target: str | None,
    platforms: Sequence[str],
    contexts: Sequence[str],
) -> Needs:
    """Find what a target needs, through all stages that it is built from.

    Args:
        dockerfile: the Dockerfile, read.
        args: build arguments; those without a value are as good as not given.
        target: a stage's name or number, the last stage when None.
        platforms: the platforms to build for.
        contexts: names of the additional contexts, which go before stages and images.
    """
    given = {name: value for name, value in args.items() if value is not None}
    stages = _Survey(dockerfile.escape, given, _platform_values(platforms), contexts).run(
        dockerfile.instructions
    )
    if not stages:
        return Needs(unresolved="the Dockerfile has no FROM")
    reached = _reach(stages, _target(stages, target))
    reasons = [_foreign_frontend(dockerfile.syntax), *(stage.unresolved for stage in reached)]
    return Needs(
        sources=tuple(dict.fromkeys(source for stage in reached for source in stage.sources)),
        images=tuple(dict.fromkeys(image for stage in reached for image in stage.images)),
        unresolved=next((reason for reason in reasons if reason), None),
    )


def _foreign_frontend(syntax: str | None) -> str | None:
    if syntax is None or any(name in syntax for name in _OFFICIAL_FRONTENDS):
        return None
    return f"the Dockerfile is written for the frontend {syntax}"


def _platform_values(platforms: Sequence[str]) -> dict[str, str | None]:
    """Give the arguments that every build has; only a single platform makes them known."""
    values: dict[str, str | None] = {f"BUILD{name}": None for name in _PLATFORM_NAMES}
    values |= {f"TARGET{name}": None for name in _PLATFORM_NAMES}
    if len(platforms) == 1:
        os, architecture, variant, *_ = [*platforms[0].split("/"), "", "", ""]
        known = (platforms[0], os, architecture, variant, "")
        values |= {
            f"TARGET{name}": value for name, value in zip(_PLATFORM_NAMES, known, strict=True)
        }
    return values


def _target(stages: Sequence[Stage], target: str | None) -> Stage:
    for stage in stages:
        if target is not None and target.lower() in (stage.name, str(stage.index)):
            return stage
    return stages[-1]


def _reach(stages: Sequence[Stage], target: Stage) -> list[Stage]:
    """Give the stages that the target is built from, in the order of the file."""
    reached = {target.index}
    waiting = [target]
    while waiting:
        stage = waiting.pop()
        needed = range(stage.index) if stage.has_unknown_base else stage.needs
        new = [index for index in needed if index not in reached]
        reached.update(new)
        waiting += [stages[index] for index in new]
    return [stage for stage in stages if stage.index in reached]


class _Survey:
    """Goes through the instructions in order; what it says of a stage is final at the next."""

    def __init__(
        self,
        escape: str,
        given: Mapping[str, str],
        platform_values: Mapping[str, str | None],
        contexts: Sequence[str],
    ) -> None:
        self._escape = escape
        self._given = given
        self._globals: dict[str, str | None] = {**platform_values}
        self._contexts = {name.lower(): name for name in contexts}
        self._stages: list[Stage] = []
        self._handlers = {
            "ARG": self._arg,
            "ENV": self._env,
            "COPY": self._copy,
            "ADD": self._copy,
            "RUN": self._run,
            "ONBUILD": self._on_build,
        }

    def run(self, instructions: Sequence[Instruction]) -> list[Stage]:
        """Give the stages in order."""
        for instruction in instructions:
            if instruction.name == "FROM":
                self._from(instruction)
            elif self._stages:
                self._in_stage(self._stages[-1], instruction)
            elif instruction.name == "ARG":
                self._global_arg(instruction)
        return self._stages

    def _in_stage(self, stage: Stage, instruction: Instruction) -> None:
        handler = self._handlers.get(instruction.name)
        if handler is None:
            return
        try:
            handler(stage, instruction)
        except UnresolvableError as error:
            reason = f"line {instruction.line}: {error}"
            stage.unresolved = stage.unresolved or reason

    def _global_arg(self, instruction: Instruction) -> None:
        for name, default in _assignments(instruction):
            if name in self._given:
                self._globals[name] = self._given[name]
            elif default is not None:
                self._globals[name] = self._try_expand(default, Scope(self._globals))

    def _try_expand(self, word: str, scope: Scope) -> str | None:
        try:
            return expand(word, scope, self._escape)
        except UnresolvableError:
            return None

    # FROM

    def _from(self, instruction: Instruction) -> None:
        base_word, keyword, name, *_ = [*instruction.rest.split(), "", "", ""]
        name = name.lower() if keyword.lower() == "as" else ""
        stage = Stage(len(self._stages), name)
        self._stages.append(stage)
        if name in self._contexts:
            self._whole_context(stage, self._contexts[name])
            return
        try:
            base = expand(base_word, Scope(self._globals), self._escape)
        except UnresolvableError as error:
            stage.unresolved = f"line {instruction.line}: {error}"
            stage.has_unknown_base = stage.has_open_environment = True
            return
        self._base(stage, base)
        for trigger in [*stage.onbuild]:
            stage.onbuild.remove(trigger)
            self._in_stage(stage, trigger)

    def _base(self, stage: Stage, base: str) -> None:
        before = self._find_stage(base, stage.index)
        if (context := self._find_context(base)) is not None:
            self._whole_context(stage, context)
        elif before is not None and not base.isdigit():
            stage.inherit(before)
            stage.onbuild = [*before.onbuild]
        elif base != "scratch":
            stage.has_open_environment = True
            stage.images.append(base)
            if "onbuild" in base:
                stage.unresolved = f"the base image {base} has ONBUILD instructions of its own"

    def _whole_context(self, stage: Stage, context: str) -> None:
        stage.has_open_environment = True
        stage.sources.append(Source("/", context=context, is_literal=True))

    def _find_stage(self, name: str, before: int) -> Stage | None:
        for stage in self._stages[:before]:
            if name.lower() in (stage.name, str(stage.index)):
                return stage
        return None

    def _find_context(self, reference: str) -> str | None:
        name = reference.lower().removeprefix("docker.io/").removeprefix("library/")
        return self._contexts.get(name) or self._contexts.get(name.removesuffix(":latest"))

    # Instructions of a stage

    def _arg(self, stage: Stage, instruction: Instruction) -> None:
        for name, default in _assignments(instruction):
            stage.unset.discard(name)
            if name in self._given:
                stage.args[name] = self._given[name]
            elif default is not None:
                stage.args[name] = self._try_expand(default, stage.scope)
            elif name in self._globals:
                stage.args[name] = self._globals[name]
            elif name not in stage.args:
                stage.unset.add(name)

    def _env(self, stage: Stage, instruction: Instruction) -> None:
        scope = stage.scope
        stage.env |= {
            name: self._try_expand(value or "", scope)
            for name, value in _env_assignments(instruction)
        }

    def _on_build(self, stage: Stage, instruction: Instruction) -> None:
        if instruction.rest:
            stage.onbuild.append(sub_instruction(instruction))

    def _copy(self, stage: Stage, instruction: Instruction) -> None:
        context = self._origin(stage, instruction.flag("from"))
        if context is None:
            return
        json = instruction.json
        words = json if json is not None else instruction.rest.split()
        paths = [word for word in words[:-1] if json is not None or not is_heredoc(word)]
        exclude = tuple(_unquoted(value) for value in instruction.all_flags("exclude"))
        for path in [self._expand(stage, word) for word in paths]:
            if instruction.name == "ADD" and path.startswith(_REMOTE):
                continue
            parents = instruction.flag("parents") not in (None, "false")
            stage.sources.append(Source(path, context, parents=parents, exclude=exclude))

    def _run(self, stage: Stage, instruction: Instruction) -> None:
        for value in instruction.all_flags("mount"):
            fields = _mount_fields(self._expand(stage, value))
            kind = fields.get("type", "bind")
            if kind not in _PLAIN_SOURCE_MOUNTS or (kind == "cache" and "from" not in fields):
                continue
            context = self._origin(stage, fields.get("from"))
            if context is not None:
                path = fields.get("source", fields.get("src", "/"))
                stage.sources.append(Source(path, context, is_literal=True))

    def _expand(self, stage: Stage, word: str) -> str:
        return expand(word, stage.scope, self._escape)

    def _origin(self, stage: Stage, origin: str | None) -> str | None:
        """Give the context that a COPY or mount reads, None for a stage or an image."""
        if origin is None:
            return ""
        origin = self._expand(stage, origin)
        if (context := self._find_context(origin)) is not None:
            return context
        before = self._find_stage(origin, stage.index)
        if before is not None:
            stage.needs.append(before.index)
        elif origin not in ("", "scratch"):
            stage.images.append(origin)
        return None if origin else ""


def _unquoted(value: str) -> str:
    """Remove quotes; BuildKit does not expand variables here."""
    return value.replace('"', "").replace("'", "")


def _mount_fields(value: str) -> dict[str, str]:
    pairs = (field.partition("=") for field in value.split(","))
    return {name.strip().lower(): text for name, _, text in pairs}


def _assignments(instruction: Instruction) -> list[tuple[str, str | None]]:
    """Read `NAME`, `NAME=value`, and several of them."""
    pairs = (word.partition("=") for word in split_words(instruction.rest))
    return [(name, value if equals else None) for name, equals, value in pairs]


def _env_assignments(instruction: Instruction) -> list[tuple[str, str | None]]:
    """Read `NAME=value …`, or the old form `NAME the rest of the line`."""
    name, *rest = instruction.rest.split(maxsplit=1) or [""]
    if "=" in name or not rest:
        return _assignments(instruction)
    return [(name, rest[0])]
