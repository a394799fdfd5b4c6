"""Programs that nobody would write: pieces of the standard library, damaged, and random ones."""

# ruff: noqa: S311 - the numbers make programs, not secrets
from __future__ import annotations

import os
import resource
import sys
import sysconfig
import traceback
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from refactor_agent.domain.region import Located
from refactor_agent.locate import SourceLines, locate, regions_as_json
from refactor_agent.project import Project, open_project
from refactor_agent.rulebook import RuleBook, load_rulebook

__all__ = ["look_at", "program"]

_SIZES = (200, 40_000)
_SECONDS = 10
"""Of processor time, for one program; most take a twentieth of one."""
_BYTES = 2 * 1024**3
"""Of address space, for one program; a deep stack takes a quarter of a GiB."""
_MOST_FILES = 3
_NAMES = ("a", "b", "c", "get", "self", "load", "client", "time", "x")
_SNIPPETS = (
    "async def ",
    "def ",
    "class ",
    "await ",
    "yield ",
    "yield from ",
    "lambda ",
    "return ",
    "import time\n",
    "from a import *\n",
    "from . import b\n",
    "from .b import *\n",
    "__all__ = [",
    "global x\n",
    "nonlocal x\n",
    "async with ",
    "async for x in ",
    "match x:\n    case ",
    "try:\n    ",
    "except* ",
    "finally:\n",
    "del ",
    "@",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    "\n",
    "\n    ",
    "\n        ",
    "\t",
    "*",
    "**",
    "->",
    ":=",
    "=",
    ",",
    "time.sleep(1)",
    "f'{",
    "'''",
    '"""',
    "# refactor-agent: ignore",
    "# noqa: ",
    "\\\n",
    "\f",
    "\x00",
    "\r",
    "\ufeff",
    "é",
    "\U0001f40d",
    "0x",
    "1_0",
    "self.",
    "super().",
    "x: 'list[",
    "type X = ",
    "def f[T](x: T): ",
    "...",
)


def program(random: Random) -> dict[str, bytes]:
    """Give files by name, some of them Python."""
    names = ["a.py", "b.py", "pkg/__init__.py", "pkg/c.py"]
    wanted = random.sample(names, random.randint(1, _MOST_FILES))
    return {name: random.choice((_damaged, _random))(random) for name in wanted}


def look_at(root: Path, files: dict[str, bytes]) -> Located:
    """Scan ``files`` and write down what was found; ``root`` is an empty directory."""
    project = _project(root)
    located = locate(project, _rules(), changes=files, jobs=1)
    regions_as_json(located)
    lines = SourceLines({}, files)
    for region in located.regions:
        assert region.hops[-1].callee == region.callee, region
        for hop in region.hops:
            assert hop.site.file in files
            assert (
                1
                <= hop.site.span.line
                <= files[hop.site.file].count(b"\n") + 1 + files[hop.site.file].count(b"\r")
            ), hop
            lines.parts(hop.site)
    for skipped in located.skipped:
        assert skipped.reason
    assert located.graph is not None
    return located


@cache
def _rules() -> RuleBook:
    return load_rulebook()


@cache
def _project(root: Path) -> Project:
    return open_project(root)


@cache
def _real() -> tuple[bytes, ...]:
    library = Path(sysconfig.get_path("stdlib"))
    files = sorted(
        (*library.glob("*.py"), *library.glob("asyncio/*.py"), *library.glob("http/*.py"))
    )
    low, high = _SIZES
    return tuple(path.read_bytes() for path in files if low < path.stat().st_size < high)


def _damaged(random: Random) -> bytes:
    lines = random.choice(_real()).splitlines(keepends=True)
    start = random.randrange(len(lines))
    data = bytearray(b"".join(lines[start : start + random.randint(1, 120)]))
    if random.random() < 0.5:
        data = bytearray(b"import time\nasync def start():\n    time.sleep(1)\n    a()\n") + data
    for _ in range(random.choice((0, 1, 1, 2, 5, 20))):
        at = random.randrange(len(data) + 1)
        match random.randrange(5):
            case 0:
                del data[at : at + random.randint(1, 30)]
            case 1:
                data[at:at] = random.choice(_SNIPPETS).encode()
            case 2:
                other = random.randrange(len(data) + 1)
                data[at:at] = data[other : other + random.randint(1, 80)]
            case 3:
                data[at : at + 1] = bytes([random.randrange(256)])
            case 4:
                data[at:at] = random.choice(_SNIPPETS).encode() * random.choice((2, 30, 150))
    return bytes(data)


def _random(random: Random) -> bytes:
    return ("import time\n" + "".join(_block(random, "", 3))).encode()


def _block(random: Random, indent: str, depth: int) -> list[str]:
    return [_statement(random, indent, depth) for _ in range(random.randint(1, 5))]


def _statement(random: Random, indent: str, depth: int) -> str:  # noqa: PLR0911 - one a kind
    name, value = random.choice(_NAMES), _expression(random, 3)
    kind = random.randrange(12) if depth else random.randrange(4)
    inner = lambda: "".join(_block(random, indent + "    ", depth - 1))  # noqa: E731
    match kind:
        case 0:
            return f"{indent}{name} = {value}\n"
        case 1:
            return f"{indent}{value}\n"
        case 2:
            return f"{indent}{name}.{random.choice(_NAMES)} = {value}\n"
        case 3:
            module = random.choice(("a", "b", "pkg", "pkg.c", "time", ".", ".c"))
            names = random.choice((name, f"{name} as x", "*")) if not indent else name
            return f"{indent}from {module} import {names}\n"
        case 4 | 5:
            head = random.choice(("def", "async def"))
            parameters = random.choice(
                ("", "a", "self, b", "x=None, *a, **b", f"a: {value}, /, *, b: 'c'")
            )
            decorator = random.choice(
                ("", f"{indent}@{name}\n", f"{indent}@property\n", f"{indent}@{name}({value})\n")
            )
            return f"{decorator}{indent}{head} {name}({parameters}):\n{inner()}"
        case 6 | 7:
            return f"{indent}class {name}({random.choice(('', *_NAMES, 'a, b'))}):\n{inner()}"
        case 8:
            return f"{indent}if {value}:\n{inner()}{indent}else:\n{inner()}"
        case 9:
            return f"{indent}for {name} in {value}:\n{inner()}"
        case 10:
            return f"{indent}try:\n{inner()}{indent}except {value} as {name}:\n{inner()}"
        case _:
            return f"{indent}with {value} as {name}:\n{inner()}"


def _expression(random: Random, depth: int) -> str:
    name = random.choice(_NAMES)
    if not depth:
        return random.choice((name, "1", "'s'", "None", "time.sleep"))
    one, two = (_expression(random, depth - 1) for _ in range(2))
    return random.choice(
        (
            name,
            f"{one}.{name}",
            f"{one}({two})",
            f"{name}({one}, {name}={two})",
            f"({one} + {two})",
            f"[{one} for {name} in {two}]",
            f"(lambda {name}: {one})",
            f"({one} if {two} else {name})",
            f"{one}[{two}]",
            f"{{{one}: {two}}}",
            f"({one}, {two})",
            f"(not {one} in {two})",
            f"super().{name}",
            f"self.{name}({one})",
            "time.sleep(1)",
            f"f'{{{name}}}'",
            f"({name} := {one})",
            f"{name}(*{one}, **{two})",
        )
    )


def _main(first: int, count: int) -> int:
    """Look at ``count`` programs, from the one of number ``first`` on; name those that fail.

    Each in a process of its own, so that one that never ends or eats all memory is named too.
    """
    _rules(), _real()  # once for all of them
    failed = 0
    with TemporaryDirectory() as name:
        for number in range(first, first + count):
            child = os.fork()
            if not child:
                os._exit(_look_within_limits(Path(name), number))
            _, status, used = os.wait4(child, 0)
            if status:
                failed += 1
                fault = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "a fault"
                mebibytes = used.ru_maxrss // 1024
                print(f"program {number}: {fault}, {mebibytes} MiB", flush=True)  # noqa: T201
    return failed


def _look_within_limits(root: Path, number: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        look_at(root, program(Random(number)))
    except BaseException:  # noqa: BLE001 - to be printed
        print(f"program {number}:", traceback.format_exc(), flush=True)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(min(_main(int(sys.argv[1]), int(sys.argv[2])), 1))
