"""The image's part of an identity, without building or pulling anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcompose.compose.project import Project, Service
from modelcompose.engine.protocol import Engine
from modelcompose.pipeline.identity import identity_of
from modelcompose.pipeline.inputs import NEVER, Inputs
from modelcompose.store.states import FileStates

if TYPE_CHECKING:
    from modelcompose.pipeline.image_definition import Definition


class Images:
    """What the images of a project's services are made of; each build looked at once."""

    def __init__(
        self, project: Project, engine: Engine, inputs: Inputs, states: FileStates
    ) -> None:
        self._project = project
        self._engine = engine
        self._inputs = inputs
        self._states = states
        self._definitions: dict[str, Definition] = {}
        self._environments: dict[str, Mapping[str, Any] | None] = {}

    def part(
        self, service: Service, pins: Mapping[str, str]
    ) -> tuple[Mapping[str, Any], str | None]:
        """Give the image's part of the identity, and the digest of a build's definition.

        Args:
            service: the step's service.
            pins: image reference to digest, from `ml.lock`.
        """
        environment = self._environment(service)
        if environment is not None:
            return environment, None
        if service.build is None:
            return {"reference": service.image, "digest": pins.get(service.image or "")}, None
        part = self._build_part(self.definition(service), pins)
        return part, identity_of(part)

    def _build_part(self, definition: Definition, pins: Mapping[str, str]) -> dict[str, Any]:
        return {
            "build": {
                "dockerfile": definition.dockerfile,
                "args": dict(definition.args),
                "target": definition.target,
                "platforms": list(definition.platforms),
                "files": dict(definition.files),
                "bases": {base: pins.get(base) for base in definition.bases},
                "services": {
                    name: self.part(self._project.services[name], pins)[1]
                    for name in definition.services
                },
            }
        }

    def references(self, service: Service) -> tuple[str, ...]:
        """Give the images from elsewhere that the service rests on."""
        if service.build is not None:
            definition = self.definition(service)
            behind = (self.references(self._project.services[n]) for n in definition.services)
            return (*definition.bases, *(reference for each in behind for reference in each))
        return (service.image,) if service.image else ()

    def unpinned(self, service: Service, pins: Mapping[str, str]) -> tuple[str, ...]:
        """Give the images whose digest is not known yet; none for engines without images."""
        if not self.has_images(service):
            return ()
        return tuple(ref for ref in self.references(service) if ref not in pins)

    def has_images(self, service: Service) -> bool:
        """Tell whether the engine runs the service in an image."""
        return self._environment(service) is None

    def _environment(self, service: Service) -> Mapping[str, Any] | None:
        if service.name not in self._environments:
            self._environments[service.name] = self._engine.environment(self._project, service)
        return self._environments[service.name]

    def definition(self, service: Service) -> Definition:
        """Give what the service's image is built from."""
        if service.build is None:
            raise TypeError(f"service {service.name!r} has no build")
        from modelcompose.pipeline.image_definition import define

        key = repr(service.build)
        if key not in self._definitions:
            self._definitions[key] = define(
                service.build,
                project_directory=self._project.directory,
                excluded=self._inputs.is_no_code,
                digest=self._states.digest,
            )
        return self._definitions[key]

    def ignore(self, service: Service) -> tuple[str, ...]:
        """Give the lines that keep the project's own outputs out of a service's image."""
        if service.build is None or not self.has_images(service):
            return ()
        return self.definition(service).own_outputs

    def warnings(self) -> list[str]:
        """Say which outputs of steps a build would take in, and how to leave them out."""
        found = sorted({path for d in self._definitions.values() for path in d.own_outputs})
        return [
            f"COPY would take {path} into an image, which a step writes: it is left out; "
            f"add the line `{path}` to .dockerignore"
            for path in found
            if path.partition("/")[0] not in NEVER
        ]
