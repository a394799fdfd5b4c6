"""Methods that are looked up by a name put together at run time, and may be async now."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.nodes import within
from refactor_agent.asyncify.refusals import Refusals
from refactor_agent.asyncify.world import Module, World
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction

__all__ = ["look_up_behind", "looked_up", "note_looked_up"]

_GETATTR = m.Call(func=m.Name("getattr"), args=[m.Arg(), m.Arg(), m.ZeroOrMore()])
_TELLING = 2
"""How many letters of a name have to be constant to say which methods are meant."""


def note_looked_up(world: World, colours: Colours, refusals: Refusals) -> None:
    """Name the look-ups, ``getattr(self, "do_" + name)``, that may give a method turned async.

    Those that are called where they stand are awaited there, and are no news.
    """
    for module in world.modules.values():
        called = {
            look_up
            for node in module.source.parents
            if isinstance(node, cst.Call)
            and (look_up := look_up_behind(module, node)) is not None
            and looked_up(module, look_up)
        }
        for node in module.source.parents:
            if isinstance(node, cst.Call) and node not in called:
                turned = {f.name for f in _methods(module, node) if colours.turned(f.name)}
                if turned:
                    text = (
                        f"what is looked up may be {', '.join(sorted(turned))}, which became async"
                    )
                    refusals.add("looked-up", text, module.source.site(node))


def look_up_behind(module: Module, call: cst.Call) -> cst.Call | None:
    """Give the ``getattr`` that gives what ``call`` calls, at once or by way of a variable."""
    if isinstance(call.func, cst.Call):
        return call.func if m.matches(call.func, _GETATTR) else None
    function = module.source.function_around(call)
    if not isinstance(call.func, cst.Name) or function is None:
        return None
    if (function, call.func.value) not in module.kept_look_ups:
        return None  # most calls: what is below walks the whole function
    name = m.Name(call.func.value)
    if m.findall(function.params, m.Param(name=name)):
        return None
    bound = [
        node
        for node in within(function.body)
        if m.matches(node, m.AssignTarget(target=name))
        or m.matches(node, (m.AnnAssign | m.AugAssign | m.NamedExpr | m.For)(target=name))
        or m.matches(node, m.AsName(name=name))
    ]
    around = module.source.parents[bound[0]] if len(bound) == 1 else None
    value = around.value if isinstance(around, cst.Assign) else None
    is_read = isinstance(value, cst.Call) and m.matches(value, _GETATTR)
    return value if is_read and isinstance(value, cst.Call) else None


def looked_up(module: Module, node: cst.Call) -> list[ProjectFunction]:
    """Give the methods that a ``getattr`` may find, where enough of their names is constant."""
    first, last = _ends(node.args[1].value)
    is_telling = len((first + last).strip("_")) >= _TELLING
    return list(_methods(module, node)) if is_telling else []


def _methods(module: Module, node: cst.Call) -> Iterator[ProjectFunction]:
    if not m.matches(node, _GETATTR):
        return
    first, last = _ends(node.args[1].value)
    call = module.call(node)
    if call is None or not (first or last):
        return
    evaluator = module.evaluator
    for value in evaluator.term(call.function, call.facts.args[0]):
        cls = evaluator.index.classes.get(getattr(value, "cls", ""))
        for base in linearise(evaluator, cls) if cls is not None else ():
            names = base.facts.methods if isinstance(base, ProjectClass) else ()
            for name in names:
                fits = name.startswith(first) and name.endswith(last)
                if fits and isinstance(base, ProjectClass):
                    yield from base.methods(name)


def _ends(node: cst.BaseExpression) -> tuple[str, str]:
    """Give the constant text that a name begins and ends with."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        return _text(node.left), _text(node.right)
    parts = node.parts if isinstance(node, cst.FormattedString) else ()
    if len(parts) < 2:
        return "", ""
    return _part(parts[0]), _part(parts[-1])


def _text(node: cst.BaseExpression) -> str:
    text = node.evaluated_value if isinstance(node, cst.SimpleString) else ""
    return text if isinstance(text, str) else ""


def _part(node: cst.BaseFormattedStringContent) -> str:
    return node.value if isinstance(node, cst.FormattedStringText) else ""
