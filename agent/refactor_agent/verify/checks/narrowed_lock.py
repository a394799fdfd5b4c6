"""What was used under a lock is used under it still."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, has_await
from refactor_agent.verify.checks._locks import with_locks
from refactor_agent.verify.checks._shared_names import Names
from refactor_agent.verify.checks._twins import with_originals
from refactor_agent.verify.checks._units import Units
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    units = Units(context)
    for change, before in with_originals(context):
        unit = units.get(change.file, change.name)
        if unit is not None and has_await([*change.after.body]):
            yield from _left_outside(change, before, Names(unit))


def _left_outside(
    change: FunctionChange, before: FunctionNode, names: Names
) -> Iterator[Objection]:
    """Give what was used under locks alone, and is used under none of them."""
    kept: dict[str, frozenset[str]] = {}
    for name, _, locks in _uses(before, names):
        kept[name] = kept.get(name, locks) & locks
    told: set[str] = set()
    for name, node, locks in _uses(change.after, names):
        if name in told or locks or not kept.get(name):
            continue
        told.add(name)
        lock = ", ".join(sorted(kept[name]))
        yield Objection(
            f"{change.name}: {name} was used under {lock} alone, and is used without it now: "
            "what another task does to it before or after the section is lost",
            change.site(node),
        )


def _uses(
    function: FunctionNode, names: Names
) -> Iterator[tuple[str, ast.Name | ast.Attribute, frozenset[str]]]:
    called: set[ast.expr] = set()
    for node, locks in with_locks(function):
        if isinstance(node, ast.Call):
            called.add(node.func)
        if isinstance(node, ast.Name | ast.Attribute):
            name = names.shared(node)
            if name is not None and (node not in called or name.startswith("self.")):
                yield name, node, locks


def _method(*lines: str, colour: str = "async ") -> str:
    body = "".join(f"        {line}\n" for line in lines)
    return f"class Box:\n    {colour}def next(self, key):\n{body}"


_BEFORE = _method(
    "async with self.lock:",
    "    number = self.number + 1",
    "    send(key, number)",
    "    self.number = number",
)
_AFTER = _BEFORE.replace("send(", "await offload(send, ")
_SAYS = "self.number was used under self.lock alone, and is used without it now"

CHECK = Check(
    name="narrowed-lock",
    hazards=("H-E4", "H-E5"),
    reason="What a lock kept together is torn apart: two tasks give out one number.",
    level="doubtful",
    find=_find,
    examples=(
        Example(
            "read before the lock is had",
            _BEFORE,
            _method(
                "number = self.number + 1",
                "async with self.lock:",
                "    await offload(send, key, number)",
                "    self.number = number",
            ),
            _SAYS,
        ),
        Example(
            "the lock only where it is written",
            _BEFORE,
            _method(
                "number = self.number + 1",
                "await offload(send, key, number)",
                "async with self.lock:",
                "    self.number = number",
            ),
            _SAYS,
        ),
        Example(
            "a thread lock left out",
            _method("with self.lock:", "    self.number += send(key)", colour=""),
            _method("more = await offload(send, key)", "self.number += more"),
            _SAYS,
        ),
        Example("under it still", _BEFORE, _AFTER),
        Example(
            "a thread lock turned into one of the loop",
            _BEFORE.replace("async ", ""),
            _AFTER,
        ),
        Example(
            "used without it before",
            _method("print(self.number)", *(line[8:] for line in _BEFORE.splitlines()[2:])),
            _method(
                "async with self.lock:",
                "    await offload(send, key, self.number)",
                "print(self.number)",
            ),
        ),
        Example(
            "what nobody shares is worked out first",
            _method("async with self.lock:", "    text = key.strip()", "    send(self, text)"),
            _method(
                "text = key.strip()", "async with self.lock:", "    await offload(send, self, text)"
            ),
        ),
        Example(
            "all of it on a thread",
            _method("with self.lock:", "    self.number += send(key)"),
            _method(
                "def work():",
                "    with self.lock:",
                "        self.number += send(key)",
                "await offload(work)",
            ),
        ),
    ),
)
