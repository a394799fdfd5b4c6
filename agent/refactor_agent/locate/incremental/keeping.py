"""The state of a project's last scan: where it lies, when it holds, and when it is written anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.cache import SummaryCache
from refactor_agent.locate.deep_questions import with_deep_questions
from refactor_agent.locate.incremental.beside import do_beside, settle
from refactor_agent.locate.incremental.called import (
    KnownCallers,
    callers_written,
    callers_written_again,
)
from refactor_agent.locate.incremental.differences import Read, between, between_classes
from refactor_agent.locate.incremental.part import Known, Part, make_part, merged, without_waste
from refactor_agent.locate.incremental.recording import RecordingEffects
from refactor_agent.locate.incremental.side_by_side import parts_of, processes_for
from refactor_agent.locate.incremental.state import State, read_state, write_state
from refactor_agent.locate.may_block import noes_of
from refactor_agent.locate.outline import Outline
from refactor_agent.locate.resolve.classes import bases_of, link_subclasses
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.reads import Fact
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.summary import SUMMARY_VERSION, ModuleSummary
from refactor_agent.locate.summary_bytes import from_bytes
from refactor_agent.tree import sha256

__all__ = ["MOST_CHANGED", "Earlier", "Kept", "below"]

MOST_CHANGED = 200
"""Files that differ, after which all is worked out: comparing them costs more than it saves."""
_WORTH_WRITING = 0.05
"""The share of functions worked out from which on the next scan is better off with a new state."""


@runtime_checkable
class _Versioned(Protocol):
    """Rules that have a name for what they say."""

    fingerprint: str


class Earlier:
    """What earlier scans of one project left, in a directory that projects share."""

    def __init__(self, directory: Path, name: str) -> None:
        self.summaries = SummaryCache(directory)
        self.path = directory / "effects" / name
        self.texts = directory / "texts" / name
        """Where it is kept what was written of regions."""
        settle()
        self.state = read_state(self.path)
        files = self.state.files if self.state is not None else ()
        self._files = {(file, module): (key, outline) for file, module, key, outline in files}

    @classmethod
    def of(
        cls, directory: Path | None, rules: Rules, wrappers: Iterable[str], modules: Iterable[str]
    ) -> Earlier | None:
        """Find what is kept of ``modules``; ``None`` where nothing can be."""
        if directory is None or not isinstance(rules, _Versioned):
            return None
        packages = sorted({module.partition(".")[0] for module in modules})
        python = f"{sys.version_info.major}.{sys.version_info.minor} {sys.byteorder}"
        question = (SUMMARY_VERSION, python, _own_code(), rules.fingerprint, *wrappers, packages)
        return cls(directory, sha256(repr(question).encode()))

    def outline(self, file: str, module: str, key: str) -> Outline | None:
        """Give the outline of a file, if it is as it was."""
        known = self._files.get((file, module))
        return Outline._make(known[1]) if known is not None and known[0] == key else None

    @property
    def called(self) -> KnownCallers | None:
        """Who called what; ``None`` where that is not known."""
        return self.state.called if self.state is not None and self.state.called else None

    def forget(self) -> None:
        """Take it that nothing is known."""
        self.state = None
        self._files = {}


class Kept:
    """What scans of one project keep from each other."""

    def __init__(self, earlier: Earlier, evaluator: Evaluator, rules: Rules) -> None:
        self._summaries = earlier.summaries
        self._path = earlier.path
        self._evaluator = evaluator
        self._rules = rules
        modules = evaluator.index.modules.known.values()
        self._modules = {(module.file, module.name): module for module in modules}
        self._state = earlier.state
        self._is_first = False
        """Whether all of the state is from today."""
        self._whole: Callable[[], list[bytes]] = list
        """What a first scan found side by side, with all notes."""
        self._effects: RecordingEffects | None = None
        self._stale: set[str] | None = None
        """What may be answered otherwise by now; ``None`` where that is unclear."""
        self._facts: set[Fact] = set()
        """Those that differ from what they were."""
        self._linked: dict[str, Known] = {}
        """What was asked to link classes, and answered here."""

    def link(self) -> None:
        """Tell the index of every class's subclasses; on the stack of `on_deep_stack`."""
        if self._state is not None:
            self._compare(self._state)
        if self._stale is None:
            self._state = None
        noting = self._recording(None, frozenset())
        link_subclasses(self._evaluator, partial(self._bases, noting))
        if self._state is not None and self._stale is not None:
            facts = between_classes(self._state.below, below(self._evaluator))
            if facts:
                self._stale |= self._state.following_from(self._facts | facts)

    def _bases(self, noting: RecordingEffects, evaluator: Evaluator, name: str) -> Iterable[str]:
        question, state = _question(name), self._state
        if state is not None and question not in self._stale_now and state.answered(question):
            known: tuple[str, ...] = state.answer(question)
            return known
        answer = self._linked[question] = noting.noted(partial(bases_of, evaluator, name))
        given: tuple[str, ...] = answer.value
        return given

    @property
    def _stale_now(self) -> set[str]:
        return self._stale if self._stale is not None else set()

    def effects(self, jobs: int | None = None) -> RecordingEffects:
        """Give the effects of today, of which only what changed need be worked out.

        Where nothing is known, ``jobs`` processes work out what functions run; one per core when it
        is ``None``.
        """
        if self._state is None:
            self._state = self._first(jobs)
            self._is_first = True
            self._effects = self._recording(self._state, frozenset())
        else:
            self._effects = self._over(self._state, self._stale_now)
        return self._effects

    def _over(self, state: State, stale: set[str]) -> RecordingEffects:
        """Give the effects of today over a state in which ``stale`` is to be worked out again.

        Whether what syntax runs may block is asked again first: where it did not and does now, what
        was worked out without a look at it is stale, too.
        """
        effects = self._recording(state, stale)
        noes = noes_of(stale)
        if not noes:  # as after most edits
            return effects
        changed = with_deep_questions(self._evaluator, lambda: effects.may_block.now(noes))
        more = state.following_from(changed) - stale if changed else None
        return self._over(state, stale | more) if more else effects

    def keep(self, *, at_leisure: bool) -> None:
        """Keep what was worked out by now, where that is worth it.

        ``at_leisure``: of a first scan that is a lot, and may be done while the caller goes on.
        """
        if at_leisure and self._is_first and self._state is not None:
            do_beside(self._keep)
        else:
            self._keep()

    def _keep(self) -> None:
        state, effects = self._state, self._effects
        if effects is None:
            return
        fresh = len(effects.found) + len(effects.answered) + len(self._linked)
        if state is None or self._is_first:
            known = self._whole()
        elif fresh > _WORTH_WRITING * len(state):
            asked = effects.asked.union(map(_question, self._evaluator.index.classes.known))
            asked |= state.named() - self._stale_now
            names = asked - effects.found.keys() - effects.answered.keys() - self._linked.keys()
            names -= effects.named().keys()
            known = [merged(part.only(names) for part in state.parts).to_bytes()]
        else:
            return
        own = without_waste(self._worked_out(effects))
        write_state(self._path, self._today([*known, own.to_bytes()], self._called()))

    def _worked_out(self, effects: RecordingEffects) -> Part:
        answers = {**effects.answered, **effects.named(), **self._linked}
        return make_part(effects.reads, effects.found, answers)

    def _called(self) -> list[bytes]:
        """Write who calls what today."""
        index, state = self._evaluator.index, self._state
        if state is None or self._is_first or not state.called:
            found = index.all_callers()
            return callers_written(
                {name: [(m.name, numbers) for m, numbers in own] for name, own in found.items()}
            )
        changed = index.changed
        holds = {module.name for module in self._modules.values()} - {m.name for m in changed}
        more = ((module.name, module.callers()) for module in changed)
        return callers_written_again(state.called.written, holds.__contains__, more)

    def _first(self, jobs: int | None) -> State | None:
        """Work out in several processes what functions run, where that is worth it."""
        functions = [
            function
            for module in self._modules.values()
            for function in module.functions
            if not module.is_test
        ]
        processes = processes_for(len(functions), jobs)
        if not processes:
            return None
        effects = self._recording(None, frozenset())
        found = parts_of(functions, processes, effects, lambda: self._worked_out(effects))
        self._whole = found.whole
        return self._today(found.parts) if found.parts else None

    def _recording(self, state: State | None, stale: AbstractSet[str]) -> RecordingEffects:
        return RecordingEffects(self._evaluator, Blockers(self._rules), state, stale)

    def _today(self, written: Sequence[bytes], called: Sequence[bytes] = ()) -> State:
        files = tuple(
            (m.file, m.name, m.key, tuple(m.outline) if called else ())
            for m in self._modules.values()
        )
        return State(files, below(self._evaluator), written, called)

    def _compare(self, state: State) -> None:
        """Find what differs from what an earlier scan read."""
        old = {(file, module): key for file, module, key, _ in state.files}
        new = {name: module.key for name, module in self._modules.items()}
        differing = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if len(differing) > MOST_CHANGED:
            return
        modules: list[Read] = []
        for name in differing:
            before = self._summary(old[name]) if name in old else None
            if name in old and before is None:
                return
            after = self._modules[name].unnoted if name in self._modules else None
            modules.append(Read(name[0], before, after))
        self._facts, moved = between(modules)
        about = {f"{what} {name}" for name in moved for what in ("handed over by", "about")}
        self._stale = state.following_from(self._facts) | moved | about

    def _summary(self, key: str) -> ModuleSummary | None:
        data = self._summaries.read(key)
        return None if data is None else from_bytes(data)


def _question(name: str) -> str:
    return f"bases of {name}"


def below(evaluator: Evaluator) -> dict[str, list[str]]:
    """Give the names of the subclasses of each class."""
    linked = evaluator.index.linked
    return {name: list(classes) for name, classes in linked.items()}


@cache
def _own_code() -> str:
    """Name the code that answers: what another version of it found is not taken for its own."""
    package = Path(__file__).parents[2]
    files = sorted(
        path for part in ("domain", "locate", "rulebook") for path in (package / part).rglob("*.py")
    )
    stats = ((path.relative_to(package).as_posix(), path.stat()) for path in files)
    return sha256(repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]).encode())
