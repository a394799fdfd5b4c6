"""Calls over gRPC: a stub keeps what a channel made of each method, and that is called.

``self.Get = channel.unary_unary("/shop.Shop/Get", ...)`` stands in generated code, whose channel
has no declared type. On an async channel the same call gives something to await, or a stream for
``async for``.

Source: the references of `grpc.Channel` and `grpc.aio.Channel`, as of grpcio 1.70.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refactor_agent.asyncify.leaves import Member
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.terms import Term

__all__ = ["are_asked", "stub_call"]

_MADE = {
    "unary_unary": "value", "stream_unary": "value", "unary_stream": "iterator",
    "stream_stream": "iterator",
}  # fmt: skip
"""A channel's method to what a call of what it makes gives."""


def are_asked(leaves: Mapping[str, str]) -> bool:
    """Say whether a pair says that channels, or their calls, become those of `grpc.aio`."""
    return any(
        sync.startswith("grpc") and aio.startswith("grpc.aio") for sync, aio in leaves.items()
    )


def stub_call(evaluator: Evaluator, function: ProjectFunction, term: Term) -> Member | None:
    """Say how a callee is called that a channel made; ``None`` for any other."""
    if term is None or term[0] != "a":
        return None
    made = {
        kind
        for value in evaluator.term(function, term[1])
        for kind in _kinds(evaluator, getattr(value, "cls", ""), term[2])
    }
    if made == {"value"}:
        return Member(term[2])
    return Member(term[2], awaited=False, gives="iterator") if made == {"iterator"} else None


def _kinds(evaluator: Evaluator, cls: str, name: str) -> Iterator[str]:
    known = evaluator.index.classes.get(cls)
    for base in linearise(evaluator, known) if known is not None else ():
        if isinstance(base, ProjectClass):
            for item in base.facts.attributes.get(name, ()):
                call = item.term
                if call is not None and call[0] == "k":
                    func = base.module.functions[item.function].body.calls[call[1]].func
                    if func is not None and func[0] == "a":
                        yield _MADE.get(func[2], "other")
