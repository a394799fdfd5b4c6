"""What was asked is still asked, where a model wrote the change."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from refactor_agent.verify.change import Change
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions, own_nodes
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    if not any(_by_model(change) for change in context.changes):
        return  # what rules write is held to the statements as they were
    for change in changed_functions(context):
        if change.before is not None:
            yield from _gone(change, change.before)


def _by_model(change: Change) -> bool:
    return change.attempt is None and change.proposal.author.kind != "rules"


def _gone(change: FunctionChange, before: FunctionNode) -> Iterator[Objection]:
    kept = {_text(condition) for condition in _conditions(change.after)}
    other, called = _rebound(before, change.after), _called(change.after)
    for condition in _conditions(before):
        text = _text(condition)
        asks = _called(condition)
        hoisted = bool(asks) and asks <= called  # its calls may stand above it now
        if text not in kept and not hoisted and not _reads(condition, other):
            message = f"{change.name}: `{text}` decided something there, and no longer does"
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


def _text(condition: ast.expr) -> str:
    """The test without awaits, and with calls named by their last part: `stat` for `os.stat`."""
    asked = condition
    if isinstance(asked, ast.UnaryOp) and isinstance(asked.op, ast.Not):
        asked = asked.operand  # a test and its opposite ask the same: branches may be exchanged
    text = sync_form(asked)
    return ast.unparse(_LastNames().visit(ast.parse(text, mode="eval")))


def _called(node: ast.AST) -> frozenset[str]:
    """The last names of what is called under a node, builtins left out."""
    calls = [
        part.func for part in ast.walk(ast.parse(sync_form(node))) if isinstance(part, ast.Call)
    ]
    names = {(dotted(function) or "").rpartition(".")[2] for function in calls}
    return frozenset(names - set(dir(builtins)) - {""})


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


def _bindings(function: FunctionNode) -> Iterator[tuple[str, ast.expr]]:
    for node in own_nodes(function):
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
