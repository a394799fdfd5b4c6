"""Calls that can wait but, from what their function shows, do not."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.locate.in_memory import InMemory
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import External, ExternalMethod, Instance, Value
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

__all__ = ["Waits"]

_FINISHED = frozenset({"result", "exception"})
_COMPLETED = frozenset({"concurrent.futures.as_completed", "concurrent.futures.wait"})
_QUEUES = frozenset({"queue.Queue", "queue.LifoQueue", "queue.PriorityQueue"})
_SOCKETS = frozenset({"socket.socket", "ssl.SSLSocket"})
_LOCKS = frozenset({"threading.Lock", "threading.RLock"})
_SWITCHES = ("setblocking", "settimeout")


class Waits:
    """Knows done futures, fresh locks, queues without a bound, files in memory, quick sockets."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._memory = InMemory(evaluator)

    def never(self, function: ProjectFunction, call: CallFacts, callee: Value) -> bool:
        """Say whether ``call``, a blocking one by its name, returns at once here."""
        func = call.func
        if self._memory.holds(function, call, callee):
            return True
        if not isinstance(callee, ExternalMethod) or func is None or func[0] != "a":
            return False
        kind, receiver = callee.receiver.cls, func[1]
        if callee.name in _FINISHED and kind.endswith("Future"):
            return self._is_done(function, receiver)
        if callee.name == "put" and kind in _QUEUES:
            return self._made_bare(function, receiver) or self._all_bare(kind)
        if kind in _SOCKETS:
            return "would_block" in call.frames or self._is_nonblocking(function, receiver)
        return callee.name == "acquire" and kind in _LOCKS and self._is_fresh(function, receiver)

    def _is_done(self, function: ProjectFunction, receiver: Term) -> bool:
        """Say whether the function asks the future first, or got it as a completed one."""
        done = ("a", receiver, "done")
        if any(call.func == done for call in function.body.calls):
            return True
        source = self._settled(function, receiver)
        while source is not None and source[0] in "en":
            source = self._settled(function, source[1])
        if source is None or source[0] != "k":
            return False
        values = self._evaluator.term(function, function.body.calls[source[1]].func)
        return any(isinstance(value, External) and value.name in _COMPLETED for value in values)

    def _is_nonblocking(self, function: ProjectFunction, receiver: Term) -> bool:
        """Say whether the function, or a method beside it, switches waiting off."""
        switches = [("a", receiver, name) for name in _SWITCHES]
        said = [
            call.args[0] if call.args else None
            for home in (function, *_siblings(function, receiver))
            for call in home.body.calls
            if call.func in switches
        ]
        return bool(said) and all(term in (("#", False), ("#", 0)) for term in said)

    def _is_fresh(self, function: ProjectFunction, receiver: Term) -> bool:
        """Say whether the function has just made the object itself."""
        term = self._settled(function, receiver)
        return term is not None and term[0] == "k"

    def _made_bare(self, function: ProjectFunction, receiver: Term) -> bool:
        """Say whether every constructor call behind the object has no arguments."""
        made = list(self._made(function, receiver))
        return bool(made) and not any(call.args or call.keywords for call in made)

    def _all_bare(self, kind: str) -> bool:
        """Say whether the project makes objects of this class, all of them without arguments."""
        return self._evaluator.memo.get(("all bare", kind), lambda: self._find_bare(kind), False)

    def _find_bare(self, kind: str) -> bool:
        wanted, name = External(kind), kind.rpartition(".")[2]
        made = [
            call
            for function in self._evaluator.index.callers(name)
            for call in function.body.calls
            if call.func is not None
            and call.func[-1] == name
            and wanted in self._evaluator.term(function, call.func)
        ]
        return bool(made) and not any(call.args or call.keywords for call in made)

    def _made(self, function: ProjectFunction, term: Term) -> Iterator[CallFacts]:
        term = self._settled(function, term)
        if term is None:
            return
        if term[0] == "k":
            yield function.body.calls[term[1]]
        elif term[0] == "g":
            for part in function.module.binding(term[1]) or ():
                yield from self._made(function.module.functions[0], part)
        elif term[0] == "a":
            for value in self._evaluator.term(function, term[1]):
                cls = self._evaluator.index.classes.get(getattr(value, "cls", ""))
                if cls is None or not isinstance(value, Instance):
                    continue
                for item in cls.attributes(term[2]):
                    yield from self._made(cls.module.functions[item.function], item.term)

    @staticmethod
    def _settled(function: ProjectFunction, term: Term) -> Term:
        while term is not None and term[0] == "l":
            term = function.body.definitions[term[1]]
        return term


def _siblings(function: ProjectFunction, receiver: Term) -> Iterator[ProjectFunction]:
    """Give the other methods of the class in which an attribute's switches may stand."""
    if receiver is None or receiver[0] != "a" or function.facts.owner < 0:
        return
    module = function.module
    callers = {n for name in _SWITCHES for n in module.summary.callers.get(name, ())}
    for number in sorted(callers):
        other = module.functions[number]
        if other.facts.owner == function.facts.owner and other is not function:
            yield other
