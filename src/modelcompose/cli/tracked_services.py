"""What `up` gives to a service with `x-ml: {track: true}`, so that what it logs becomes runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.cli.up_overlay import Attachment

if TYPE_CHECKING:
    from modelcompose.compose.project import Project, Service
    from modelcompose.engine.protocol import Given
    from modelcompose.hub.listening.addresses import Addresses

_ADDRESS = "MLFLOW_TRACKING_URI"


def attach(
    project: Project, services: Sequence[str], say: Callable[[str], None]
) -> Mapping[str, Attachment]:
    """Have a hub running for tracked services; give what Compose is to give them.

    What it gives is the same at each call, so that Compose makes no container anew.

    Args:
        project: what they belong to.
        services: those that are about to start.
        say: told where a service cannot be tracked.

    Raises:
        ModelComposeError: the hub does not start, or something cannot be written.
    """
    found = (project.services[name] for name in services)
    tracked = [each for each in found if each.is_tracked and not each.environment.get(_ADDRESS)]
    if not tracked:
        return {}
    from modelcompose.database.home import home_folder
    from modelcompose.engine.docker.bridge import bridge_address
    from modelcompose.hub.kept.announcing import want
    from modelcompose.hub.kept.starting import keep_hub

    home = home_folder()
    _note_hub(project)
    want(home)
    addresses = keep_hub(home, bridge_address())
    secrets, experiment = _access(project, tracked, home)
    attached: dict[str, Attachment] = {}
    for service in tracked:
        reach = _reach(project, service, addresses, secrets[service.name])
        if not reach:
            say(f"{service.name}: its networks reach no hub: only modelcompose_sdk works in it")
        spool = _spool(project.directory, service.name)
        _have_carried(home, project, service, spool, is_cut_off=not reach)
        given = _given(project, service, reach, spool, experiment)
        attached[service.name] = _attachment(project, service, given, home)
    return attached


def _note_hub(project: Project) -> None:
    """Have what the services log go on to the project's shared hub, also where it has no step."""
    from contextlib import closing

    from modelcompose.cli.sending import remember_hub
    from modelcompose.database.connection import open_database

    with closing(open_database()) as connection:
        remember_hub(connection, project)


def _access(
    project: Project, services: Sequence[Service], home: Path
) -> tuple[dict[str, str], int]:
    """Give the services' tokens, and the project's experiment."""
    from modelcompose.database.database import Database
    from modelcompose.hub.kept.access import experiment_of, token_for

    database = Database.at(home / "hub.db")
    now = time.time()
    try:
        with database.write() as connection:
            experiment = experiment_of(connection, project.name, project.directory, now)
            secrets = {
                service.name: token_for(connection, home, project.name, service.name, now)
                for service in services
            }
    finally:
        database.close()
    return secrets, experiment


def _reach(
    project: Project, service: Service, addresses: Addresses, secret: str
) -> Mapping[str, str]:
    """Give the variables by which a service reaches the hub; none where it cannot."""
    from modelcompose.hub.step_runs import variables as names

    if names.is_cut_off(project.document, service.document):
        return {}
    address = addresses.for_container(service.document.get("network_mode"))
    return {names.ADDRESS: address, names.TOKEN: secret}


def _have_carried(
    home: Path, project: Project, service: Service, spool: Path, *, is_cut_off: bool
) -> None:
    from modelcompose.hub.kept.carrying import Carried, remember

    remember(home, Carried(str(spool), project.name, service.name, is_cut_off))


def _given(
    project: Project, service: Service, reach: Mapping[str, str], spool: Path, experiment: int
) -> Given:
    import msgspec

    from modelcompose.engine.protocol import Given, GivenMount
    from modelcompose.hub.step_runs import variables as names
    from modelcompose.hub.step_runs.sdk import sdk_folder

    sdk = sdk_folder()
    mounts = (GivenMount(spool, names.SPOOL_INSIDE, read_only=False),)
    about = {"modelcompose.service": service.name}
    address = reach.get(names.ADDRESS, "")
    return Given(
        variables={
            **(reach or {names.DELIVERY: names.BY_HOST}),
            names.EXPERIMENT: str(experiment),
            "MLFLOW_EXPERIMENT_NAME": project.name,
            "MLFLOW_RUN_CONTEXT": msgspec.json.encode(about).decode(),
            names.SPOOL: names.SPOOL_INSIDE,
        },
        python_path=None if sdk is None else names.SDK_INSIDE,
        unproxied=address.partition("//")[2].partition(":")[0] or None,
        mounts=mounts if sdk is None else (GivenMount(sdk, names.SDK_INSIDE), *mounts),
    )


def _attachment(project: Project, service: Service, given: Given, home: Path) -> Attachment:
    from modelcompose.engine.docker.endpoint import find_endpoint
    from modelcompose.engine.docker.escaping import escape
    from modelcompose.engine.docker.looking import image_variables
    from modelcompose.engine.docker.proxies import client_proxies
    from modelcompose.engine.giving import given_variables
    from modelcompose.hub.kept.announcing import LABEL, label_value

    own = {name: value for name, value in service.environment.items() if value is not None}
    image = image_variables(service.image or f"{project.name}-{service.name}")
    known = {**image, **client_proxies(find_endpoint().host), **own}
    added = given_variables(given, known)
    return Attachment(
        environment={n: v for n, v in added.items() if n not in own or own[n] != v},
        labels={LABEL: label_value(home)},
        mounts=tuple(
            {
                "type": "bind",
                "source": escape(str(mount.source)),
                "target": mount.target,
                "read_only": mount.read_only,
            }
            for mount in given.mounts
        ),
    )


def _spool(directory: Path, service: str) -> Path:
    """Make the folder that keeps what the hub did not take yet, over the container's life."""
    from modelcompose.pipeline.state_folder import StateFolder
    from modelcompose.store.failures import translated

    state = StateFolder(directory)
    state.make()
    folder = state.path / "tracked" / service
    with translated(folder, "what the service logs cannot be kept"):
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)  # any user of the container; others do not come this far
    return folder
