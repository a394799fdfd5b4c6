"""Sections that are left, torn or entered the wrong way."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
from eval.mutants.operators._nodes import (
    Operator,
    goes_on,
)

__all__ = ["OPERATORS"]


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
    if not isinstance(first, cst.SimpleStatementLine) or not goes_on(first):
        return None
    inner = line.body.with_changes(body=rest or [cst.SimpleStatementLine([cst.Pass()])])
    body = [*node.body[:place], first, line.with_changes(body=inner), *node.body[place + 1 :]]
    return node.with_changes(body=body)


OPERATORS: dict[str, Operator] = {
    "plain-with": plain_with,
    "plain-for": plain_for,
    "thread-lock": thread_lock,
    "no-lock": no_lock,
    "out-of-section": out_of_section,
    "out-of-try": out_of_try,
}
