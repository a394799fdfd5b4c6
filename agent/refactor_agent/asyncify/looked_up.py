"""Methods that are looked up by a name put together at run time, and may be async now."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.refusals import Refusals
from refactor_agent.asyncify.world import Module, World
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass

__all__ = ["note_looked_up"]

_GETATTR = m.Call(func=m.Name("getattr"), args=[m.Arg(), m.Arg(), m.ZeroOrMore()])


def note_looked_up(world: World, colours: Colours, refusals: Refusals) -> None:
    """Name the look-ups, ``getattr(self, "do_" + name)``, that may give a method turned async."""
    for module in world.modules.values():
        for node in module.source.parents:
            if isinstance(node, cst.Call) and m.matches(node, _GETATTR):
                found = sorted(_found(world, colours, module, node))
                if found:
                    text = f"what is looked up may be {', '.join(found)}, which became async"
                    refusals.add("looked-up", text, module.source.site(node))


def _found(world: World, colours: Colours, module: Module, node: cst.Call) -> Iterator[str]:
    first, last = _ends(node.args[1].value)
    call = module.call(node)
    if call is None or not (first or last):
        return
    for value in world.evaluator.term(call.function, call.facts.args[0]):
        cls = world.evaluator.index.classes.get(getattr(value, "cls", ""))
        for base in linearise(world.evaluator, cls) if cls is not None else ():
            names = base.facts.methods if isinstance(base, ProjectClass) else ()
            for name in names:
                fits = name.startswith(first) and name.endswith(last)
                if fits and isinstance(base, ProjectClass):
                    yield from (f.name for f in base.methods(name) if colours.turned(f.name))


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
