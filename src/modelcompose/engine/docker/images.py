"""Images: what a reference stands for here, and having what a pin names."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from modelcompose.engine.docker.api import Api
from modelcompose.engine.docker.children import Children
from modelcompose.engine.docker.troubles import essence
from modelcompose.engine.protocol import ImagePin, Progress
from modelcompose.errors import BuildError

_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")
_TAG = re.compile(r":[^:/@]+$")
_DOCKER_HUB = "docker.io/"

Image = Mapping[str, Any]


def repository(reference: str) -> str:
    """Give a reference without tag and digest, in the short form that the engine uses."""
    name = _TAG.sub("", reference.partition("@")[0])
    name = name.removeprefix("index.docker.io/").removeprefix(_DOCKER_HUB)
    return name.removeprefix("library/")


def digest_of(reference: str, image: Image) -> str:
    """Give the registry's digest of an image for this reference, else the image's id."""
    if named := _DIGEST.search(reference):
        return named[1]
    wanted = repository(reference)
    for known in image.get("RepoDigests") or ():
        name, _, digest = str(known).partition("@")
        if repository(name) == wanted:
            return digest
    return str(image["Id"])


class Images:
    """The images of one engine."""

    def __init__(self, api: Api, children: Children, progress: Progress | None = None) -> None:
        self._api = api
        self._children = children
        self._progress = progress
        self._variables: dict[str, dict[str, str]] = {}

    def find(self, reference: str) -> Image | None:
        """Give what the engine knows of an image; None when it is not here."""
        image: Image | None = self._api.find(f"/images/{reference}/json")
        if image is not None:
            own = (image.get("Config") or {}).get("Env") or ()
            pairs = (str(entry).partition("=") for entry in own)
            self._variables[str(image["Id"])] = {name: value for name, _, value in pairs}
        return image

    def variables(self, image_id: str) -> dict[str, str]:
        """Give the environment variables of an image; asked for once."""
        if image_id not in self._variables:
            self.find(image_id)
        return self._variables.get(image_id, {})

    def pin(self, reference: str, *, pull: bool) -> ImagePin:
        """Look up what a reference stands for, pulling it when it is not here or when told to.

        An image that no registry knows (it has no digest there) is kept when pulling fails.

        Raises:
            BuildError: it cannot be had.
        """
        image = self.find(reference)
        if image is None or pull:
            failure = self.pull(reference)
            if failure and (image is None or image.get("RepoDigests")):
                raise BuildError(
                    f"image {reference}: cannot be pulled: {failure}",
                    hint=f"docker pull {reference} shows whether its registry can be reached",
                )
            image = self.find(reference) or image
        if image is None:
            raise BuildError(f"image {reference}: was pulled, and is not here")
        return ImagePin(reference, digest_of(reference, image))

    def obtain(self, reference: str, pin: str | None) -> tuple[str, str]:
        """Have the image that a pin names.

        Returns:
            A name under which the engine has it, and its id.

        Raises:
            BuildError: what is here under this reference is another image, and the pinned one
                cannot be had.
        """
        image = self.find(reference)
        if image is None and pin is None:
            self.pin(reference, pull=True)
            image = self.find(reference)
        if image is not None and pin in (None, digest_of(reference, image), image["Id"]):
            return reference, str(image["Id"])
        return self._obtain_pinned(reference, str(pin), image)

    def _obtain_pinned(self, reference: str, pin: str, here: Image | None) -> tuple[str, str]:
        exact = f"{repository(reference)}@{pin}"
        for name in (exact, pin):
            if (image := self.find(name)) is not None:
                return name, str(image["Id"])
        failure = self.pull(exact)
        image = self.find(exact)
        if image is not None:
            return exact, str(image["Id"])
        has = "is not here" if here is None else f"is {digest_of(reference, here)} here"
        raise BuildError(
            f"image {reference}: {has}, ml.lock has {pin}, which cannot be pulled: {failure}",
            hint="modelcompose run --pull takes the image that its registry or this machine has",
        )

    def pull(self, reference: str) -> str | None:
        """Pull an image; give the reason when that fails."""
        if self._progress is not None:
            self._progress(f"pulling {reference}")
        answer = self._children.run(
            ["docker", "pull", "--quiet", reference],
            env={**os.environ, "DOCKER_CLI_HINTS": "false"},
        )
        return None if answer.returncode == 0 else essence(answer.stderr)

    def labelled(self, label: str, value: str) -> str | None:
        """Give the id of the newest image with this label."""
        filters = {"label": [f"{label}={value}"]}
        images: list[Image] = self._api.get("/images/json", {"filters": filters})
        newest = max(images, key=lambda image: int(image["Created"]), default=None)
        return None if newest is None else str(newest["Id"])

    def name_of(self, image_id: str) -> str:
        """Give an image a name of ours, since a build can only start from a named one."""
        tag = image_id.removeprefix("sha256:")[:12]
        self._api.post(f"/images/{image_id}/tag", {"repo": _PINNED, "tag": tag})
        return f"{_PINNED}:{tag}"


_PINNED = "modelcompose/pinned"
