"""What happens to models, told to the webhooks that want to hear of it.

A delivery is written in the transaction of what it tells, so that neither is without the other;
`delivery` sends it afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from modelcompose.database.database import Connection
from modelcompose.registry.records import Model

EVENTS: Mapping[str, frozenset[str]] = {
    "registered_model": frozenset({"created"}),
    "model_version": frozenset({"created"}),
    "model_version_tag": frozenset({"set", "deleted"}),
    "model_version_alias": frozenset({"created", "deleted"}),
    "prompt": frozenset({"created"}),
    "prompt_version": frozenset({"created"}),
    "prompt_tag": frozenset({"set", "deleted"}),
    "prompt_version_tag": frozenset({"set", "deleted"}),
    "prompt_alias": frozenset({"created", "deleted"}),
    "budget_policy": frozenset({"exceeded"}),
}
"""What can happen, by what it happens to; MLflow's names."""

_OF_PROMPT = {
    "registered_model": "prompt",
    "registered_model_tag": "prompt_tag",
    "model_version": "prompt_version",
    "model_version_tag": "prompt_version_tag",
    "model_version_alias": "prompt_alias",
}
_LISTENING = """
    SELECT webhooks.number FROM webhook_events JOIN webhooks ON webhooks.number = webhook
    WHERE entity = ? AND action = ? AND status = 'ACTIVE' AND deleted_at IS NULL
"""
_INSERT = """
    INSERT INTO webhook_deliveries (webhook, id, body, attempts, due_at) VALUES (?, ?, ?, 0, ?)
"""


def announce(  # noqa: PLR0913 - what an event is
    connection: Connection,
    model: Model,
    entity: str,
    action: str,
    data: Mapping[str, Any],
    *,
    now: float,
) -> None:
    """Write the deliveries of an event, one for each webhook that listens.

    Args:
        connection: of the write block that makes the change.
        model: what it happened to, or what that belongs to; a prompt's events are its own.
        entity: `registered_model`, `model_version_tag` and the like.
        action: what happened.
        data: MLflow's payload.
        now: seconds since the epoch.
    """
    if model.is_prompt:
        entity = _OF_PROMPT[entity]
    webhooks = connection.rows(_LISTENING, (entity, action))
    if not webhooks:
        return
    text = body(entity, action, data, now)
    deliveries = [(number, str(uuid4()), text, now) for (number,) in webhooks]
    connection.executemany(_INSERT, deliveries)


def body(entity: str, action: str, data: Mapping[str, Any], now: float) -> str:
    """Give what a webhook is sent."""
    at = datetime.fromtimestamp(now, UTC).isoformat()
    document = {"entity": entity, "action": action, "timestamp": at, "data": data}
    return msgspec.json.encode(document).decode()
