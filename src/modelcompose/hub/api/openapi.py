"""The document that describes the API, made from the values that it takes and gives.

Source: OpenAPI 3.1, whose schemas are those of JSON Schema 2020-12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from modelcompose import __version__
from modelcompose.hub.api.endpoint import ROOT, Endpoint, Problem

_REFERENCE = "#/components/schemas/{name}"
_RESPONSE = "#/components/responses/{name}"
_PROBLEMS = {
    "400": "The request is wrong; the message says where.",
    "401": "A token is needed, or the one that was sent is not valid.",
    "403": "The token may not do this.",
    "404": "There is no such thing.",
    "409": "Something else has this name, or is working on it.",
    "429": "Too many wrong tokens were sent.",
    "503": "The database, or the bucket of the artifacts, cannot be used now.",
}
_PROBLEM = {"$ref": _REFERENCE.format(name="Problem")}
_METHODS = {"GET": "get", "PUT": "put", "POST": "post", "DELETE": "delete"}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Give the document of some endpoints."""
    types = [Problem, *(endpoint.gives for endpoint in endpoints)]
    types += [endpoint.takes for endpoint in endpoints]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    answers = schemas[1 : len(endpoints) + 1]
    asked = schemas[len(endpoints) + 1 :]
    paths: dict[str, dict[str, Any]] = {}
    for endpoint, takes, gives in zip(endpoints, asked, answers, strict=True):
        operations = paths.setdefault(ROOT + endpoint.path, {})
        operations[_METHODS[endpoint.method]] = _operation(endpoint, takes, gives, components)
    for name in {_name(schema) for schema in asked} - _referred([paths, _PROBLEM], components):
        components.pop(name, None)
    _allow_null(components, _referred(list(_bodies(paths)), components))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Model Compose",
            "version": __version__,
            "description": "Runs, metrics, models and their lineage, of all projects of a hub. "
            "A number that is NaN or infinite is null.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {status: _problem(text) for status, text in _PROBLEMS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(
    endpoint: Endpoint, takes: dict[str, Any], gives: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    asked = components[_name(takes)]
    in_path = set(re.findall(r"{(\w+)(?::\w+)?}", endpoint.path))
    properties = asked.get("properties", {})
    content = {endpoint.media: {"schema": gives}}
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        **({"description": endpoint.description} if endpoint.description else {}),
        "parameters": [
            _parameter(name, schema, "path" if name in in_path else "query", asked)
            for name, schema in properties.items()
            if name != "body"
        ],
        "responses": {
            "200": {"description": "The answer.", "content": content},
            **{status: {"$ref": _RESPONSE.format(name=status)} for status in _PROBLEMS},
        },
    }
    if "body" in properties:
        body = {"application/json": {"schema": properties["body"]}}
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _parameter(
    name: str, schema: dict[str, Any], place: str, asked: dict[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "in": place,
        "required": name in asked.get("required", ()),
        "schema": schema,
    }
    if schema.get("type") == "array":
        found |= {"style": "form", "explode": False}
    return found


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": _PROBLEM}}}


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _bodies(paths: dict[str, Any]) -> Iterator[Any]:
    for operations in paths.values():
        for operation in operations.values():
            yield operation.get("requestBody", {})


def _allow_null(components: dict[str, Any], asked: set[str]) -> None:
    """Say of the numbers in answers what JSON makes of those that it has no word for."""
    waiting: list[Any] = [schema for name, schema in components.items() if name not in asked]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            if value.get("type") == "number":
                value["type"] = ["number", "null"]
            waiting += value.values()


def _referred(roots: list[Any], components: dict[str, Any]) -> set[str]:
    """Give the schemas that something refers to."""
    found: set[str] = set()
    waiting: list[Any] = list(roots)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and reference.rpartition("/")[2] not in found:
                name = reference.rpartition("/")[2]
                found.add(name)
                waiting.append(components.get(name, {}))
            waiting += value.values()
    return found


def _main() -> None:
    """Print the document of all endpoints, for clients to be made from."""
    import sys

    from modelcompose.hub.api.routes import described

    sys.stdout.write(msgspec.json.encode(document(described())).decode())


if __name__ == "__main__":
    _main()
