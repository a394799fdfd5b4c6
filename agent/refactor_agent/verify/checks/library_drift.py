"""What httpx does otherwise than requests is written out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_NEW = frozenset({"httpx", "httpx2"})
_CLIENTS = frozenset({"AsyncClient", "get", "post", "put", "patch", "delete", "head", "request"})


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None or change.module_before is None:
            continue
        if any(_names(change.module_before, change.before, {"requests"})):
            yield from _settings(change)
            yield from _query(change)
            yield from _odd_values(change)
            yield from _truth(change)
            yield from _guards(change)


def _names(module: Module, function: FunctionNode, roots: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            root = (module.qualified(node.func) or "").partition(".")[0]
            if root in roots:
                yield node


def _made(change: FunctionChange) -> list[ast.Call]:
    calls = _names(change.module_after, change.after, set(_NEW))
    return [
        call
        for call in calls
        if (change.module_after.qualified(call.func) or "").rpartition(".")[2] in _CLIENTS
    ]


def _settings(change: FunctionChange) -> Iterator[Objection]:
    """A client made here follows redirects and waits as long as it did, or says otherwise."""
    made = _made(change)
    given = {
        word.arg
        for node in ast.walk(change.after)
        if isinstance(node, ast.Call)
        for word in node.keywords
    }
    for wanted in ("follow_redirects", "timeout"):
        if made and wanted not in given:
            message = (
                f"{change.name}: requests and httpx differ in {wanted}; write it out as it was"
            )
            yield Objection(message, change.site(made[0]))


def _query(change: FunctionChange) -> Iterator[Objection]:
    """What goes over the wire: the query of the address."""
    for node in ast.walk(change.after) if _made(change) else ():
        if not isinstance(node, ast.Call) or not node.args:
            continue
        has_params = any(word.arg == "params" for word in node.keywords)
        has_query = any(
            isinstance(part, ast.Constant) and "?" in str(part.value)
            for part in ast.walk(node.args[0])
        )
        if has_params and has_query:
            message = f"{change.name}: httpx replaces the query of the address by `params`"
            yield Objection(message, change.site(node))


def _odd_values(change: FunctionChange) -> Iterator[Objection]:
    """What is None is left out by one and sent empty by the other; True is `True`, and `true`."""
    given = change.after.args
    optional = {
        argument.arg
        for arguments, defaults in (
            ((*given.posonlyargs, *given.args)[::-1], given.defaults[::-1]),
            (given.kwonlyargs, given.kw_defaults),
        )
        for argument, default in zip(arguments, defaults, strict=False)
        if isinstance(default, ast.Constant) and (default.value is None or default.value is True)
    }
    for node in ast.walk(change.after) if _made(change) else ():
        if not isinstance(node, ast.keyword) or node.arg not in {"params", "data"}:
            continue
        for value in node.value.values if isinstance(node.value, ast.Dict) else ():
            odd = isinstance(value, ast.Constant) and isinstance(value.value, bool | None)
            if odd or (isinstance(value, ast.Name) and value.id in optional):
                message = (
                    f"{change.name}: `{ast.unparse(value)}` goes over the wire otherwise: httpx "
                    "sends None as empty, and True as `true`"
                )
                yield Objection(message, change.site(value))


def _truth(change: FunctionChange) -> Iterator[Objection]:
    """`if response:` was whether the status is good, and is always true."""
    responses = {
        target.id
        for node in (ast.walk(change.after) if _made(change) else ())
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Await)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(change.after):
        if isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
            tested = node.test.operand if isinstance(node.test, ast.UnaryOp) else node.test
            if isinstance(tested, ast.Name) and tested.id in responses:
                message = f"{change.name}: {tested.id} is always true; ask `is_success`"
                yield Objection(message, change.site(tested))


def _guards(change: FunctionChange) -> Iterator[Objection]:
    """The status is still looked at, certificates are still verified, one client is enough."""
    asked = change.before is not None and _checks_status(change.before)
    if asked and _made(change) and not _checks_status(change.after):
        yield Objection(f"{change.name}: raise_for_status is no longer called")
    for call in _made(change):
        for word in call.keywords:
            if word.arg == "verify" and isinstance(word.value, ast.Constant):
                message = f"{change.name}: verify={ast.unparse(word.value)} is new"
                yield Objection(message, change.site(call))
        if any(isinstance(p, ast.For | ast.While) for p in change.module_after.ancestors(call)):
            message = f"{change.name}: a client is made for every turn of a loop"
            yield Objection(message, change.site(call))


def _checks_status(function: FunctionNode) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "raise_for_status"
        for node in ast.walk(function)
    )


_HEAD = "import httpx\nimport requests\n\n\n"
_BEFORE = _HEAD + "def f(u):\n    r = requests.get(u)\n    return 1 if r else 0\n"


def _after(settings: str, call: str = "c.get(u)", test: str = "r.is_success") -> str:
    return (
        f"{_HEAD}async def f(u):\n    async with httpx.AsyncClient({settings}) as c:\n"
        f"        r = await {call}\n    return 1 if {test} else 0\n"
    )


_BOTH = "follow_redirects=True, timeout=None"

CHECK = Check(
    name="library-drift",
    hazards=("H-R1", "H-R2", "H-R3", "H-R4", "H-R5", "H-R7", "H-R8", "H-L3"),
    reason="The two libraries differ where tests seldom look: redirects, limits, queries, truth.",
    find=_find,
    examples=(
        Example("redirects", _BEFORE, _after("timeout=None"), "differ in follow_redirects"),
        Example("limit", _BEFORE, _after("follow_redirects=True"), "differ in timeout"),
        Example("query", _BEFORE, _after(_BOTH, "c.get('/a?b=1', params={})"), "replaces"),
        Example(
            "a value that is None or true",
            _BEFORE,
            _after(_BOTH, "c.get(u, params={'a': None, 'b': True})"),
            "None as empty",
        ),
        Example("plain values", _BEFORE, _after(_BOTH, "c.get(u, params={'a': u, 'b': 1})")),
        Example("truth", _BEFORE, _after(_BOTH, test="r"), "always true"),
        Example("certificates", _BEFORE, _after(f"{_BOTH}, verify=False"), "verify=False is new"),
        Example("written out", _BEFORE, _after(_BOTH)),
    ),
)
