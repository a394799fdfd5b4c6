"""Commands: functions that something outside calls which can't await, and what leads to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from refactor_agent.domain.callgraph import CallGraph, Function

__all__ = ["is_command", "led_by_commands"]

_LIBRARIES = ("click.", "typer.")
_METHODS = frozenset({"command", "callback", "group"})


def is_command(graph: CallGraph, function: Function, scripts: Collection[str]) -> bool:
    """Say whether ``function`` is run by a script, by its module or by a command-line library."""
    if function.owner or function.nested or function.is_generator:
        return False
    if function.is_test or function.is_async:
        return False
    by_module = any(call.caller in graph.modules for call in graph.calls_of(function.name))
    return function.name in scripts or by_module or _is_decorated(function)


def led_by_commands(
    graph: CallGraph, functions: Collection[str], scripts: Collection[str]
) -> Iterator[str]:
    """Name the sync functions outside that call ``functions`` and are run by commands alone.

    They can wait, since a command keeps a sync face; a function that is part of what a package
    exports, or that anything else calls, is none of them.
    """
    seen: set[str] = set()
    waiting = list(functions)
    while waiting:
        for call in graph.calls_of(waiting.pop()):
            caller = call.caller
            if caller in seen or caller in functions or not _leads(graph, caller, scripts, set()):
                continue
            seen.add(caller)
            if not graph.functions[caller].is_async:
                yield caller
                waiting.append(caller)


def _leads(graph: CallGraph, name: str, scripts: Collection[str], above: set[str]) -> bool:
    function = graph.functions.get(name)
    if function is None or function.is_test:
        return False
    if function.is_async or is_command(graph, function, scripts):
        return True
    if name in above or not _is_own(graph, function):
        return name in above
    users = [graph.functions.get(call.caller) for call in graph.calls_of(name)]
    callers = {user.name for user in users if user is not None and not user.is_test}
    return bool(callers) and all(
        _leads(graph, caller, scripts, {*above, name}) for caller in sorted(callers)
    )


def _is_own(graph: CallGraph, function: Function) -> bool:
    """Say whether who calls ``function`` is known: nobody else is given it."""
    bare = function.name.rpartition(".")[2]
    if function.exported or function.family or function.open_family or function.nested:
        return False
    if function.is_property or (bare.startswith("__") and bare.endswith("__")):
        return False
    holders = [graph.functions.get(one.holder) for one in graph.references_to(function.name)]
    return all(holder is not None and holder.is_test for holder in holders)


def _is_decorated(function: Function) -> bool:
    for decorator in function.decorators:
        bare = decorator.partition("(")[0]
        if bare.startswith(_LIBRARIES) or bare.rpartition(".")[2] in _METHODS:
            return True
    return False
