from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from modelcompose.cli.up_overlay import Attachment, overlay
from modelcompose.compose.build_project import Origin, build_project
from modelcompose.compose.project import ComposeOptions

ORIGIN = Origin(
    directory=Path("/shop"),
    files=(Path("/shop/compose.yaml"),),
    options=ComposeOptions(),
    profiles=(),
    variables={},
    defaults={},
    interpolated=frozenset(),
    env_files=(),
)
ABOUT = {"model": "delay@champion"}


def over(attached: dict[str, Attachment] | None = None, **services: Any) -> Any:
    text = overlay(build_project({"services": services}, ORIGIN), attached or {})
    return yaml.safe_load(text.replace("!override ", ""))


def test_services_that_need_nothing_are_not_named() -> None:
    assert over(db={"image": "a", "volumes": [{"type": "volume", "target": "/x"}]}) == {}


def test_nobody_waits_for_a_step() -> None:
    started = {"condition": "service_started"}
    web = {"image": "a", "depends_on": {"train": {"condition": "x"}, "db": started}}
    found = over(web=web, db={"image": "a"}, train={"image": "a", "x-ml": {"step": {}}})
    assert found == {"services": {"web": {"depends_on": {"db": started}}}}


def test_a_mount_with_a_model_is_read_only_and_else_as_it_is() -> None:
    mount = {"type": "bind", "source": "/shop/a$$b", "target": "/m", "bind": {"selinux": "z"}}
    other = {"type": "bind", "source": "/shop/code", "target": "/code"}
    found = over(api={"image": "a", "volumes": [other, {**mount, "x-ml": ABOUT}]})
    assert found == {"services": {"api": {"volumes": [{**mount, "read_only": True}]}}}


def test_what_is_attached_keeps_its_dollar_signs() -> None:
    mount = {"type": "bind", "source": "/s", "target": "/t", "read_only": True}
    attached = Attachment({"A": "1$2"}, {"label": "x"}, (mount,))
    assert over({"api": attached}, api={"image": "a"}) == {
        "services": {
            "api": {"volumes": [mount], "environment": {"A": "1$$2"}, "labels": {"label": "x"}}
        }
    }
