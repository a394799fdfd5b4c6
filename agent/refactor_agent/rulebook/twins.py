"""Rules that hold for several packages with one API."""

from __future__ import annotations

import re
from collections.abc import Callable

from refactor_agent.rulebook.rule import Rule
from refactor_agent.rulebook.schema import BlockingCall, Native

__all__ = ["with_twins"]


def with_twins(rule: Rule) -> Rule:
    """Give ``rule`` with all it says of its library said of each twin package too."""
    result = rule
    for twin in rule.twins:
        result = _joined(result, _renamer(rule.library, twin), rule)
    return result


def _renamer(library: str, twin: str) -> Callable[[str], str]:
    name = re.compile(rf"(?<![\w.]){re.escape(library)}(?=\.)")
    return lambda text: name.sub(twin, text)


def _joined(rule: Rule, renamed: Callable[[str], str], source: Rule) -> Rule:
    def table(given: dict[str, str]) -> dict[str, str]:
        return {renamed(key): renamed(value) for key, value in given.items()}

    bases = {
        renamed(name): tuple(renamed(base) for base in found)
        for name, found in source.bases.items()
    }
    return rule.model_copy(
        update={
            "blocks": (*rule.blocks, *(_call(call, renamed) for call in source.blocks)),
            "returns": {**rule.returns, **table(dict(source.returns))},
            "aliases": {**table(dict(source.aliases)), **rule.aliases},
            "bases": {**rule.bases, **bases},
            "threads": {
                **rule.threads,
                **{renamed(name): thread for name, thread in source.threads.items()},
            },
            "native": _native(rule.native, source.native, renamed),
        }
    )


def _call(call: BlockingCall, renamed: Callable[[str], str]) -> BlockingCall:
    return call.model_copy(update={"call": renamed(call.call)})


def _native(
    native: Native | None, source: Native | None, renamed: Callable[[str], str]
) -> Native | None:
    if native is None or source is None:
        return None

    def table(given: dict[str, str]) -> dict[str, str]:
        return {renamed(key): renamed(value) for key, value in given.items()}

    arguments = {renamed(name): value for name, value in source.arguments.items()}
    return native.model_copy(
        update={
            "calls": {**native.calls, **table(dict(source.calls))},
            "types": {**native.types, **table(dict(source.types))},
            "methods": {
                **native.methods,
                **{renamed(name): method for name, method in source.methods.items()},
            },
            "halves": {**native.halves, **table(dict(source.halves))},
            "iterators": (*native.iterators, *map(renamed, source.iterators)),
            "missing": (*native.missing, *map(renamed, source.missing)),
            "entered": (*native.entered, *map(renamed, source.entered)),
            "self_closing": (*native.self_closing, *map(renamed, source.self_closing)),
            "connects": {
                **native.connects,
                **{renamed(name): method for name, method in source.connects.items()},
            },
            "late": (*native.late, *map(renamed, source.late)),
            "held": (*native.held, *map(renamed, source.held)),
            "stateless": (*native.stateless, *map(renamed, source.stateless)),
            "ended_by": {
                **native.ended_by,
                **{renamed(name): methods for name, methods in source.ended_by.items()},
            },
            "streams": (*native.streams, *map(renamed, source.streams)),
            "opened": {
                **native.opened,
                **{renamed(name): given for name, given in source.opened.items()},
            },
            "exceptions": {
                **native.exceptions,
                **{
                    renamed(name): tuple(map(renamed, others))
                    for name, others in source.exceptions.items()
                },
            },
            "arguments": {**native.arguments, **arguments},
        }
    )
