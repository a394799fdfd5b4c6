"""What a function does stands where it stood, where a model wrote the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise

from refactor_agent.verify.checks._acts import Act, acts_of
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_by_model
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]

_PLACES = {
    "guarded": "in a `try` whose `finally` follows it",
    "finally": "in `finally`",
    "handler": "in a handler",
    "try": "in a `try` that tells of its failure",
    "forgiven": "in a `try` that forgives it",
    "else": "in the `else` of a `try`",
}
_Pair = tuple[Act, Act]


def _find(context: Context) -> Iterator[Objection]:
    for change, before, module in changed_by_model(context):
        was, now = acts_of(module, before), acts_of(change.module_after, change.after)
        for message in _moved(was, now):
            yield Objection(f"{change.name}: {message}", change.site(change.after))


def _moved(was: list[Act], now: list[Act]) -> Iterator[str]:
    """Compare the acts that stand in as many places before as after."""
    counts = [Counter(act.text for act in acts) for acts in (was, now)]
    old, new = _numbered(was), _numbered(now)
    known = [key for key in old if counts[0][key[0]] == counts[1][key[0]]]
    places = {key: place for place, key in enumerate(new)}
    yield from _exchanged([(old[key], places[key]) for key in known])
    pairs = [(old[key], new[key]) for key in known if counts[0][key[0]] == 1]
    yield from _loops(pairs)
    yield from _tries(pairs, _roles(was), _roles(now))
    yield from _managers(pairs, _all_managers(was) & _all_managers(now))


def _numbered(acts: list[Act]) -> dict[tuple[str, int], Act]:
    """The acts in order, each with how many like it came before."""
    seen: Counter[str] = Counter()
    found = {}
    for act in acts:
        found[act.text, seen[act.text]] = act
        seen[act.text] += 1
    return found


def _exchanged(placed: list[tuple[Act, int]]) -> Iterator[str]:
    for (first, place), (last, other) in combinations(placed, 2):
        if place > other and _matters(first, last):
            yield f"`{first.text}` was done before `{last.text}`, and is done after it"
            return


def _matters(first: Act, last: Act) -> bool:
    """What nobody sees may change places with what does not name it; a part stays in its whole."""
    if first.text in last.text:
        return False
    return not (first.local or last.local) or bool(
        first.local & last.names or last.local & first.names
    )


def _loops(pairs: list[_Pair]) -> Iterator[str]:
    for was, now in pairs:
        if len(was.loops) != len(now.loops):
            yield f"`{was.text}` was in {len(was.loops)} loops, and is in {len(now.loops)}"
            return
    for (was, now), (next_was, next_now) in pairwise(pairs):
        if _shared(was, next_was) != _shared(now, next_now):
            how = "in one loop" if _shared(was, next_was) else "in a loop of its own"
            yield f"`{next_was.text}` was {how} with `{was.text}` before it, and no longer is"
            return


def _shared(one: Act, other: Act) -> int:
    return len(set(one.loops) & set(other.loops))


def _roles(acts: list[Act]) -> Counter[str]:
    return Counter(role for act in acts for role in set(act.roles))


def _tries(pairs: list[_Pair], all_was: Counter[str], all_now: Counter[str]) -> Iterator[str]:
    """What stands in a `try` by another role; a `finally` only one side has may be a `with`."""
    ended = {"guarded", "finally"}
    both = all(count["finally"] or count["guarded"] for count in (all_was, all_now))
    for was, now in pairs:
        old, new = Counter(was.roles), Counter(now.roles)
        gained = [role for role in new - old if role != "try"]
        if "finally" in old:
            gained = [role for role in gained if role not in ended]  # each step of a clean-up
        for role in [role for role in (*(old - new), *gained) if both or role not in ended]:
            how = "no longer does" if role in old - new else "did not before"
            yield f"`{was.text}` stands {_PLACES[role]}, which it {how}"
            return
        if "finally" in new.keys() - old.keys() and was.managers <= now.managers:
            yield f"`{was.text}` stands {_PLACES['finally']}, which it did not before"
            return


def _all_managers(acts: list[Act]) -> frozenset[str]:
    return frozenset().union(*(act.managers for act in acts))


def _managers(pairs: list[_Pair], known: frozenset[str]) -> Iterator[str]:
    for was, now in pairs:
        if was.local:
            continue
        for text in sorted((was.managers ^ now.managers) & known):
            where, is_now = ("in", "outside") if text in was.managers else ("outside", "in")
            yield f"`{was.text}` was done {where} `with {text}`, and is done {is_now} it"
            return


_HEAD = "import asyncio\nimport json\nimport os\nimport time\n\n\n"


def _body(*lines: str, colour: str = "") -> str:
    return f"{_HEAD}{colour}def f(k):\n" + "".join(f"    {line}\n" for line in lines)


def _after(*lines: str) -> str:
    return _body(*lines, colour="async ")


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, before, after, says, by="model")


_RETRY = ("for left in tries:", "    try:", "        return get(k)", "    except OSError as error:",
          "        {}", "        {}")  # fmt: skip
_TRY = ("for name in k:", "    try:", "        value = use(json.loads(name))",
        "    except ValueError:", "        value = None", "    show(value)")  # fmt: skip
_TASKS = ("for task in k:", "    task.cancel()", "for task in k:", "    wait(task)")
_FILE = ("with os.fdopen(k) as file:", "    write(file)", "os.replace(k, target)")


def _retry(first: str, second: str, *, colour: str = "") -> str:
    text = "\n".join(_RETRY).format(first, second)
    return _body(*text.splitlines(), colour=colour)


CHECK = Check(
    name="moved-act",
    hazards=("H-F4", "H-B4", "H-G5", "H-G1"),
    reason="The same things done at another moment, or as often as something else, are not the "
    "same: tests that pass once do not see it.",
    level="doubtful",
    find=_find,
    examples=(
        _model("a step grown before it is used", _retry("time.sleep(k)", "k *= 2"),
                _retry("k *= 2", "await asyncio.sleep(k)", colour="async "),
                "`sleep(k)` was done before `k *= 2`, and is done after it"),
        _model("counted after it was given", _body("for part in read(k):", "    box.n += 1",
                "    yield part"),
                _after("async for part in read(k):", "    yield part", "    box.n += 1"),
                "was done before `yield part`"),
        _model("out of the try", _body(*_TRY),
                _after("for name in k:", "    given = json.loads(name)", "    try:",
                       "        value = await use(given)", *_TRY[3:]),
                "which it no longer does"),
        _model("only when nothing failed", _body(*_TRY),
                _after(*_TRY[:5], "    else:", "        await show(value)"),
                "in the `else` of a `try`, which it did not before"),
        _model("one loop of two", _body(*_TASKS), _after(*_TASKS[:2], "    await wait(task)"),
                "was in a loop of its own"),
        _model("whatever happens", _body("work(k)", "mark(k)"),
                _after("try:", "    await work(k)", "finally:", "    mark(k)"),
                "stands in `finally`, which it did not before"),
        _model("each step of a clean-up for itself",
                _body("try:", "    work(k)", "finally:", "    wait(k)", "    mark(k)"),
                _after("try:", "    await work(k)", "finally:", "    try:",
                       "        await wait(k)", "    finally:", "        mark(k)")),
        _model("before the file is closed", _body(*_FILE),
                _after(*_FILE[:2], "    await offload(os.replace, k, target)"),
                "was done outside `with fdopen(k)`"),
        _model("twice, and the second time at another moment",
                _body("fill(k)", "while k.left:", "    time.sleep(k.rate)", "    fill(k)"),
                _after("fill(k)", "while k.left:", "    fill(k)",
                       "    await asyncio.sleep(k.rate)"),
                "was done before `fill(k)`, and is done after it"),
        _model("twice, as before",
                _body("fill(k)", "while k.left:", "    time.sleep(k.rate)", "    fill(k)"),
                _after("fill(k)", "while k.left:", "    await asyncio.sleep(k.rate)",
                       "    fill(k)")),
        _model("in the same order", _retry("time.sleep(k)", "k *= 2"),
                _retry("await asyncio.sleep(k)", "k *= 2", colour="async ")),
        _model("in a helper for a thread", _body(*_FILE),
                _after("def part():", *(f"    {line}" for line in _FILE), "await offload(part)")),
        _model("a loop for a comprehension", _body("return [get(x) for x in k]"),
                _after("found = []", "for x in k:", "    found.append(await get(x))",
                       "return found")),
        _model("what a comprehension runs over", _body("return [x for x in get(k)]"),
                _after("found = await get(k)", "return [x for x in found]")),
        _model("after a handler that leaves",
                _body("try:", "    text = get(k)", "except OSError:", "    return None",
                      "return show(text)"),
                _after("try:", "    text = await get(k)", "except OSError:", "    return None",
                       "else:", "    return show(text)")),
        _model("what nobody else sees",
                _body("found = []", "found.append(1)", "text = get(k)", "return found, text"),
                _after("found = []", "text = await get(k)", "found.append(1)",
                       "return found, text")),
    ),
)  # fmt: skip
