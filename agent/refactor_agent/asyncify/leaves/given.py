"""The pairs that a conversion was given, with what they imply."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from refactor_agent.asyncify.leaves.beside import beside
from refactor_agent.asyncify.leaves.implied import implied
from refactor_agent.asyncify.leaves.member import Member
from refactor_agent.asyncify.leaves.naming import Naming, is_class_name, name_of
from refactor_agent.asyncify.leaves.parse import parse_leaves
from refactor_agent.asyncify.leaves.stated import stated
from refactor_agent.asyncify.leaves.stdlib import COMPANIONS, COUNTERPARTS, POOLS
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.values import ClassObject, External

__all__ = ["Given"]

_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.Task"})
"""What stands for a thread: it starts when it is made."""

_SPECIAL_FORMS = ("typing.", "typing_extensions.")


class Given:
    """Which name stands for which."""

    def __init__(
        self,
        evaluator: Evaluator,
        naming: Naming,
        leaves: Mapping[str, str],
        files: Collection[str],
    ) -> None:
        """Take pairs of names; classes of ``files`` are converted, and so are no pairs."""
        self._evaluator = evaluator
        self._naming = naming
        self.names: dict[str, str] = {}
        """Canonical name of each sync class and function to its counterpart's name."""
        self.asked: set[str] = set()
        """Those of them that were asked for: reasons for a function to become async."""
        self.methods: dict[tuple[str, str], str] = {}
        """Class and method to the name of the method that takes its place."""
        self.stated: dict[tuple[str, str], Member] = {}
        """Class and method to what words say of it."""
        self.mirrored: set[str] = set()
        """Libraries of functions, and classes, whose async side's source is not at hand: what they
        give is taken to be used as before, with its blocking methods awaited."""
        pairs = parse_leaves(leaves)
        self.tasks = pairs.names.get("threading.Thread") in _TASKS
        """Whether threads become tasks, whatever is known of their targets."""
        self.prose = dict(pairs.prose)
        """Pairs in words that name no class or function."""
        self.unlike = {
            sync: aio
            for sync, aio in pairs.names.items()
            if is_class_name(sync.rpartition(".")[2])
            and not is_class_name(aio.rpartition(".")[2])
            and not (self.tasks and sync == "threading.Thread")
            and sync not in POOLS
        }
        """Pairs of a class and a function, for which names alone don't say what to write."""
        for sync, aio in pairs.names.items():
            if sync not in self.unlike and aio not in _TASKS and sync not in POOLS:
                self._add(sync, naming.qualified(aio))
        for key, member in stated(self.prose).items():
            self._state(key, member)
        self._add_what_follows(files)

    def _add_what_follows(self, files: Collection[str]) -> None:
        for sync, aio in beside(self._evaluator.index, files, self._naming.own):
            if sync not in self.names:
                self.names[sync] = aio
                self.asked.add(sync)
        for sync, aio in tuple(self.names.items()):
            for given, taken in implied(self._evaluator, self._naming.means(aio), sync):
                if given not in self.names:
                    self.asked.add(given)
                    if given != taken:
                        self.names[given] = taken
        for sync, aio in COUNTERPARTS.items():
            self.names.setdefault(sync, aio)
            if sync in self.asked and self.names[sync] == aio:
                self.asked.update(COMPANIONS.get(sync, ()))

    def _add(self, sync: str, aio: str) -> None:
        name = sync.rpartition(".")[2]
        cls = self._class(sync)
        if cls is not None:
            self.methods[cls, name] = aio.rpartition(".")[2]
            if cls in self._evaluator.index.classes:
                self.asked.add(cls)
            return
        canonical = name_of(self._naming.canonical(sync)) or sync
        if canonical.startswith(_SPECIAL_FORMS) and not sync.startswith(_SPECIAL_FORMS):
            canonical = sync  # an alias for a type: ``Reply = Union[Page, Error]``
        self.names[canonical] = aio
        self.asked.add(canonical)
        known = any(not isinstance(v, External) for v in self._naming.means(aio))
        if not is_class_name(name) and not known:
            self.mirrored.add(sync.partition(".")[0])

    def _state(self, key: str, member: Member) -> None:
        cls = self._class(key)
        if cls is None:
            return
        del self.prose[key]
        self.stated[cls, member.name] = member
        self.asked.add(cls)
        self.mirrored.add(cls)

    def _class(self, method: str) -> str | None:
        """Give the class of what is named like a method, by its canonical name."""
        owner, _, _ = method.rpartition(".")
        for value in self._naming.means(owner) if owner else ():
            if isinstance(value, ClassObject):
                return value.cls
        if not is_class_name(owner.rpartition(".")[2]):
            return None
        if isinstance(self._naming.canonical(method), ClassObject):
            return None
        return self._evaluator.libraries.canonical(owner)
