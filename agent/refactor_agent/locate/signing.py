"""Code that signs what it sends, so that every byte of it counts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

__all__ = ["signs"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(
    r"(^|[^a-z])(hmac|sign(?![_-]?(in|on|out|up)\b)|signs|signed|signer|signing|signatures?"
    r"|(hex)?digest|checksum|md5|sha\d+)([^a-z]|$)"
)
_KEY_AT_MOST = 40
"""Characters: a header's name is short, and has no spaces."""


def signs(tree: ast.AST) -> bool:
    """Say whether names, imports or keys under ``tree`` speak of signatures or digests."""
    return any(_WORDS.search(_CAMEL.sub("_", text).lower()) for text in _names(tree))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.alias(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(text)) if len(text) <= _KEY_AT_MOST and " " not in text:
                yield text
