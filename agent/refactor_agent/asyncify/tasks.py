"""How what a thread did is written for a task."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.threads import Thread
from refactor_agent.convert.arguments import TIGHT

__all__ = [
    "begun",
    "called",
    "coroutine",
    "is_not_done",
    "of_either_colour",
    "receiver",
    "task",
    "wait",
]

_CODE = """\
def {name}(coroutine):
    \"\"\"Let a task run that nobody waits for; it is kept until it ends.\"\"\"
    task = {create}(coroutine)
    {tasks}.add(task)
    task.add_done_callback({tasks}.discard)
"""


def begun(edit: Edit) -> cst.BaseExpression:
    """Name the helper that lets a task run which nobody waits for; the file gets it once."""
    name, tasks = "_begun", "_begun_tasks"
    create = edit.source.module.code_for_node(edit.spelling.from_module("asyncio", "create_task"))
    edit.helpers[tasks] = f"{tasks} = set()\n"
    edit.helpers[name] = _CODE.format(name=name, tasks=tasks, create=create)
    return cst.Name(name)


_EITHER = "_run_in_task"
_EITHER_CODE = '''\
async def {name}(target, *args, **kwargs):
    """Run what a thread was to run: await what waits, and leave the rest to a thread."""
    if {is_async}(target):
        return await target(*args, **kwargs)
    given = await {to_thread}(target, *args, **kwargs)
    return await given if {isawaitable}(given) else given
'''


def of_either_colour(edit: Edit) -> cst.BaseExpression:
    """Name the helper that runs a target which may be async or not; the file gets it once."""
    if _EITHER not in edit.helpers:
        names = {
            "is_async": ("inspect", "iscoroutinefunction"),
            "to_thread": ("asyncio", "to_thread"),
            "isawaitable": ("inspect", "isawaitable"),
        }
        code, spell = edit.source.module.code_for_node, edit.spelling.from_module
        written = {key: code(spell(*name)) for key, name in names.items()}
        edit.helpers[_EITHER] = _EITHER_CODE.format(name=_EITHER, **written)
    return cst.Name(_EITHER)


def task(
    thread: Thread,
    create: cst.BaseExpression,
    changed: cst.CSTNode,
    runner: cst.BaseExpression | None = None,
) -> cst.Call:
    """Give the call that makes a task of what ``changed``, a call of ``Thread``, would run.

    Where there is a ``runner``, it is given the target and its arguments.
    """
    call = cst.ensure_type(changed, cst.Call)
    made = called(create, coroutine(thread, call, runner))
    if "name" not in thread.given:
        return made
    name = cst.Arg(call.args[thread.given["name"]].value, cst.Name("name"), TIGHT)
    return made.with_changes(args=[*made.args, name])


def coroutine(
    thread: Thread, changed: cst.CSTNode, runner: cst.BaseExpression | None = None
) -> cst.Call:
    """Give the call that the thread would have made, or that ``runner`` makes of it."""
    call = cst.ensure_type(changed, cst.Call)
    given = {name: call.args[at].value for name, at in thread.given.items()}
    args = [*_positional(given.get("args")), *_keywords(given.get("kwargs"))]
    if runner is not None:
        return cst.Call(runner, [cst.Arg(given["target"]), *args])
    return cst.Call(given["target"], args)


def _positional(node: cst.BaseExpression | None) -> Iterator[cst.Arg]:
    if isinstance(node, cst.Tuple | cst.List):
        for element in node.elements:
            yield cst.Arg(
                element.value, star="*" if isinstance(element, cst.StarredElement) else ""
            )
    elif node is not None:
        yield cst.Arg(node, star="*")


def _keywords(node: cst.BaseExpression | None) -> Iterator[cst.Arg]:
    names = [_keyword(part) for part in node.elements] if isinstance(node, cst.Dict) else [None]
    if node is not None and None in names:
        yield cst.Arg(node, star="**")
        return
    for name, part in zip(names, node.elements if isinstance(node, cst.Dict) else (), strict=False):
        yield cst.Arg(part.value, cst.Name(name or ""), TIGHT)


def _keyword(part: cst.BaseDictElement) -> str | None:
    key = part.key if isinstance(part, cst.DictElement) else None
    text = key.evaluated_value if isinstance(key, cst.SimpleString) else None
    return text if isinstance(text, str) and text.isidentifier() else None


def called(func: cst.BaseExpression, argument: cst.BaseExpression) -> cst.Call:
    """Give ``func(argument)``."""
    return cst.Call(func, [cst.Arg(argument)])


def receiver(changed: cst.CSTNode) -> cst.BaseExpression:
    """Give the object whose method is called."""
    call = cst.ensure_type(changed, cst.Call)
    return cst.ensure_type(call.func, cst.Attribute).value


def wait(func: cst.BaseExpression, changed: cst.CSTNode) -> cst.Call:
    """Give ``wait([thread])`` for ``thread.join()``."""
    call = cst.ensure_type(changed, cst.Call)
    waited = cst.Arg(cst.List([cst.Element(receiver(call))]))
    timeout = [cst.Arg(arg.value, cst.Name("timeout"), TIGHT) for arg in call.args]
    return cst.Call(func, [waited, *timeout])


def is_not_done(changed: cst.CSTNode, *, is_apart: bool) -> cst.BaseExpression:
    """Give ``not thread.done()`` for ``thread.is_alive()``."""
    done = cst.Call(cst.Attribute(receiver(changed), cst.Name("done")))
    made = cst.UnaryOperation(cst.Not(), done)
    if is_apart:
        return made
    return made.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
