"""Webhooks over MLflow's protocol."""

from __future__ import annotations

from http.client import HTTPException

from msgspec import UNSET, Struct, UnsetType
from starlette.routing import Route

from modelcompose.errors import UsageError
from modelcompose.hub.calls import call
from modelcompose.hub.delivery import send
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.experiments import require
from modelcompose.hub.mlflow.messages import milliseconds
from modelcompose.registry import webhooks
from modelcompose.registry.events import body
from modelcompose.registry.pages import offset_of, page
from modelcompose.registry.webhooks import Changes, Event, Webhook, event_of

_ROOT = "/mlflow/webhooks"
_ONE = f"{_ROOT}/{{webhook_id}}"
_PAGE = 100
_LARGEST_PAGE = 1000

_EXAMPLES: dict[str, dict[str, object]] = {
    "name": {"name": "example"},
    "version": {"version": "1"},
    "key": {"key": "example_key"},
    "value": {"value": "example_value"},
    "alias": {"alias": "example_alias"},
    "tags": {"tags": {"example_key": "example_value"}},
    "description": {"description": "An example"},
    "source": {"source": "models:/123", "run_id": "abcd1234abcd5678"},
    "template": {"template": "Hello {{name}}!"},
}
_EXAMPLE_OF = {
    "registered_model.created": "name tags description",
    "model_version.created": "name version source tags description",
    "model_version_tag.set": "name version key value",
    "model_version_tag.deleted": "name version key",
    "model_version_alias.created": "name alias version",
    "model_version_alias.deleted": "name alias",
    "prompt.created": "name tags description",
    "prompt_version.created": "name version template tags description",
    "prompt_tag.set": "name key value",
    "prompt_tag.deleted": "name key",
    "prompt_version_tag.set": "name version key value",
    "prompt_version_tag.deleted": "name version key",
    "prompt_alias.created": "name alias version",
    "prompt_alias.deleted": "name alias",
}
"""What a test sends: the fields of the real event, with values that are plainly examples."""


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, _ROOT, _create, _New),
        call(hub, _ROOT, _list, _Listing, methods=("GET",)),
        call(hub, _ONE, _get, _Named, methods=("GET",)),
        call(hub, _ONE, _update, _Changed, methods=("PATCH",)),
        call(hub, _ONE, _delete, _Named, methods=("DELETE",)),
        call(hub, f"{_ONE}/test", _test, _Test, is_long=True),
    ]


class _New(Struct):
    name: str = ""
    url: str = ""
    events: list[dict[str, str]] = []
    description: str = ""
    secret: str = ""
    status: str = ""


class _Changed(Struct):
    webhook_id: str
    name: str = ""
    url: str = ""
    events: list[dict[str, str]] = []
    description: str | UnsetType = UNSET
    secret: str | UnsetType = UNSET
    status: str = ""


class _Named(Struct):
    webhook_id: str


class _Listing(Struct):
    max_results: int = _PAGE
    page_token: str = ""


class _Test(Struct):
    webhook_id: str
    event: dict[str, str] = {}


class _Message(Struct, omit_defaults=True):
    webhook_id: str
    name: str
    url: str
    status: str
    events: list[Event]
    creation_timestamp: int
    last_updated_timestamp: int
    description: str = ""


class _One(Struct):
    webhook: _Message


class _Many(Struct, omit_defaults=True):
    webhooks: list[_Message] = []
    next_page_token: str | None = None


class _Result(Struct, omit_defaults=True):
    success: bool | None = None
    response_status: int | None = None
    response_body: str = ""
    error_message: str = ""


class _Tested(Struct):
    result: _Result


def _create(hub: Hub, asked: _New) -> _One:
    require(name=asked.name, url=asked.url, events="events" if asked.events else "")
    wanted = Changes(
        name=asked.name,
        description=asked.description or None,
        url=asked.url,
        events=[event_of(event) for event in asked.events],
        secret=asked.secret or None,
        status=asked.status or None,
    )
    with hub.database.write() as connection:
        return _One(_message(webhooks.create_webhook(connection, wanted, hub.clock())))


def _list(hub: Hub, asked: _Listing) -> _Many:
    size = asked.max_results or _PAGE
    if not 1 <= size <= _LARGEST_PAGE:
        raise UsageError("max_results must be between 1 and 1000.")
    offset = offset_of(asked.page_token)
    with hub.database.read() as connection:
        found = webhooks.read_webhooks(
            connection,
            "deleted_at IS NULL ORDER BY created_at DESC, number DESC LIMIT ? OFFSET ?",
            (size + 1, offset),
        )
    got = page(found, offset, size)
    return _Many([_message(webhook) for webhook in got.items], got.token)


def _get(hub: Hub, asked: _Named) -> _One:
    with hub.database.read() as connection:
        return _One(_message(webhooks.find_webhook(connection, asked.webhook_id)))


def _update(hub: Hub, asked: _Changed) -> _One:
    changes = Changes(
        name=asked.name or None,
        description=None if asked.description is UNSET else asked.description,
        url=asked.url or None,
        events=[event_of(event) for event in asked.events] or None,
        secret=None if asked.secret is UNSET else asked.secret,
        status=asked.status or None,
    )
    with hub.database.write() as connection:
        webhook = webhooks.find_webhook(connection, asked.webhook_id)
        changed = webhooks.update_webhook(connection, webhook, changes, hub.clock())
    return _One(_message(changed))


def _delete(hub: Hub, asked: _Named) -> None:
    with hub.database.write() as connection:
        webhook = webhooks.find_webhook(connection, asked.webhook_id)
        webhooks.delete_webhook(connection, webhook)


def _test(hub: Hub, asked: _Test) -> _Tested:
    with hub.database.read() as connection:
        webhook = webhooks.find_webhook(connection, asked.webhook_id)
    event = event_of(asked.event) if asked.event else webhook.events[0]
    fields = _EXAMPLE_OF.get(f"{event.entity}.{event.action}", "name").split()
    data = {key: value for field in fields for key, value in _EXAMPLES[field].items()}
    now = hub.clock()
    text = body(event.entity, event.action, data, now)
    try:
        answer = send(webhook.url, webhook.secret, text, int(now))
    except (OSError, HTTPException, ValueError) as error:
        return _Tested(_Result(success=False, error_message=f"Failed to test webhook: {error!r}"))
    return _Tested(_Result(answer.is_welcome, answer.status, answer.body))


def _message(webhook: Webhook) -> _Message:
    return _Message(
        webhook_id=webhook.id,
        name=webhook.name,
        url=webhook.url,
        status=webhook.status,
        # MLflow writes them as the names of its enumerations.
        events=[Event(event.entity.upper(), event.action.upper()) for event in webhook.events],
        creation_timestamp=milliseconds(webhook.created_at),
        last_updated_timestamp=milliseconds(webhook.updated_at),
        description=webhook.description or "",
    )
