"""A process that works out what functions run, and the questions that it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext
from typing import cast

from refactor_agent.locate.deep_questions import with_deep_questions
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.elsewhere import HandedOver
from refactor_agent.locate.incremental.part import Part
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["Worker"]

_RUN = "run"
_HANDED = "handed over"
_END = "end"
_Question = tuple[str, list[int], list[str]]
"""Its kind, the pieces that are the process's own from now on, and names."""


class Worker:
    """A process that works out what the functions of its pieces run, seen from the first one."""

    def __init__(
        self,
        context: ForkContext,
        pieces: Sequence[Sequence[ProjectFunction]],
        effects: Effects,
        part: Callable[[], Part],
    ) -> None:
        self.connection, inner = context.Pipe()
        self.is_idle = True
        self._has_failed = False

        def work() -> None:
            self.connection.close()
            # A fault is the first process's to show, which comes to the same function.
            with suppress(Exception), inner:
                own = _Work(pieces, effects)
                with_deep_questions(effects.evaluator, lambda: _serve(inner, own))
                whole = part()
                inner.send_bytes(whole.without_notes().to_bytes())
                inner.send_bytes(whole.to_bytes())

        self._process = context.Process(target=work, daemon=True)
        self._process.start()
        inner.close()

    def ask(self, pieces: Iterable[int], names: Iterable[str]) -> None:
        """Have it take these pieces, and work out what these functions of its own run."""
        self._send((_RUN, list(pieces), sorted(names)))

    def ask_for_handed(self, names: Iterable[str]) -> None:
        """Have it look for what is handed to offloads, and wrappers around them of these names."""
        self._send((_HANDED, [], sorted(names)))

    def answer(self) -> list[str]:
        """Give what it found that others are to know; nothing where it has failed."""
        self.is_idle = True
        try:
            return [] if self._has_failed else cast("list[str]", self.connection.recv())
        except (EOFError, OSError):
            self._has_failed = True
            return []

    def end(self) -> None:
        """Have it put together all that it found."""
        self._send((_END, [], []))

    def found(self) -> bytes | None:
        """Give that without notes, once it was told to end."""
        return self._bytes()

    def whole(self) -> bytes | None:
        """Give all of it, after `found`, to the first process or one that came of it later."""
        with self.connection:
            return self._bytes()

    def _bytes(self) -> bytes | None:
        try:
            return None if self._has_failed else self.connection.recv_bytes()
        except (EOFError, OSError):
            self._has_failed = True
            return None

    def _send(self, question: _Question) -> None:
        self.is_idle = self._has_failed
        with suppress(OSError):  # one that has failed shows it when it is to answer
            self.connection.send(question)


class _Work:
    """What a worker knows."""

    def __init__(self, pieces: Sequence[Sequence[ProjectFunction]], effects: Effects) -> None:
        self._pieces = pieces
        self._effects = effects
        self._own: dict[str, ProjectFunction] = {}
        self._known: set[str] = set()
        self._modules: set[str] = set()
        self._handed: HandedOver | None = None

    def take(self, pieces: Iterable[int]) -> None:
        """Take it that the functions of these pieces are its own."""
        for number in pieces:
            for function in self._pieces[number]:
                self._own[function.name] = function
                self._modules.add(function.module.name)

    def follow(self, names: Iterable[str]) -> set[str]:
        """Work out what these run, and what that runs in turn; gives what others are to follow."""
        elsewhere: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self._known:
                continue
            self._known.add(name)
            for effect in self._effects.of(self._own[name]):
                if isinstance(effect.target, str):
                    (waiting.append if effect.target in self._own else elsewhere.add)(effect.target)
        return elsewhere

    def look_for_handed(self, names: Iterable[str]) -> list[str]:
        """Answer what `handed_over` will ask; gives the names of all wrappers that are known."""
        if self._handed is None:
            self._handed = HandedOver(self._effects, self._modules)
        self._handed.add(names)
        for _ in self._handed.functions():
            pass
        return list(self._handed.names)


def _serve(connection: Connection, work: _Work) -> None:
    while True:
        kind, pieces, names = connection.recv()
        if kind == _END:
            return
        work.take(pieces)
        found = work.look_for_handed(names) if kind == _HANDED else work.follow(names)
        connection.send(list(found))
