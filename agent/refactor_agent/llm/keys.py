"""Where an endpoint's key comes from: the environment, or the system's keyring."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from refactor_agent.errors import UsageError

__all__ = ["KEY_VARIABLES", "read_api_key"]

KEY_VARIABLES = ("REFACTOR_AGENT_API_KEY", "OPENAI_API_KEY")
"""Where the key is looked for when nothing else is said, in this order."""
KEYRING = "keyring"
_SERVICE = "refactor-agent"


def read_api_key(
    key_from: str | None = None, base_url: str = "", *, environ: Mapping[str, str] = os.environ
) -> SecretStr | None:
    """Give the key; it is never written, logged or put into a value.

    ``key_from`` is ``keyring`` (the entry of service ``refactor-agent`` and the user that is named
    as the host of ``base_url``) or the name of a variable; without it `KEY_VARIABLES` are read.

    Raises `UsageError` where the key that was named is not there, or can't be sent as a header.
    """
    if key_from == KEYRING:
        return _checked(_from_keyring(urlsplit(base_url).netloc), KEYRING)
    for name in (key_from,) if key_from else KEY_VARIABLES:
        key = _checked(environ.get(name, ""), name)
        if key is not None:
            return key
    if key_from is not None:
        raise UsageError(f"the key is to come from {key_from}, and that is not set")
    return None


def _from_keyring(host: str) -> str:
    """Ask the keyring; it is imported only here, since most installations have none."""
    try:
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "no keyring is installed; pip install 'refactor-agent[keyring]', or use a variable"
        ) from error
    try:
        key: str | None = keyring.get_password(_SERVICE, host)
    except KeyringError as error:
        raise UsageError(f"the keyring can't be read: {error}") from error
    if not key:
        raise UsageError(f"the keyring has no key; set it with: keyring set {_SERVICE} {host}")
    return key


def _checked(key: str, source: str) -> SecretStr | None:
    key = key.strip()
    if not key.isprintable() or not key.isascii():
        raise UsageError(f"{source} holds characters that no key has; set it again")
    return SecretStr(key) if key else None
