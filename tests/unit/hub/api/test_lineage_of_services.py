"""Lineage goes on to the services whose folder holds a version."""

from __future__ import annotations

import pytest

from modelcompose.compose.project import ModelMount
from modelcompose.errors import NotFound
from modelcompose.hub.api.lineage import Asked, Lineage, endpoints
from modelcompose.hub.hub import Hub
from modelcompose.pipeline.model_mounts.marking import mark
from modelcompose.pipeline.model_mounts.places import Mounted
from modelcompose.registry.models import create_model
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version


def lineage(hub: Hub, of: str) -> Lineage:
    (endpoint,) = endpoints()
    found: Lineage = endpoint.handle(hub, Asked(of))
    return found


def test_a_service_serves_one_version_of_a_model_at_a_time(hub: Hub) -> None:
    mounted = Mounted("api", ModelMount("delay", "champion", "models/served"))
    with hub.database.write() as connection:
        model = create_model(connection, "delay", 1.0)
        made = [create_version(connection, model, Source("s3://b", "s3://b"), 2.0) for _ in "ab"]
        for version in made:
            mark(connection, "shop", mounted, version, 3.0)
        mark(connection, "shop", mounted, made[1], 4.0)

    (edge,) = lineage(hub, "delay@2").edges

    assert (edge.source, edge.target, edge.how) == ("delay@2", "shop/api", "serves")
    assert edge.path == "models/served"
    assert {node.id for node in lineage(hub, "shop/api").nodes} == {"shop/api", "delay@2"}
    assert lineage(hub, "delay@1").edges == []
    with pytest.raises(NotFound):
        lineage(hub, "shop/none")
