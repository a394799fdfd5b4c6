"""The JSON schema of an answer, in the form that strict endpoints take."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from pydantic import BaseModel, JsonValue

__all__ = ["strict_schema"]

UNSUPPORTED = frozenset({"oneOf", "allOf", "prefixItems", "uniqueItems", "patternProperties"})
"""What strict mode of hosted endpoints rejects: unions by tag, tuples, sets, patterns."""
DECORATION = ("title", "default", "description")
"""What says nothing about the form, or is written for readers of the code."""


def strict_schema(model: type[BaseModel]) -> dict[str, object]:
    """Give the schema of ``model`` with every field required and no other allowed.

    Raises:
        TypeError: ``model`` holds a type that strict mode can't express.
    """
    schema: dict[str, JsonValue] = deepcopy(model.model_json_schema())
    for node in _nodes(schema):
        _tighten(node, model.__name__)
    return {**schema}


def _tighten(node: dict[str, JsonValue], name: str) -> None:
    found = UNSUPPORTED & node.keys()
    if found:
        raise TypeError(f"{name} needs {min(found)}, which strict schemas don't have")
    properties = node.get("properties")
    if isinstance(properties, dict):
        node["required"] = list(properties)
        node["additionalProperties"] = False
    elif node.get("type") == "object":
        raise TypeError(f"{name} holds an object with open keys, which strict schemas don't have")
    for key in DECORATION:
        node.pop(key, None)


def _nodes(node: JsonValue) -> Iterator[dict[str, JsonValue]]:
    """Give every schema under ``node``; a mapping of names to schemas is not one itself."""
    if isinstance(node, list):
        for item in node:
            yield from _nodes(item)
    if not isinstance(node, dict):
        return
    yield node
    for key, value in list(node.items()):
        if key in {"properties", "$defs"} and isinstance(value, dict):
            for named in value.values():
                yield from _nodes(named)
        elif key not in {"enum", "const", "default", "required", "examples"}:
            yield from _nodes(value)
