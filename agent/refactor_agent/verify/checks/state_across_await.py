"""Shared state is not used on both sides of an await that was not there, or did not wait."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.place import Site
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._gauge import is_gauge
from refactor_agent.verify.checks._section_uses import Access, Clash
from refactor_agent.verify.checks._sections import Sections
from refactor_agent.verify.checks._suspensions import Suspensions
from refactor_agent.verify.checks._test_code import is_lone_test
from refactor_agent.verify.checks._units import Unit, Units
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]

_LONGEST = 60
_DONE = {
    "read": "read",
    "changed": "changed",
    "set there": "set",
    "looked at": "looked at",
    "replaced": "written or removed",
}


def _find(context: Context) -> Iterator[Objection]:
    units = Units(context)
    suspensions = Suspensions(context, units)
    sections = Sections(units, suspensions)
    for unit in suspensions.concerned:
        if is_lone_test(unit.file, unit.after):
            continue
        for clash in sections.summary(unit).clashes:
            if is_gauge(unit, clash.last.name):
                continue
            waits = _waits(clash.point)
            if not suspensions.adds_to(unit):
                waits += ", which never gave way before,"
            yield Objection(f"{unit.name}: {_say(clash, waits)}", _site(unit, clash.point))


def _say(clash: Clash, waits: str) -> str:
    first, _, last = clash
    if first.kind == "set there":
        done = f"{first.name} is {_used(first)} from what was found before {waits} let other"
        return f"{done} tasks run, then it is {_used(last)}: what they did to it is lost"
    if first.kind == "looked at":
        danger = "what was seen there may no longer hold"
    elif last.kind == "read":
        danger = "another task may have changed it by then"
    else:
        danger = "what another task did to it meanwhile is lost, or mixed with this"
    done = f"{first.name} is {_used(first)}, then {waits} lets other tasks run"
    return f"{done}, then it is {_used(last)}: {danger}"


def _used(access: Access) -> str:
    through = f" by {access.through}" if access.through else ""
    return f"{_DONE[access.kind]}{through} (line {access.line})"


def _waits(point: ast.AST) -> str:
    match point:
        case ast.Await(value=value, lineno=line):
            return f"`await {_short(value)}` (line {line})"
        case ast.AsyncFor(iter=value, lineno=line):
            return f"`async for ... in {_short(value)}` (line {line})"
        case ast.AsyncWith(items=[item, *_], lineno=line):
            return f"`async with {_short(item.context_expr)}` (line {line})"
    return "an await"


def _short(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _site(unit: Unit, point: ast.AST) -> Site | None:
    return unit.site(point) if isinstance(point, ast.expr | ast.stmt) else None


_OFFLOAD = "from app.adapters import offload\n\n\n"


def _method(*lines: str, colour: str = "async ") -> str:
    body = "".join(f"        {line}\n" for line in lines)
    return f"{_OFFLOAD}class Box:\n    {colour}def fill(self, key):\n{body}"


def _with_caller(read: str, colour: str = "async ") -> str:
    """A store that loads, and a caller that changes what was loaded."""
    return (
        f"{_OFFLOAD}class Store:\n"
        f"    {colour}def load(self):\n"
        f"        self.items = {{}}\n        text = {read}\n        self.size = len(text)\n\n"
        f"    async def upload(self, key):\n        await self.load()\n"
        f"        self.items[key] = 1\n        self.write()\n\n"
        f"    def write(self):\n        print(self.items)\n"
    )


_LOOP = (
    "for row in key:",
    "    {}",
    "    if self.sent >= 9:",
    "        break",
    "    self.sent += 1",
)


def _loop(line: str) -> str:
    return _method(*(one.format(line) for one in _LOOP))


_SAVE = "\n    def save(self):\n        print(self.items)\n"
_CHECKED = _method("if not os.path.exists(key):", "    return", "{}", "os.remove(key)")
_TAKE = (
    f"import shutil\n\n{_OFFLOAD}def keep(place, kept):\n    shutil.move(place, kept)\n\n\n"
    "async def extract(data):\n    return {}\n\n\n"
    "async def take(path, other):\n    data = path.read_bytes()\n"
    "    text = await extract(data)\n    keep({}, 'kept')\n    return text\n"
)
_TEST = (
    f"{_OFFLOAD}ITEMS = {{{{}}}}\n\n\n{{}}def test_box():\n    ITEMS['a'] = 1\n"
    "    {}load()\n    assert ITEMS['a'] == 1\n"
)
_GAUGE = ("self.open += 1", "try:", "    {}", "finally:", "    self.open -= 1")
_ASKED = "\n    def full(self):\n        return self.open > 3\n"
_SAYS = "lets other tasks run"

CHECK = Check(
    name="state-across-await",
    hazards=("H-E4", "H-E5", "H-S6"),
    reason="A section that ran in one go is interrupted: of ten uploads six are lost.",
    level="doubtful",
    find=_find,
    examples=(
        Example(
            "written, awaited, written",
            _method("self.items = {}", "text = read(key)", "self.items[key] = text"),
            _method("self.items = {}", "text = await offload(read, key)", "self.items[key] = text"),
            "self.items is changed (line 6), then `await offload(read, key)` (line 7) "
            "lets other tasks run, then it is changed (line 8)",
        ),
        Example(
            "a caller that was never interrupted",
            _with_caller("read()"),
            _with_caller("await offload(read)"),
            "Store.upload: self.items is changed by load (line 11), then `await self.load()` "
            "(line 11), which never gave way before",
        ),
        Example(
            "what was loaded is changed by the caller",
            _with_caller("read()").replace("self.items = {}", "pass"),
            _with_caller("await offload(read)")
            .replace("self.items = {}", "pass")
            .replace("self.size = len(text)", "self.items = text"),
            "Store.upload: self.items is set by load",
        ),
        Example(
            "from one turn to the next",
            _loop("send(row)"),
            _loop("await offload(send, row)"),
            "self.sent",
        ),
        Example(
            "changed beside the loop",
            _method("def work():", "    n = self.n", "    save(n)", "    self.n = n + 1", "work()"),
            _method(
                "def work():",
                "    n = self.n",
                "    save(n)",
                "    self.n = n + 1",
                "await offload(work)",
            ),
            "self.n is read (line 7), then `await offload(work)` (line 10)",
        ),
        Example(
            "a file is checked, then removed",
            _CHECKED.format("check(key)"),
            _CHECKED.format("await offload(check, key)"),
            "key is looked at (line 6), then `await offload(check, key)` (line 8) "
            "lets other tasks run, then it is written or removed (line 9)",
        ),
        Example(
            "a file is checked, then removed by the thread",
            _method("if path.exists():", "    path.unlink()"),
            _method("if await offload(path.exists):", "    await offload(path.unlink)"),
            "path is looked at",
        ),
        Example(
            "a file is read, then written",
            _method("n = int(path.read_text())", "path.write_text(str(n + 1))"),
            _method("n = int(await offload(path.read_text))", "path.write_text(str(n + 1))"),
            "path is looked at",
        ),
        Example(
            "a global",
            f"{_OFFLOAD}seen = set()\n\n\nasync def f(k):\n    if k in seen:\n        return\n"
            "    save(k)\n    seen.add(k)\n",
            f"{_OFFLOAD}seen = set()\n\n\nasync def f(k):\n    if k in seen:\n        return\n"
            "    await offload(save, k)\n    seen.add(k)\n",
            "seen is read",
        ),
        Example(
            "grown, then saved by a thread",
            _method("self.items.append(key)", "self.save()") + _SAVE,
            _method("self.items.append(key)", "await offload(self.save)") + _SAVE,
            "self.items is changed (line 6), then `await offload(self.save)` (line 7)",
        ),
        Example(
            "set, then read by a thread",
            _method("self.items = key", "self.save()") + _SAVE,
            _method("self.items = key", "await offload(self.save)") + _SAVE,
        ),
        Example(
            "under a lock",
            _method("async with self.lock:", "    self.items = {}", "    self.items[key] = f(key)"),
            _method(
                "async with self.lock:",
                "    self.items = {}",
                "    text = await offload(f, key)",
                "    self.items[key] = text",
            ),
        ),
        Example(
            "counted while it lasts",
            _method(*_GAUGE).format("send(key)"),
            _method(*_GAUGE).format("await offload(send, key)"),
        ),
        Example(
            "counted while it lasts, and asked by others",
            _method(*_GAUGE).format("send(key)") + _ASKED,
            _method(*_GAUGE).format("await offload(send, key)") + _ASKED,
            "self.open",
        ),
        Example(
            "counted until it fails",
            _method("self.open += 1", "send(key)", "self.open -= 1"),
            _method("self.open += 1", "await offload(send, key)", "self.open -= 1"),
            "self.open",
        ),
        Example(
            "only read",
            _method("url = self.url", "text = f(url)", "return text, self.url, self.url.host"),
            _method(
                "url = self.url",
                "text = await offload(f, url)",
                "return text, self.url, self.url.host",
            ),
        ),
        Example(
            "its own",
            _method("items = {}", "items[1] = f(key)", "items[2] = f(key)"),
            _method("items = {}", "items[1] = await offload(f, key)", "items[2] = f(key)"),
        ),
        Example(
            "set, then only read",
            _method("self.text = f(key)", "return self.text.upper()"),
            _method("self.text = await offload(f, key)", "return self.text.upper()"),
        ),
        Example(
            "set by what is called, then only read",
            _with_caller("read()").replace("self.items[key] = 1", "pass"),
            _with_caller("await offload(read)")
            .replace("self.items = {}", "pass")
            .replace("self.items[key] = 1", "pass"),
        ),
        Example(
            "counted in a loop",
            _method("for row in key:", "    send(row)", "    self.sent += 1"),
            _method("for row in key:", "    await offload(send, row)", "    self.sent += 1"),
        ),
        Example(
            "other tasks ran there before",
            _method("self.items = {}", "await get(key)", "text = f(key)", "self.items[key] = text"),
            _method(
                "text = await offload(f, key)",
                "self.items = {}",
                "await get(key)",
                "self.items[key] = text",
            ),
        ),
        Example(
            "another file",
            _method("if os.path.exists(key):", "    f(key)", "os.remove(self.temporary)"),
            _method(
                "if os.path.exists(key):", "    await offload(f, key)", "os.remove(self.temporary)"
            ),
        ),
        Example(
            "a file that a helper moves",
            _TAKE.format("run(data)", "path"),
            _TAKE.format("await offload(run, data)", "path"),
            "take: path is looked at (line 15), then `await extract(data)` (line 16), which never "
            "gave way before, lets other tasks run, then it is written or removed by keep",
        ),
        Example(
            "another file that a helper moves",
            _TAKE.format("run(data)", "other"),
            _TAKE.format("await offload(run, data)", "other"),
        ),
        Example(
            "a test that is alone in its loop",
            _TEST.format("", ""),
            _TEST.format("async ", "await "),
            file="test_box.py",
        ),
        Example(
            "a test that starts tasks",
            _TEST.format("", "") + "    asyncio.gather()\n",
            _TEST.format("async ", "await ") + "    asyncio.gather()\n",
            "lets other tasks run",
            file="test_box.py",
        ),
        Example(
            "a request's own state",
            f"{_OFFLOAD}async def f(request):\n    request.state.user = g()\n    save()\n"
            "    return request.state.user\n",
            f"{_OFFLOAD}async def f(request):\n    request.state.user = g()\n"
            "    await offload(save)\n    return request.state.user\n",
        ),
    ),
)
