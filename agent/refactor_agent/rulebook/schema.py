"""The front matter of a rule file, validated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from refactor_agent.domain.values import Value

__all__ = ["Applicability", "Arguments", "BlockingCall", "FrontMatter", "Native", "Thread"]

Applicability = Literal["safe", "review", "suggest"]
Thread = Literal["any", "unsafe", "bound"]
"""``any``: free to move. ``unsafe``: one thread at a time. ``bound``: its maker's thread only."""
Weight = Annotated[int, Field(ge=1, le=10)]


class BlockingCall(Value):
    """A call that blocks, as a stub line: ``requests.get(url, **kwargs) -> requests.Response``."""

    call: str
    weight: Weight | None = None
    """Overrides the rule's weight."""


def _stub_line(value: object) -> object:
    return {"call": value} if isinstance(value, str) else value


class Arguments(Value):
    """What must be written out so that the async call does what the old one did."""

    add: Mapping[str, str] = {}
    """Keyword to source text, for calls that don't give it: ``follow_redirects: "True"``."""
    rename: Mapping[str, str] = {}
    refuse: tuple[str, ...] = ()
    """Keywords that have no equivalent: the call is not converted natively."""


class Native(Value):
    """The async equivalent of a library, or of some of its calls."""

    distribution: str | None = None
    """What must be installed for it; ``None`` for the standard library."""
    versions: str = ""
    """The range the equivalence was checked on."""
    calls: Mapping[str, str] = {}
    """Blocking call to awaited call, same arguments: ``time.sleep: asyncio.sleep``."""
    types: Mapping[str, str] = {}
    """Sync type to async type, same constructor: ``openai.OpenAI: openai.AsyncOpenAI``."""
    methods: Mapping[str, str] = {}
    """Methods with another name there: ``redis.Redis.close: aclose``."""
    iterators: tuple[str, ...] = ()
    """Calls whose awaited result is read with ``async for``."""
    arguments: Mapping[str, Arguments] = {}
    """Per call, by the blocking call's name."""
    exceptions: Mapping[str, str] = {}
    """Exception class to its counterpart; a handler without one refuses the conversion."""
    strategy: str | None = None
    """``module:Class`` of the Python beside the rule, where data can't say it."""


class FrontMatter(Value):
    """Everything a rule says in data."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,6}\d{3}$")]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    since: str
    weight: Weight
    applicability: Applicability
    library: str
    """What the rule is about, as people call it: ``requests``."""
    distribution: str | None = None
    """Its distribution on the index; ``None`` for the standard library."""
    versions: str = ""
    """The range the rule was checked on."""
    blocks: tuple[Annotated[BlockingCall, BeforeValidator(_stub_line)], ...]
    returns: Mapping[str, str] = {}
    """Calls and attributes that don't block, and the type they give: needed to follow receivers.
    ``pathlib.Path.parent: pathlib.Path``."""
    bases: Mapping[str, tuple[str, ...]] = {}
    """Library class to its base classes, for methods listed on the base."""
    threads: Mapping[str, Thread] = {}
    """Type to how it may be used from threads; types not named here are ``any``."""
    native: Native | None = None
    """``None``: there is no async equivalent, so offload."""
    globs: tuple[str, ...] = ("**/*.py",)
