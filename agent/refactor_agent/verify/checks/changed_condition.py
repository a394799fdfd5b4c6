"""What was asked is still asked, where a model wrote the change."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_by_model, own_nodes
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change, before, _ in changed_by_model(context):
        yield from _gone(change, before)


def _gone(change: FunctionChange, before: FunctionNode) -> Iterator[Objection]:
    kept = {_text(condition) for condition in _conditions(change.after)}
    other, called = _rebound(before, change.after), _called(change.after)
    for condition in _conditions(before):
        text = _text(condition)
        asks = _called(condition)
        hoisted = bool(asks) and asks <= called  # its calls may stand above it now
        foreign = other - _bound_by(before, condition)
        if text not in kept and not hoisted and not _reads(condition, foreign):
            message = f"{change.name}: `{text}` decided something there, and no longer does"
            yield Objection(message, change.site(change.after))
    for text in sorted(_repeated(before) & (_asked(change.after) - _repeated(change.after))):
        message = f"{change.name}: `{text}` was asked again and again, and is asked once"
        yield Objection(message, change.site(change.after))


def _conditions(function: FunctionNode) -> list[ast.expr]:
    """Every test of a branch, a loop or a filter, nested functions' too."""
    found: list[ast.expr] = []
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            found.append(node.test)
        elif isinstance(node, ast.comprehension):
            found.extend(node.ifs)
    return found


def _asked(function: FunctionNode) -> frozenset[str]:
    """The tests of a function's own branches and loops."""
    return frozenset(
        _text(node.test) for node in own_nodes(function) if isinstance(node, ast.If | ast.While)
    )


def _repeated(function: FunctionNode) -> frozenset[str]:
    """Those of them that a loop makes anew: its own, and of what stands in it."""
    loops = [n for n in own_nodes(function) if isinstance(n, ast.For | ast.AsyncFor | ast.While)]
    return frozenset(
        _text(part.test)
        for loop in loops
        for part in (loop, *own_nodes(loop))
        if isinstance(part, ast.If | ast.While)
    )


def _text(condition: ast.expr) -> str:
    """The test without awaits, and with calls named by their last part: `stat` for `os.stat`."""
    asked = condition
    if isinstance(asked, ast.UnaryOp) and isinstance(asked.op, ast.Not):
        asked = asked.operand  # a test and its opposite ask the same: branches may be exchanged
    text = sync_form(asked)
    return ast.unparse(_LastNames().visit(ast.parse(text, mode="eval")))


def _called(node: ast.AST) -> frozenset[str]:
    """The calls under a node with what they are given, by their last names; no builtins."""
    found = set()
    for part in ast.walk(_LastNames().visit(ast.parse(sync_form(node)))):
        if isinstance(part, ast.Call) and (dotted(part.func) or "") not in dir(builtins):
            found.add(ast.unparse(part))
    return frozenset(found)


class _LastNames(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute):
            node.func = ast.Name(node.func.attr)
        return node


def _rebound(before: FunctionNode, after: FunctionNode) -> frozenset[str]:
    """Names whose values come from elsewhere now: another library's answer is asked otherwise."""
    kept = {sync_form(value) for _, value in _bindings(after)}
    return frozenset(name for name, value in _bindings(before) if sync_form(value) not in kept)


def _bound_by(function: FunctionNode, condition: ast.expr) -> frozenset[str]:
    """Names whose one value this test chooses: before it they stood for what was given."""
    bindings = list(_bindings(function))
    names = Counter(name for name, _ in bindings)
    return frozenset(
        name for name, value in bindings if names[name] == 1 and condition in ast.walk(value)
    )


def _bindings(function: FunctionNode) -> Iterator[tuple[str, ast.expr]]:
    """Names with their values, those of a nested function too: a thread may run it in place."""
    for node in ast.walk(function):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.NamedExpr):
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            pairs = [(node.optional_vars, node.context_expr)]
        for target, value in pairs:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    yield part.id, value


def _reads(condition: ast.expr, names: frozenset[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(condition))


_BEFORE = (
    "def f(ks):\n    for k in ks:\n        if k > 2:\n            g(k)\n    if ks:\n        h(ks)\n"
)
_SAYS = "decided something there"


def _after(text: str = "") -> str:
    after = _BEFORE.replace("def", "async def").replace(" g(", " await g(")
    old, _, new = text.partition(" -> ")
    return after.replace(old, new) if text else after


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, before, after, says, by="model")


CHECK = Check(
    name="changed-condition",
    hazards=("H-A5", "H-F4", "H-P1"),
    reason="A conversion waits otherwise; it does not decide otherwise.",
    level="doubtful",
    find=_find,
    examples=(
        _model("another bound", _BEFORE, _after("k > 2 -> k >= 2"), _SAYS),
        _model("one more way in", _BEFORE, _after("k > 2 -> k > 2 or k == ks[-1]"), _SAYS),
        _model("left out", _BEFORE, _after("    if ks:\n        h(ks)\n -> "), _SAYS),
        _model("empty is none", "def f(k, at=None):\n    at = now() if at is None else at\n",
                "async def f(k, at=None):\n    at = at or await now()\n", _SAYS),
        _model("asked of less", "def f(k):\n    if k.strip():\n        g(k)\n",
                "async def f(k):\n    if k.strip('_'):\n        await g(k)\n", _SAYS),
        _model("asked of less, by a helper",
                "def f(k):\n    r = []\n    if k.strip() or r:\n        g(k)\n",
                "async def f(k):\n    def part():\n        r = []\n        if k.strip('_') or r:\n"
                "            g(k)\n    await offload(part)\n", _SAYS),
        _model("asked once", "def f(k):\n    while not k.exists():\n        wait(k)\n",
                "async def f(k):\n    if not await offload(k.exists):\n        await wait(k)\n",
                "is asked once"),
        _model("asked by a loop of its own", "def f(k):\n    while k.left():\n        g(k)\n",
                "async def f(k):\n    while True:\n        if not await k.left():\n"
                "            break\n        await g(k)\n"),
        _model("the same", _BEFORE, _after()),
        _model("turned round", _BEFORE,
                _after("if k > 2:\n            await g(k) -> if not k > 2:\n            continue\n"
                       "        await g(k)")),
        _model("asked of another library's answer",
                "def f(u):\n    r = requests.get(u)\n    if r.ok:\n        return r.text\n",
                "async def f(u):\n    r = await client.get(u)\n    if r.is_success:\n"
                "        return r.text\n"),
        _model("its calls hoisted", "def f(k):\n    if price(k) > 3 and left(k):\n        g(k)\n",
                "async def f(k):\n    cost = await price(k)\n    if cost > 3 and await left(k):\n"
                "        g(k)\n"),
        _model("awaited in the test", "def f(p):\n    if os.path.exists(p):\n        return 1\n",
                "async def f(p):\n    if await aiofiles.os.path.exists(p):\n        return 1\n"),
    ),
)  # fmt: skip
