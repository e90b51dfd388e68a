"""Models and versions that a filter chooses, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from modelcompose.database.database import Connection, one_of
from modelcompose.registry.models import read_models
from modelcompose.registry.pages import Page
from modelcompose.registry.records import PROMPT_TAG, Model, Version
from modelcompose.registry.subjects import IS_PROMPT, MODELS, VERSIONS
from modelcompose.registry.version_rows import read_versions
from modelcompose.tracking.query.compiler import Compiler
from modelcompose.tracking.query.fields import Subject, read_name
from modelcompose.tracking.query.ordering import parse_key, terms
from modelcompose.tracking.query.parser import parse
from modelcompose.tracking.query.search import Query, find
from modelcompose.tracking.query.tree import Both, Comparison, Name, Node, Not, Value

_Item = TypeVar("_Item", Model, Version)
_NO_PROMPT = Comparison(Name("field", IS_PROMPT), "=", (Value("false"),))


def search_models(  # noqa: PLR0913 - what is searched for, each by name
    connection: Connection,
    text: str,
    keys: Sequence[str],
    *,
    size: int,
    token: str | None,
    now: float,
) -> Page[Model]:
    """Give models in use, by name where `keys` say nothing else; prompts only where asked for.

    Args:
        connection: of any block.
        text: a filter over `subjects.MODELS`; empty for all.
        keys: sort keys.
        size: how many at most.
        token: of the page before; None or empty for the first.
        now: seconds since the epoch, what ages in the filter count from.

    Raises:
        UsageError: the filter, a key or the token is wrong.
    """
    query = _query(
        connection, text, [*keys, *_unless(keys, "name")], MODELS, "registered_models", now
    )
    found = find(connection, query, size, token or None, MODELS)
    items = _in_order(connection, found.numbers, read_models, "registered_models.number")
    return Page(items, found.token)


def search_versions(  # noqa: PLR0913 - as `search_models`
    connection: Connection,
    text: str,
    keys: Sequence[str],
    *,
    size: int,
    token: str | None,
    now: float,
) -> Page[Version]:
    """Give versions in use, the latest changed first where `keys` say nothing else.

    Arguments and errors are those of `search_models`, over `subjects.VERSIONS`.
    """
    chosen = list(keys) or ["last_updated_timestamp DESC"]
    also = [*_unless(chosen, "name"), *_unless(chosen, "version_number", "DESC")]
    query = _query(connection, text, [*chosen, *also], VERSIONS, "model_versions", now)
    query = msgspec.structs.replace(
        query,
        where=(f"registered_models.deleted_at IS NULL AND {query.where[0]}", query.where[1]),
    )
    found = find(connection, query, size, token or None, VERSIONS)
    items = _in_order(connection, found.numbers, read_versions, "model_versions.number")
    return Page(items, found.token)


def _query(  # noqa: PLR0913, PLR0917 - as `search_models`
    connection: Connection,
    text: str,
    keys: Sequence[str],
    subject: Subject,
    table: str,
    now: float,
) -> Query:
    compiler = Compiler(connection.dialect, now, subject)
    node: Node = _NO_PROMPT
    if text.strip():
        read = parse(text, lambda name, place, position: read_name(name, place, position, subject))
        node = _with_prompts(read)
        if node == read:  # nothing was said of prompts
            node = Both("and", (_NO_PROMPT, read))
    condition, values = compiler.condition(node)
    sort = [parse_key(key, subject, "order_by") for key in keys]
    order = terms(sort, compiler, surely=frozenset())
    where = (f"{table}.deleted_at IS NULL AND ({condition})", values)
    return Query(compiler.joins.sql(), where, order)


def _with_prompts(node: Node) -> Node:
    """Give the tree with comparisons of MLflow's tag turned into ones of a field of ours."""
    if isinstance(node, Both):
        return Both(node.word, tuple(map(_with_prompts, node.operands)))
    if isinstance(node, Not):
        return Not(_with_prompts(node.operand))
    if node.name.kind == "tags" and node.name.name == PROMPT_TAG:
        return Comparison(Name("field", IS_PROMPT, node.name.position), node.operator, node.values)
    return node


def _unless(keys: Sequence[str], name: str, direction: str = "ASC") -> list[str]:
    named = {key.split()[0].strip('-`"').removeprefix("attributes.") for key in keys if key.strip()}
    return [] if name in named else [f"{name} {direction}"]


def _in_order(
    connection: Connection,
    numbers: Sequence[int],
    read: Callable[[Connection, str, Sequence[Any]], list[_Item]],
    column: str,
) -> list[_Item]:
    if not numbers:
        return []
    these, value = one_of(connection, column, numbers)
    found = {item.number: item for item in read(connection, these, (value,))}
    return [found[number] for number in numbers if number in found]
