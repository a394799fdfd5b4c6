"""The front matter of a rule file, validated."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from refactor_agent.domain.category import Category
from refactor_agent.domain.region import Confidence
from refactor_agent.domain.values import Value

__all__ = [
    "Applicability",
    "Arguments",
    "BlockingCall",
    "Detector",
    "FrontMatter",
    "Native",
    "Thread",
]

Applicability = Literal["safe", "review", "suggest"]
Thread = Literal["any", "unsafe", "bound"]
"""``any``: free to move. ``unsafe``: one thread at a time. ``bound``: its maker's thread only."""
Detector = Literal["async-twin"]
"""What finds a rule's places where a list of calls cannot."""
Weight = Annotated[int, Field(ge=1, le=10)]

_STUB = re.compile(r"(?P<name>\w+(\.\w+)*(\.\*)?)\((?P<parameters>.*)\)(\s*->\s*(?P<result>.+))?")


class BlockingCall(Value):
    """A call that blocks, as a stub line: ``requests.get(url, **kwargs) -> requests.Response``.

    A name that ends in ``.*`` stands for every public method of the type that no rule names.
    """

    call: str
    weight: Weight | None = None
    """Overrides the rule's weight."""
    category: Category | None = None
    """Overrides the rule's category."""
    confidence: Confidence | None = None
    """Overrides the rule's confidence."""
    unless: Mapping[str, str] = {}
    """Argument to the literal with which the call returns at once: ``blocking: "False"``; to
    ``"..."`` where it does so with any."""
    results: Mapping[str, str] = {}
    """Argument and literal to the type given then: ``stream=True: openai.Stream``."""

    @field_validator("call")
    @classmethod
    def _is_a_stub(cls, value: str, info: ValidationInfo) -> str:
        if info.context and info.context.get("checked"):
            return value
        match = _STUB.fullmatch(value)
        if match is None:
            raise ValueError(f"{value!r} is not a stub line such as 'time.sleep(seconds) -> None'")
        try:
            tree = ast.parse(f"def f({match['parameters']}) -> {match['result']}: ...")
        except SyntaxError:
            raise ValueError(f"the signature of {value!r} is not valid Python") from None
        operators = {type(node) for node in ast.walk(tree) if isinstance(node, ast.operator)}
        if operators - {ast.BitOr}:
            raise ValueError(f"what {value!r} gives is no type; weight and category are keys")
        return value

    @property
    def name(self) -> str:
        """The qualified name of what is called."""
        return self.call.partition("(")[0]

    @property
    def parameters(self) -> str:
        """The source of its parameter list."""
        match = _STUB.fullmatch(self.call)
        return match["parameters"] if match else ""

    @property
    def result(self) -> str | None:
        """The type it gives, as written; ``None`` where the stub line says none."""
        match = _STUB.fullmatch(self.call)
        return match["result"] if match else None


def _stub_line(value: object) -> object:
    return {"call": value} if isinstance(value, str) else value


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Arguments(Value):
    """What must be written out so that the async call does what the old one did."""

    add: Mapping[str, str] = {}
    """Keyword to source text, for calls that don't give it: ``follow_redirects: "True"``."""
    rename: Mapping[str, str] = {}
    positional: int | None = None
    """How many may be given by position there; the rest are written by name."""
    order: tuple[str, ...] = ()
    """What may be given by position, in order, where no stub line says it: of a constructor."""
    made: Mapping[str, tuple[str, ...]] = {}
    """Argument to what an object must be made by for it, in sight of the call: a client's
    ``credential`` that both sides take. A text or a tuple is as good."""
    refuse: tuple[str, ...] = ()
    """Keywords that have no equivalent: the call is not converted natively."""
    need: tuple[str, ...] = ()
    """What must be given at the call: without it, the async side does on the loop what blocks."""
    numbers: Mapping[str, str] = {}
    """Argument to the text it becomes, with ``{}`` for what must be a number written at the call:
    ``timeout: "aiohttp.ClientTimeout(sock_read={})"``."""
    drop: Mapping[str, str] = {}
    """Argument to the literal with which it says what goes without saying there: ``block: "True"``.
    With another one the call is not converted natively."""
    limit: str | None = None
    """The argument that limits the wait, for which `asyncio.wait_for` stands there."""
    plain: Mapping[str, str] = {}
    """Argument to a pattern: it must be text written at the call in which the pattern is not
    found. ``query: "(?i)\\bin %s"``."""


class Native(Value):
    """The async equivalent of a library, or of some of its calls."""

    distribution: str | None = None
    """What must be installed for it; ``None`` for the standard library."""
    versions: str = ""
    """The range the equivalence was checked on."""
    beside: Mapping[str, str] = {}
    """Distributions that both sides are part of where ``distribution`` is another one, which the
    async side needs, and the range of their versions that was checked."""
    twins: Mapping[str, str] = {}
    """Distributions with the same API as ``distribution``, and the range of their versions that was
    checked: a project that depends on one, and not on ``distribution``, gets that one."""
    calls: Mapping[str, str] = {}
    """Blocking call to awaited call, same arguments: ``time.sleep: asyncio.sleep``."""
    vendored: Mapping[str, str] = {}
    """Blocking call to a function of a module that is vendored, which takes the same arguments and
    does the same by way of what is in ``calls``: ``subprocess.run: _async_process.run_process``."""
    types: Mapping[str, str] = {}
    """Sync type, or function that makes one, to its async counterpart with the same arguments:
    ``openai.OpenAI: openai.AsyncOpenAI``."""
    halves: Mapping[str, str] = {}
    """Sync client to the attribute by which the same client is used asynchronously; what ``types``
    names is reached by way of it: ``google.genai.Client: aio``."""
    methods: Mapping[str, str] = {}
    """Methods with another name there: ``redis.Redis.close: aclose``."""
    iterators: tuple[str, ...] = ()
    """Calls whose awaited result is read with ``async for``."""
    streams: tuple[str, ...] = ()
    """Calls that are not awaited but read with ``async for``: ``redis.Redis.scan_iter``."""
    entered: tuple[str, ...] = ()
    """Calls that make an object, whose async form ``async with`` takes as it is: there it connects.
    Elsewhere a method, or one that is in ``calls``, is awaited; a class has no other use."""
    self_closing: tuple[str, ...] = ()
    """Sync types whose async counterpart closes its connections when it is let go of."""
    connects: Mapping[str, str] = {}
    """Calls that make an object and connect it, to the method that is awaited there to connect it,
    where no ``async with`` does: ``weaviate.connect_to_local: connect``."""
    held: tuple[str, ...] = ()
    """Sync types of what a client makes, whose async counterpart must be closed itself."""
    late: tuple[str, ...] = ()
    """Sync types whose async counterpart connects at its first call, and so fails there and not
    where it is made."""
    stateless: tuple[str, ...] = ()
    """Sync types whose async counterpart holds nothing open between its calls: none closes it."""
    ended_by: Mapping[str, tuple[str, ...]] = {}
    """Sync types that are not closed but waited for, and the methods that wait:
    ``subprocess.Popen: [communicate, wait]``."""
    opened: Mapping[str, Arguments] = {}
    """Async types whose methods stand for module-level functions: one is opened with
    ``async with`` around the call, given these arguments."""
    arguments: Mapping[str, Arguments] = {}
    """Per call, by the blocking call's name; ``type.*`` for every method of a type."""
    exceptions: Mapping[str, Annotated[tuple[str, ...], BeforeValidator(_one_or_more)]] = {}
    """Exception class to its counterparts; a handler without one refuses the conversion.
    ``openai.*: openai.*`` where both sides raise the same."""
    expires: Mapping[str, str] = {}
    """Calls whose wait an argument limits, to the exception when time is up:
    ``queue.Queue.get: queue.Empty``."""
    leaks: tuple[str, ...] = ()
    """Packages whose exceptions come through the sync side as they are, and are another's on the
    async side: a handler of them refuses the conversion."""
    missing: tuple[str, ...] = ()
    """Calls and attributes that the async side lacks: their use refuses the conversion."""
    results: Mapping[str, str] = {}
    """Attribute or method of what a call gives (``requests.Response.json()``) to what is written in
    its place there, with ``{}`` for the result: ``await {}.read()``."""
    read: Mapping[str, str] = {}
    """Type of what a call gives to the method that is awaited while its client is open."""
    alternatives: tuple[Native, ...] = ()
    """The same in other libraries: the first that a project depends on, where it has not this."""
    strategy: str | None = None
    """``module:Class`` of the Python beside the rule, where data can't say it."""


class FrontMatter(Value):
    """Everything a rule says in data."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,6}\d{3}$")]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    since: str
    weight: Weight
    category: Category = "other"
    """What the loop waits for, or computes, in these calls."""
    confidence: Confidence = "high"
    """How sure it is that these calls hold the loop up, once it is known which they are. What is
    ``low`` is shown and never converted."""
    applicability: Applicability
    library: str
    """What the rule is about, as people call it: ``requests``. With ``twins``, the package."""
    distribution: str | None = None
    """Its distribution on the index; ``None`` for the standard library."""
    versions: str = ""
    """The range the rule was checked on."""
    twins: Mapping[str, str] = {}
    """Packages with the same API, and the range of their versions that was checked: all that is
    said of ``library`` holds with their name."""
    aliases: Mapping[str, str] = {}
    """Other names of the same thing, prefixes too: ``requests.sessions: requests``. A ``*`` stands
    for any part of a name: ``loaders.*Loader: loaders.BaseLoader``."""
    blocks: tuple[Annotated[BlockingCall, BeforeValidator(_stub_line)], ...]
    detector: Detector | None = None
    """How places are found beside ``blocks``."""
    returns: Mapping[str, str] = {}
    """Calls and attributes that don't block, and the type they give: needed to follow receivers.
    ``pathlib.Path.parent: pathlib.Path``. ``Self`` is the receiver's own type."""
    bases: Mapping[str, tuple[str, ...]] = {}
    """Library class to its base classes, for methods listed on the base."""
    threads: Mapping[str, Thread] = {}
    """Type to how it may be used from threads; types not named here are ``any``."""
    native: Native | None = None
    """``None``: there is no async equivalent, so offload."""
    environment: Mapping[str, str] = {}
    """Variables that are set where the examples' ``calls`` are made; ``{server}`` is the address of
    the local server."""
    globs: tuple[str, ...] = ("**/*.py",)
