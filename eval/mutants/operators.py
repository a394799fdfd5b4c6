"""Mutation operators: the small mistakes that conversions to async are known for.

Each looks at one node of a right conversion and gives what a careless hand would have written
there, or ``None``. They change what the conversion is about (awaits, locks, tasks, order), not
arithmetic or conditions: those would measure the project's tests, not the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import libcst as cst
import libcst.matchers as m

__all__ = ["OPERATORS", "Operator"]

Operator = Callable[[cst.CSTNode], cst.CSTNode | None]

_AWAITED = m.SimpleStatementLine(body=[m.Expr(value=m.Await())])
_AWAITED_CALL = m.SimpleStatementLine(body=[m.Expr(value=m.Await(expression=m.Call()))])
_SLEEP_ZERO = cst.parse_expression("asyncio.sleep(0)")


def drop_await(node: cst.CSTNode) -> cst.CSTNode | None:
    """Call the coroutine function, and never await it."""
    return node.expression if isinstance(node, cst.Await) else None


def fire_and_forget(node: cst.CSTNode) -> cst.CSTNode | None:
    """Start a task nobody waits for."""
    if not m.matches(node, m.Expr(value=m.Await(expression=m.Call()))):
        return None
    awaited = cst.ensure_type(cst.ensure_type(node, cst.Expr).value, cst.Await)
    task = cst.parse_expression("asyncio.create_task()")
    argument = cst.Arg(awaited.expression)
    return cst.Expr(cst.ensure_type(task, cst.Call).with_changes(args=[argument]))


def sleep_in_place_of_work(node: cst.CSTNode) -> cst.CSTNode | None:
    """Yield to the loop, and do nothing else."""
    if not m.matches(node, m.Expr(value=m.Await())):
        return None
    awaited = cst.ensure_type(cst.ensure_type(node, cst.Expr).value, cst.Await)
    if awaited.expression.deep_equals(_SLEEP_ZERO):
        return None
    return cst.Expr(awaited.with_changes(expression=_SLEEP_ZERO))


def drop_statement(node: cst.CSTNode) -> cst.CSTNode | None:
    """Leave the awaited statement out."""
    if not m.matches(node, _AWAITED):
        return None
    return cst.SimpleStatementLine([cst.Pass()])


def swap_statements(node: cst.CSTNode) -> cst.CSTNode | None:
    """Exchange the first two awaited statements that stand side by side."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    body = list(node.body)
    for first in range(len(body) - 1):
        pair = body[first : first + 2]
        if all(m.matches(line, _AWAITED) for line in pair) and not pair[0].deep_equals(pair[1]):
            body[first : first + 2] = reversed(pair)
            return node.with_changes(body=body)
    return None


def move_await(node: cst.CSTNode) -> cst.CSTNode | None:
    """Start the first awaited value that can wait, and await it one statement later."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    body = list(node.body)
    for place in range(len(body) - 1):
        name = _awaited_into(body[place])
        following = body[place + 1]
        if name is None or m.findall(following, m.Name(name)) or not _goes_on(following):
            continue
        awaited = cst.ensure_type(_assignment(body[place]).value, cst.Await)
        started = _assign(body[place], name, awaited.expression)
        body[place : place + 2] = [started, following, _assign(body[place], name, f"await {name}")]
        return node.with_changes(body=body)
    return None


def _awaited_into(line: cst.BaseStatement) -> str | None:
    target = m.AssignTarget(target=m.Name())
    pattern = m.SimpleStatementLine(body=[m.Assign(targets=[target], value=m.Await())])
    if not m.matches(line, pattern):
        return None
    return cst.ensure_type(_assignment(line).targets[0].target, cst.Name).value


def _assignment(line: cst.BaseStatement) -> cst.Assign:
    return cst.ensure_type(cst.ensure_type(line, cst.SimpleStatementLine).body[0], cst.Assign)


def _assign(
    line: cst.BaseStatement, name: str, value: cst.BaseExpression | str
) -> cst.BaseStatement:
    expression = cst.parse_expression(value) if isinstance(value, str) else value
    target = cst.AssignTarget(cst.Name(name))
    like = cst.ensure_type(line, cst.SimpleStatementLine)
    return like.with_changes(body=[cst.Assign([target], expression)], leading_lines=())


def _goes_on(line: cst.BaseStatement) -> bool:
    leaves = m.Return() | m.Raise() | m.Break() | m.Continue()
    return not m.matches(line, m.SimpleStatementLine(body=[leaves]))


def gather_statements(node: cst.CSTNode) -> cst.CSTNode | None:
    """Run at once the first two awaited calls that stand side by side."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    body = list(node.body)
    for first in range(len(body) - 1):
        pair = body[first : first + 2]
        if all(m.matches(line, _AWAITED_CALL) for line in pair):
            calls = [cst.Arg(cst.ensure_type(_value(line), cst.Await).expression) for line in pair]
            gather = cst.ensure_type(cst.parse_expression("asyncio.gather()"), cst.Call)
            both = cst.Await(gather.with_changes(args=calls))
            body[first : first + 2] = [cst.SimpleStatementLine([cst.Expr(both)])]
            return node.with_changes(body=body)
    return None


def _value(line: cst.BaseStatement) -> cst.BaseExpression:
    return cst.ensure_type(cst.ensure_type(line, cst.SimpleStatementLine).body[0], cst.Expr).value


def drop_assertion(node: cst.CSTNode) -> cst.CSTNode | None:
    """Leave an assertion out, as pytest or unittest writes it."""
    method = m.Call(func=m.Attribute(value=m.Name("self"), attr=m.Name()))
    if m.matches(node, m.SimpleStatementLine(body=[m.Assert()])):
        return cst.SimpleStatementLine([cst.Pass()])
    if m.matches(node, m.SimpleStatementLine(body=[m.Expr(value=method)])):
        call = cst.ensure_type(_value(cst.ensure_type(node, cst.SimpleStatementLine)), cst.Call)
        name = cst.ensure_type(call.func, cst.Attribute).attr.value
        return cst.SimpleStatementLine([cst.Pass()]) if name.startswith("assert") else None
    return None


def plain_with(node: cst.CSTNode) -> cst.CSTNode | None:
    """Enter an asynchronous context manager as if it were a plain one."""
    if isinstance(node, cst.With) and node.asynchronous is not None:
        return node.with_changes(asynchronous=None)
    return None


def plain_for(node: cst.CSTNode) -> cst.CSTNode | None:
    """Iterate over an asynchronous iterator as if it were a plain one."""
    if isinstance(node, cst.For | cst.CompFor) and node.asynchronous is not None:
        return node.with_changes(asynchronous=None)
    return None


def plain_function(node: cst.CSTNode) -> cst.CSTNode | None:
    """Forget the ``async`` of the definition."""
    if isinstance(node, cst.FunctionDef) and node.asynchronous is not None:
        return node.with_changes(asynchronous=None)
    return None


def thread_lock(node: cst.CSTNode) -> cst.CSTNode | None:
    """Hold a lock of threads where one of the loop was."""
    if m.matches(node, m.Attribute(value=m.Name("asyncio"), attr=m.Name("Lock") | m.Name("Event"))):
        return cst.ensure_type(node, cst.Attribute).with_changes(value=cst.Name("threading"))
    if not isinstance(node, cst.With) or node.asynchronous is None or len(node.items) != 1:
        return None
    if not m.matches(node.items[0], m.WithItem(item=m.Name() | m.Attribute(), asname=None)):
        return None
    item = cst.WithItem(cst.parse_expression("threading.Lock()"))
    return node.with_changes(items=[item], asynchronous=None)


def no_lock(node: cst.CSTNode) -> cst.CSTNode | None:
    """Do the work of an ``async with`` whose target nobody uses, such as a lock's, without it."""
    if isinstance(node, cst.With) and node.asynchronous is not None and len(node.items) == 1:
        return None if node.items[0].asname else cst.If(test=cst.Name("True"), body=node.body)
    return None


def out_of_section(node: cst.CSTNode) -> cst.CSTNode | None:
    """Do the first thing of an ``async with`` before it is entered, as of a lock's section."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    for place, line in enumerate(node.body):
        entered = isinstance(line, cst.With) and line.asynchronous is not None
        if isinstance(line, cst.With) and entered and not any(i.asname for i in line.items):
            return _hoisted(node, place, line)
    return None


def out_of_try(node: cst.CSTNode) -> cst.CSTNode | None:
    """Do the first thing of a ``try`` that awaits before it."""
    if not isinstance(node, cst.IndentedBlock):
        return None
    for place, line in enumerate(node.body):
        if isinstance(line, cst.Try) and m.findall(line.body.body[0], m.Await()):
            return _hoisted(node, place, line)
    return None


def _hoisted(
    node: cst.IndentedBlock, place: int, line: cst.With | cst.Try
) -> cst.IndentedBlock | None:
    first, *rest = line.body.body
    if not isinstance(first, cst.SimpleStatementLine) or not _goes_on(first):
        return None
    inner = line.body.with_changes(body=rest or [cst.SimpleStatementLine([cst.Pass()])])
    body = [*node.body[:place], first, line.with_changes(body=inner), *node.body[place + 1 :]]
    return node.with_changes(body=body)


def block_again(node: cst.CSTNode) -> cst.CSTNode | None:
    """Sleep on the thread of the loop."""
    sleep = m.Call(func=m.Attribute(value=m.Name("asyncio"), attr=m.Name("sleep")))
    if not m.matches(node, m.Await(expression=sleep)):
        return None
    call = cst.ensure_type(cst.ensure_type(node, cst.Await).expression, cst.Call)
    return call.with_changes(func=cst.parse_expression("time.sleep"))


def no_thread(node: cst.CSTNode) -> cst.CSTNode | None:
    """Call on the loop's thread what was handed to a worker."""
    hand_over = m.Name("offload") | m.Attribute(value=m.Name("asyncio"), attr=m.Name("to_thread"))
    pattern = m.Await(expression=m.Call(func=hand_over, args=[m.AtLeastN(n=1)]))
    if not m.matches(node, pattern):
        return None
    call = cst.ensure_type(cst.ensure_type(node, cst.Await).expression, cst.Call)
    return cst.Call(func=call.args[0].value, args=call.args[1:])


def eager_argument(node: cst.CSTNode) -> cst.CSTNode | None:
    """Do the work while its hand-over is being written: ``offload(f(x))`` for ``offload(f, x)``."""
    worker = no_thread(node)
    if worker is None:
        return None
    call = cst.ensure_type(cst.ensure_type(node, cst.Await).expression, cst.Call)
    return cst.Await(call.with_changes(args=[cst.Arg(cst.ensure_type(worker, cst.Call))]))


def swallow_cancellation(node: cst.CSTNode) -> cst.CSTNode | None:
    """Catch everything, and with it the order to stop."""
    if isinstance(node, cst.ExceptHandler) and node.type is not None:
        if m.matches(node.type, m.Name("BaseException")):
            return None
        quiet = cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])])
        return node.with_changes(type=cst.Name("BaseException"), body=quiet)
    return None


def drop_keyword(node: cst.CSTNode) -> cst.CSTNode | None:
    """Lose a keyword argument of an awaited call, such as a timeout."""
    if not m.matches(node, m.Await(expression=m.Call())):
        return None
    awaited = cst.ensure_type(node, cst.Await)
    call = cst.ensure_type(awaited.expression, cst.Call)
    kept = [argument for argument in call.args if argument.keyword is None]
    if len(kept) == len(call.args):
        return None
    return awaited.with_changes(expression=call.with_changes(args=kept))


OPERATORS: Mapping[str, Operator] = {
    "drop-await": drop_await,
    "fire-and-forget": fire_and_forget,
    "sleep-in-place-of-work": sleep_in_place_of_work,
    "drop-statement": drop_statement,
    "swap-statements": swap_statements,
    "move-await": move_await,
    "gather-statements": gather_statements,
    "drop-assertion": drop_assertion,
    "plain-with": plain_with,
    "plain-for": plain_for,
    "plain-function": plain_function,
    "thread-lock": thread_lock,
    "no-lock": no_lock,
    "out-of-section": out_of_section,
    "out-of-try": out_of_try,
    "block-again": block_again,
    "no-thread": no_thread,
    "eager-argument": eager_argument,
    "swallow-cancellation": swallow_cancellation,
    "drop-keyword": drop_keyword,
}
