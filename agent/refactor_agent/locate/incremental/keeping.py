"""The state of a project's last scan: where it lies, when it holds, and when it is written anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.cache import SummaryCache
from refactor_agent.locate.deep_questions import with_deep_questions
from refactor_agent.locate.incremental.differences import Read, between
from refactor_agent.locate.incremental.part import Part, make_part, merged, without_waste
from refactor_agent.locate.incremental.recording import RecordingEffects
from refactor_agent.locate.incremental.side_by_side import groups_of, parts_of
from refactor_agent.locate.incremental.state import State, read_state, write_state
from refactor_agent.locate.may_block import noes_of
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.summary import SUMMARY_VERSION, ModuleSummary, from_bytes
from refactor_agent.tree import sha256

__all__ = ["MOST_CHANGED", "Kept", "below"]

MOST_CHANGED = 200
"""Files that differ, after which all is worked out: comparing them costs more than it saves."""
_WORTH_WRITING = 0.05
"""The share of functions worked out from which on the next scan is better off with a new state."""


@runtime_checkable
class _Versioned(Protocol):
    """Rules that have a name for what they say."""

    fingerprint: str


class Kept:
    """What scans of one project keep from each other, in a directory that projects share."""

    def __init__(self, directory: Path, name: str, evaluator: Evaluator, rules: Rules) -> None:
        self._summaries = SummaryCache(directory)
        self._path = directory / "effects" / name
        self._evaluator = evaluator
        self._rules = rules
        modules = evaluator.index.modules.known.values()
        self._modules = {(module.file, module.name): module for module in modules}
        self._state = read_state(self._path)
        self._is_first = False
        """Whether all of the state is from today."""
        self._whole: Callable[[], list[bytes]] = list
        """What a first scan found side by side, with all notes."""
        self._effects: RecordingEffects | None = None

    @classmethod
    def of(
        cls, directory: Path | None, evaluator: Evaluator, rules: Rules, wrappers: Iterable[str]
    ) -> Kept | None:
        """Find what is kept of the modules of ``evaluator``; ``None`` where nothing can be."""
        modules = list(evaluator.index.modules.known.values())
        if directory is None or not isinstance(rules, _Versioned):
            return None
        if not all(module.key for module in modules):
            return None
        packages = sorted({module.name.partition(".")[0] for module in modules})
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        question = (SUMMARY_VERSION, python, _own_code(), rules.fingerprint, *wrappers, packages)
        name = sha256(repr(question).encode())
        return cls(directory, name, evaluator, rules)

    def effects(self, jobs: int | None = None) -> RecordingEffects:
        """Give the effects of today, of which only what changed need be worked out.

        Where nothing is known, ``jobs`` processes work out what functions run; one per core when it
        is ``None``.
        """
        stale = self._stale(self._state) if self._state is not None else None
        if self._state is None or stale is None:
            self._state = self._first(jobs)
            self._is_first = True
            self._effects = self._recording(self._state, frozenset())
        else:
            self._effects = self._over(self._state, stale)
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

    def keep(self) -> None:
        """Keep what was worked out by now, where that is worth it."""
        state, effects = self._state, self._effects
        if effects is None:
            return
        fresh = len(effects.found) + len(effects.answered)
        if state is None or self._is_first:
            known = self._whole()
        elif fresh > _WORTH_WRITING * len(state):
            names = effects.asked - effects.found.keys() - effects.answered.keys()
            known = [merged(part.only(names) for part in state.parts).to_bytes()]
        else:
            return
        own = without_waste(_worked_out(effects))
        write_state(self._path, self._today([*known, own.to_bytes()]))

    def _first(self, jobs: int | None) -> State | None:
        """Work out in several processes what functions run, where that is worth it."""
        functions = [
            function
            for module in self._modules.values()
            for function in module.functions
            if not module.is_test
        ]
        groups = groups_of(functions, jobs)
        if not groups:
            return None
        effects = self._recording(None, frozenset())
        found = parts_of(groups, effects, lambda: _worked_out(effects))
        self._whole = found.whole
        return self._today(found.parts) if found.parts else None

    def _recording(self, state: State | None, stale: AbstractSet[str]) -> RecordingEffects:
        return RecordingEffects(self._evaluator, Blockers(self._rules), state, stale)

    def _today(self, written: Sequence[bytes]) -> State:
        files = tuple((m.file, m.name, m.key) for m in self._modules.values())
        return State(files, below(self._evaluator), written)

    def _stale(self, state: State) -> set[str] | None:
        """Give the functions of which something else may be known; ``None`` if that is unclear."""
        old = {(file, module): key for file, module, key in state.files}
        new = {name: module.key for name, module in self._modules.items()}
        differing = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if len(differing) > MOST_CHANGED:
            return None
        modules: list[Read] = []
        for name in differing:
            before = self._summary(old[name]) if name in old else None
            if name in old and before is None:
                return None
            after = self._modules[name].unnoted if name in self._modules else None
            modules.append(Read(name[0], before, after))
        facts, moved = between(modules, state.below, below(self._evaluator))
        moved |= {f"handed over by {name}" for name in moved}
        return state.following_from(facts) | moved

    def _summary(self, key: str) -> ModuleSummary | None:
        data = self._summaries.read(key)
        return None if data is None else from_bytes(data)


def _worked_out(effects: RecordingEffects) -> Part:
    return make_part(effects.reads, effects.found, effects.answered)


def below(evaluator: Evaluator) -> dict[str, list[str]]:
    """Give the names of the subclasses of each class."""
    linked = evaluator.index.linked
    return {name: [cls.name for cls in classes] for name, classes in linked.items()}


@cache
def _own_code() -> str:
    """Name the code that answers: what another version of it found is not taken for its own."""
    package = Path(__file__).parents[2]
    files = sorted(
        path for part in ("domain", "locate", "rulebook") for path in (package / part).rglob("*.py")
    )
    stats = ((path.relative_to(package).as_posix(), path.stat()) for path in files)
    return sha256(repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]).encode())
