"""What the rules say about libraries, as values."""

from __future__ import annotations

import ast

from refactor_agent.locate.resolve.aws import known_name
from refactor_agent.locate.resolve.frameworks import OBJECTS
from refactor_agent.locate.resolve.values import (
    External,
    ExternalMethod,
    Instance,
    TupleValue,
    Value,
    Values,
    awaitable,
    join,
)
from refactor_agent.locate.rules_port import Rules

__all__ = ["CONTAINERS", "GENERIC_WRAPPERS", "Libraries"]

CONTAINERS = {
    **{
        f"typing.{old}": f"builtins.{new}"
        for old, new in (
            ("List", "list"), ("Dict", "dict"), ("Set", "set"), ("FrozenSet", "frozenset"),
            ("Tuple", "tuple"), ("Type", "type"),
        )
    },
    **{
        f"{home}.{name}": f"typing.{name}"
        for home in ("collections.abc", "typing_extensions")
        for name in (
            "Iterable", "Iterator", "Sequence", "MutableSequence", "Collection", "Mapping",
            "MutableMapping", "Set", "Generator", "AsyncGenerator", "AsyncIterator",
            "AsyncIterable", "Awaitable", "Coroutine", "Callable", "Self", "Any",
        )
    },
    "typing.DefaultDict": "collections.defaultdict",
    "typing.OrderedDict": "collections.OrderedDict",
    "typing.Deque": "collections.deque",
    "typing.Coroutine": "typing.Awaitable",
    "collections.abc.Coroutine": "typing.Awaitable",
}  # fmt: skip
"""One name for each generic type."""

GENERIC_WRAPPERS = frozenset(
    f"{home}.{name}"
    for home in ("typing", "typing_extensions")
    for name in (
        "ClassVar",
        "Final",
        "Required",
        "NotRequired",
        "ReadOnly",
        "Annotated",
        "TypeGuard",
    )
) | {"pydantic.SerializeAsAny", "pydantic.SkipValidation", "pydantic.OnErrorOmit"}
"""Their first argument is the type itself."""

_FACTORY_PREFIX = "from_"


class Libraries:
    """Types and blocking calls of libraries, each name looked up once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._types: dict[str, Values] = {}

    def canonical(self, name: str) -> str:
        """Give the one name that the rules use."""
        return self.rules.canonical(name)

    def knows(self, name: str) -> bool:
        """Say whether any rule speaks of ``name``."""
        return self.rules.blocking(name) is not None or self.rules.returns(name) is not None

    def type_of(self, name: str) -> Values:
        """Give the type of a call's result or an attribute; empty when no rule says it."""
        known = self._types.get(name)
        if known is None:
            text = self.rules.returns(known_name(name)) or OBJECTS.get(name)
            known = () if text is None else parse_type(text)
            self._types[name] = known
        return known

    def method_type(self, method: ExternalMethod) -> Values:
        """Give the type of a method's result or an attribute's value."""
        found = self.type_of(method.qualified) or self._dynamic(method)
        return join((method.receiver,) if value == _SELF else (value,) for value in found)

    def _dynamic(self, method: ExternalMethod) -> Values:
        """Give what any other attribute of a type is: ``client.database.collection``."""
        if method.name.startswith("_") or self.rules.blocking(method.qualified) is not None:
            return ()
        return self.type_of(f"{method.receiver.cls}.__getattr__")

    def called(self, value: External) -> Values:
        """Give what calling something from a library gives; its own name where nothing says it."""
        found = self.type_of(value.name)
        if found:
            return found
        home, _, last = value.name.rpartition(".")
        if last.startswith(_FACTORY_PREFIX) and home.rpartition(".")[2][:1].isupper():
            return (Instance(home),)
        return (Instance(CONTAINERS.get(value.name, value.name)),)

    def settle(self, value: Value) -> Values:
        """Give what an attribute of a library holds, now that it is used as an object."""
        if isinstance(value, ExternalMethod):
            return self.method_type(value) or (Instance(value.qualified),)
        if isinstance(value, External):
            return self.type_of(value.name) or (value,)
        return (value,)


_SELF = Instance("typing.Self")


def parse_type(text: str) -> Values:
    """Read a type as the rules write it: full names, ``|``, and generics."""
    try:
        return _parse(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError:
        return ()


def _parse(node: ast.expr) -> Values:  # noqa: PLR0911 - one for each kind of node
    if isinstance(node, ast.BinOp):
        return join((_parse(node.left), _parse(node.right)))
    if isinstance(node, ast.Name | ast.Attribute):
        name = ast.unparse(node)
        return () if name in _UNKNOWN else (Instance(_full(name)),)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return parse_type(node.value)
    if not isinstance(node, ast.Subscript):
        return ()
    base = _full(ast.unparse(node.value))
    arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if base in {"typing.Optional", "typing.Union"}:
        return join(map(_parse, arguments))
    if base == "builtins.tuple" and not _is_open(arguments):
        return (TupleValue(tuple(map(_parse, arguments))),)
    if base == "typing.Awaitable":
        return awaitable(_parse(arguments[-1]))
    return (Instance(base, tuple(map(_parse, arguments))),)


def _is_open(arguments: list[ast.expr]) -> bool:
    last = arguments[-1]
    return isinstance(last, ast.Constant) and last.value is Ellipsis


_UNKNOWN = frozenset({"None", "Any", "object", "typing.Any", "NoReturn", "typing.NoReturn"})
_BARE = {name.rpartition(".")[2]: name for name in CONTAINERS.values()} | {
    name: f"typing.{name}" for name in ("Optional", "Union", "Self")
}


def _full(name: str) -> str:
    name = _BARE.get(name, name)
    name = name if "." in name else f"builtins.{name}"
    return CONTAINERS.get(name, name)
