"""Makes the same calls of two sides of an example and compares them. Standard library only.

Run with `-m` and a JSON file: ``log``, ``packages`` (whose installed files are what the answer
follows from), ``known`` (their fingerprint when it was answered last; nothing is run where it is
the same), ``environment``, ``exceptions`` (class to its counterparts on the other side), and
``examples``, each with ``title``, ``before``, ``after``, ``calls``, ``packages``, ``server`` and
``also`` (parameters of queries that the async side sends besides).
Writes JSON lines: the fingerprint, what is about to be called, what came of each example, and
``done``.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import json
import os
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .fingerprint import fingerprint
from .local_server import Seen, serve
from .network import close_network

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Tell = Callable[..., None]

_CALL_SECONDS = 20
_SHOWN = 200
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class _Outcome(NamedTuple):
    """What one call did."""

    gave: str
    error: BaseException | None
    asked: list[Seen]


class _Broken(Exception):  # noqa: N818 - an outcome
    """A side that can't even be imported."""


def main(path: str) -> None:
    """Do what the settings at ``path`` ask for."""
    settings = json.loads(Path(path).read_text(encoding="ascii"))
    with Path(settings["log"]).open("w", encoding="ascii") as log:

        def tell(**fields: Any) -> None:
            log.write(json.dumps(fields) + "\n")
            log.flush()

        found = fingerprint(settings["packages"])
        tell(fingerprint=found)
        if found != settings["known"]:
            close_network(lambda _: None)
            with serve() as (address, seen):
                _run(settings, address, seen, tell)
        tell(done=True)


def _run(settings: Mapping[str, Any], address: str, seen: list[Seen], tell: Tell) -> None:
    for name, text in settings["environment"].items():
        os.environ[name] = text.replace("{server}", address)
    for example in settings["examples"]:
        missing = [name for name in example["packages"] if importlib.util.find_spec(name) is None]
        if missing:
            tell(example=example["title"], not_run=f"{missing[0]} is not installed")
            continue
        told = _compared(example, settings["exceptions"], address, seen, tell)
        libraries = [f"{name} {_version(name)}".strip() for name in example["packages"]]
        tell(example=example["title"], libraries=libraries, **told)


def _compared(
    example: Mapping[str, Any],
    exceptions: Mapping[str, Sequence[str]],
    address: str,
    seen: list[Seen],
    tell: Tell,
) -> dict[str, str]:
    tell(example=example["title"], side="before")
    try:
        before = _side(example["before"], example["calls"], address, seen)
    except _Broken as error:
        return {"not_run": f"its sync side can't be imported here: {error}"}
    if all(outcome.error for outcome in before):
        return {"not_run": f"its sync side does not work here: it {_told(before[0])}"}
    if example["server"] == "http" and not any(outcome.asked for outcome in before):
        return {"not_run": "its sync side does not ask the local server"}
    tell(example=example["title"], side="after")
    try:
        after = _side(example["after"], example["calls"], address, seen)
    except _Broken as error:
        return {"differs": f"the async side can't be imported here: {error}"}
    for number, call in enumerate(example["calls"]):
        new = _without(after[number], example.get("also", ()))
        difference = _difference(before[number], new, exceptions)
        if difference:
            return {"differs": f"{call} {difference}".replace(address, "")}
    return {}


def _side(code: str, calls: Sequence[str], address: str, seen: list[Seen]) -> list[_Outcome]:
    """Run one side's module, and its calls on one loop."""
    space: dict[str, Any] = {"__name__": "example"}
    try:
        exec(compile(code, "<example>", "exec"), space)  # noqa: S102 - what rules show
    except Exception as error:
        raise _Broken(_named(error)) from error
    space["server"] = address
    return asyncio.run(_called(calls, space, seen))


async def _called(calls: Sequence[str], space: dict[str, Any], seen: list[Seen]) -> list[_Outcome]:
    outcomes = []
    for call in calls:
        seen.clear()
        gave, failure = "", None
        try:
            result = eval(compile(call, "<calls>", "eval"), space)  # noqa: S307 - as above
            if inspect.isawaitable(result):
                result = await asyncio.wait_for(result, _CALL_SECONDS)
            gave = _ADDRESS.sub("", repr(result))
        except Exception as error:  # noqa: BLE001 - any exception is an outcome to compare
            failure = error
        outcomes.append(_Outcome(gave, failure, list(seen)))
    return outcomes


def _without(outcome: _Outcome, parameters: Sequence[str]) -> _Outcome:
    """Leave parameters out of the queries that were asked."""
    if not parameters:
        return outcome
    asked = []
    for one in outcome.asked:
        page, _, query = one.path.partition("?")
        kept = [pair for pair in query.split("&") if pair.partition("=")[0] not in parameters]
        asked.append(one._replace(path=f"{page}?{'&'.join(kept)}" if any(kept) else page))
    return outcome._replace(asked=asked)


def _difference(old: _Outcome, new: _Outcome, exceptions: Mapping[str, Sequence[str]]) -> str:
    if old.error is None or new.error is None:
        same = old.error is new.error and old.gave == new.gave
    else:
        same = _alike(old.error, new.error, exceptions)
    if not same:
        return f"{_told(old)}, and then {_told(new)}"
    if old.asked != new.asked:
        return f"asks for {_requests(old.asked)}, and then for {_requests(new.asked)}"
    return ""


def _alike(old: BaseException, new: BaseException, exceptions: Mapping[str, Sequence[str]]) -> bool:
    """Say whether a handler of ``old``, converted by the rule, handles ``new``.

    The nearest class that the rule names decides. Where it names none, it is only told whether
    both are errors of a value.
    """
    if type(old) is type(new):
        return True
    depths = {kind: depth for depth, kind in enumerate(type(old).__mro__)}
    known = [(depths[kind], names) for kind, names in _resolved(exceptions) if kind in depths]
    if known:
        _, names = min(known, key=lambda pair: pair[0])
        kinds = tuple(kind for kind in map(_resolve, names) if kind is not None)
        return isinstance(new, kinds)
    for pattern, names in exceptions.items():
        if pattern.endswith(".*") and type(old).__module__.split(".")[0] == pattern[:-2]:
            roots = {name.split(".")[0] for name in names}
            there = type(new).__module__.split(".")[0] in roots
            return there and type(new).__name__ == type(old).__name__
    return isinstance(old, ValueError) == isinstance(new, ValueError)


def _resolved(exceptions: Mapping[str, Sequence[str]]) -> list[tuple[type, Sequence[str]]]:
    found = [(_resolve(name), names) for name, names in exceptions.items()]
    return [(kind, names) for kind, names in found if kind is not None]


def _resolve(name: str) -> type | None:
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return None
    return found if isinstance(found, type) else None


def _told(outcome: _Outcome) -> str:
    if outcome.error is not None:
        return f"raises {_named(outcome.error)}"
    return f"gives {outcome.gave[:_SHOWN]}"


def _named(error: BaseException) -> str:
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    lines = str(error).strip().splitlines()
    return f"{name}: {lines[0][:_SHOWN]}" if lines else name


def _requests(asked: Sequence[Seen]) -> str:
    shown = (
        f"{one.method} {one.path}{'' if one.body is None else f' {one.body!r}'}" for one in asked
    )
    return ", ".join(shown)[:_SHOWN] or "nothing"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main(sys.argv[1])
