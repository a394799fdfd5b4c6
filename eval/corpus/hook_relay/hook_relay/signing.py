"""Signatures over bodies."""

import hashlib
import hmac
import json
from typing import Any


def encode(payload: dict[str, Any]) -> bytes:
    """Return the bytes of a payload; the same for the same payload."""
    return json.dumps(payload, sort_keys=True).encode()


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_valid(secret: str, body: bytes, signature: str) -> bool:
    """Say whether a signature is that of the body."""
    return hmac.compare_digest(sign(secret, body), signature)
