"""Whether a change leaves or adds blocking on the loop, by what the tracer saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.locate import is_test_file
from refactor_agent.verify.change import Change
from refactor_agent.verify.loop_use import BlockingCall, LoopUse

__all__ = ["LoopObjections", "loop_objections"]

_CHECK = "loop-probe"


@dataclass(frozen=True)
class LoopObjections:
    """What blocks that did not block before, and what still does."""

    failures: tuple[CheckFailure, ...] = ()
    doubts: tuple[CheckFailure, ...] = ()
    gone: tuple[str, ...] = ()
    """What changed functions called there before and no longer do: ``primitive in file::name``."""


def loop_objections(changes: Iterable[Change], before: LoopUse, after: LoopUse) -> LoopObjections:
    """Compare the loops of the run after ``changes`` with those of the baseline.

    A primitive that a changed function calls on the loop's thread, and did not call there before,
    fails the change. One that it called there before as well is a doubt: it may be the call that
    was to go, or one beside it that nobody spoke of. Where a changed function only awaits an async
    function which blocks, as it did before, that is the other function's matter.
    """
    changed = _Changed(changes)
    known = {(call.primitive, name) for call in before.blocking for name in call.chain}
    awaited = {_awaited(call, name) for call in before.blocking for name in call.chain}
    added: dict[tuple[str, str], CheckFailure] = {}
    left: dict[tuple[str, str], CheckFailure] = {}
    for call in after.blocking:
        for place, name in enumerate(call.chain):
            if not changed.covers(name):
                continue
            if (call.primitive, name) not in known:
                added.setdefault((call.primitive, name), _said(call, name, "now"))
            elif place >= call.innermost or _awaited(call, name) not in awaited:
                left.setdefault((call.primitive, name), _said(call, name, "still"))
    gone = sorted(
        f"{primitive} in {name}" for primitive, name in known - left.keys() if changed.covers(name)
    )
    return LoopObjections(tuple(added.values()), tuple(left.values()), tuple(gone))


def _awaited(call: BlockingCall, name: str) -> tuple[str, str, str]:
    """Name who waited for which async function that blocks."""
    return call.primitive, name, call.chain[call.innermost]


class _Changed:
    """The functions that a proposal edits or adds, as the interpreter names them."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._names = set(_names(changes))

    def covers(self, name: str) -> bool:
        """Say whether ``file::name`` is one of them, or nested in one."""
        file, _, function = name.partition("::")
        outer = function.partition(".<locals>")[0]
        return (file, outer) in self._names


def _names(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Give file and name; before Python 3.11 a frame has its function's bare name only."""
    for change in changes:
        for edit in change.proposal.functions:
            file, parts = edit.function.file, edit.function.name.split(".")
            for start in range(len(parts)):
                yield file, ".".join(parts[start:])
        for colour in change.attempt.colours if change.attempt else ():
            if is_test_file(colour.function.file):
                continue  # what a test does itself, such as writing a file, holds up nobody
            parts = [*colour.function.name.split(".")[:-1], colour.new_name]
            for start in range(len(parts)):
                yield colour.function.file, ".".join(parts[start:])


def _said(call: BlockingCall, name: str, when: str) -> CheckFailure:
    below = [step for step in call.chain[call.chain.index(name) + 1 :] if step != name]
    through = f" through {below[-1]}" if below else ""
    message = f"{name}{through} {when} calls {call.primitive} on the event loop's thread"
    return CheckFailure(check=_CHECK, message=message, hazards=("H-W1",))
