"""Properties over generated programs: what is untouched stays, and what runs gives the same."""

from __future__ import annotations

import ast
import asyncio
import sys
import tempfile
from pathlib import Path

import libcst as cst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refactor_agent.boundary import _async_adapters
from refactor_agent.domain.plan import Refusal
from unit.convert.attempts import Edit, attempt_of, convert

ODD_LINES = st.sampled_from(
    [
        "x  =  1", "# a comment", "y = ( 2,)   # trailing ", "'é' ; z = '€'", "",
        "pass;", 'text = """kept\n  as it is\n"""', "value = [\n        1,\n    ]",
        "x = \\\n        1", "if x : y = 2",
    ]
)  # fmt: skip
CALLS = st.sampled_from(
    [
        "load()", "x = load()['a']  # note", "y = load() or load()", "print( load() , end = '' )",
        "for i in load(): print(i)", "return load().copy()", "x = {**load(), 'é': load()}",
        "assert load(), 'é'", "x = [load() for _ in range(2)]", "del load()[0]", "x, y = load()",
        "if load() if x else load(): pass", "x = lambda: 1; x(*load(), **load())",
    ]
)  # fmt: skip
WRAPPERS = st.sampled_from(
    ["if x:", "for i in []:", "while x:  # why", "try:", "with x as y :", "else_"]
)


@st.composite
def bodies(draw, depth=0):
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(
            st.sampled_from(["odd", "odd", "call", "wrap"] if depth < 2 else ["odd", "call"])
        )
        if kind == "wrap":
            head = draw(WRAPPERS)
            inner = [f"    {line}" for line in draw(bodies(depth=depth + 1))]
            if head == "else_":
                lines += ["if y:", "    pass", "else:", *inner]
            else:
                lines += [head, *inner, *(["finally:", "    pass"] if head == "try:" else [])]
        else:
            lines.append(draw(ODD_LINES if kind == "odd" else CALLS))
    return ["pass", *lines]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_awaiting_leaves_every_other_line_alone(body, newline, is_twin):
    text = "\n".join(
        [
            "def load():",
            "    return {}",
            "",
            "",
            "async def main(x, y):",
            *(f"    {b}" for b in body),
        ]
    )
    text = f"{text}\n".replace("\n", newline)
    count = text.count("load()") - 1
    edits = [Edit("await", "load()", "app.load", number) for number in range(count)]
    colours = {"twins": {"app.load": "aload"}} if is_twin else {"in_place": ("app.load",)}
    outcome, files = convert({"app.py": text}, attempt_of({"app.py": text}, edits, **colours))
    assert not isinstance(outcome, Refusal), outcome
    after = files["app.py"]
    name = "aload" if is_twin else "load"
    untouched = [line for line in text.split(newline) if "load" not in line]
    kept = [line for line in after.split(newline) if "load" not in line]
    twin = ["    return {}", "", ""] if is_twin else []
    assert kept == twin + untouched
    calls = [n for n in ast.walk(ast.parse(after)) if isinstance(n, ast.Call) and _is(n, name)]
    awaited = [n.value for n in ast.walk(ast.parse(after)) if isinstance(n, ast.Await)]
    assert len(calls) == len(awaited) == count
    assert cst.parse_module(after.encode()).bytes == after.encode()


def _is(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name


NAMES = st.sampled_from(["a", "b", "c"])
SIMPLE = st.one_of(
    st.builds("{} = {} + 1".format, NAMES, NAMES),
    st.builds("{} += 2".format, NAMES),
    st.builds("{} = {}".format, NAMES, st.integers(0, 3)),
    st.builds("log.append({})".format, NAMES),
    st.builds("box[{!r}] = {}".format, NAMES, NAMES),
    st.builds("{}, {} = {}, 5".format, NAMES, NAMES, NAMES),
    st.just("pass"),
)
READS = st.one_of(
    st.builds("{} = len(f.read())".format, NAMES),
    st.builds("{} += len(f.read(1))".format, NAMES),
    st.builds("log.append(f.readline())".format),
    st.builds("return f.read(), {}".format, NAMES),
)
HEADS = st.sampled_from(
    [
        "if a:",
        "for b in range(2):",
        "for _ in range(2):",
        "try:",
        "if b > 1:",
        "while len(log) < 9:",
    ]
)


@st.composite
def programs(draw, depth=0, *, in_with=False):
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kinds = ["simple", "simple"]
        kinds += ["read"] if in_with else []
        kinds += ["head"] if depth < 3 else []
        kind = draw(st.sampled_from(kinds))
        if kind == "head":
            lines += _block(draw(HEADS), draw(programs(depth=depth + 1, in_with=in_with)))
        else:
            lines.append(draw(SIMPLE if kind == "simple" else READS))
    return lines


def _block(head: str, inner: list[str]) -> list[str]:
    body = [f"    {line}" for line in inner]
    if head == "try:":
        return [head, *body, "except ZeroDivisionError:", "    log.append('caught')"]
    if head.startswith("while"):
        return [head, "    log.append('again')", *body]
    return [head, *body]


@st.composite
def readers(draw):
    """A function that reads a file in a `with` block somewhere in its body."""
    block = ["with open(p) as f:", *(f"    {line}" for line in draw(programs(in_with=True)))]
    if draw(st.booleans()):
        head = draw(HEADS)
        block = _block(head, [*draw(programs(depth=2)), *block, *draw(programs(depth=2))])
    before = draw(st.lists(SIMPLE, max_size=2))
    after = draw(programs(depth=1)) if draw(st.booleans()) else []
    start = draw(st.sampled_from([["a = b = c = 1"], ["a = 1"], []]))
    return [*start, *before, *block, *after, "return a, b, c"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readers(), st.booleans())
def test_an_offloaded_block_gives_what_the_block_gave(body, with_await):
    lines = [*(["await asyncio.sleep(0)"] if with_await else []), *body]
    text = "import asyncio\n\n\nasync def main(p, log, box):\n"
    text += "".join(f"    {line}\n" for line in lines)
    edits = [Edit("offload", "open(p)", "builtins.open")]
    for call, method in (("f.read()", "read"), ("f.read(1)", "read"), ("f.readline()", "readline")):
        edits += [
            Edit("offload", call, f"io.TextIOWrapper.{method}", number)
            for number in range(text.count(call))
        ]
    outcome, files = convert({"app.py": text}, attempt_of({"app.py": text}, edits))
    if isinstance(outcome, Refusal):
        assert outcome.reason in {"maybe-unbound", "returns-midway", "block-awaits"}, outcome
        return
    assert _run(files["app.py"]) == _run(text), files["app.py"]


def _run(text: str) -> object:
    sys.modules.setdefault("_async_adapters", _async_adapters)
    scope: dict[str, object] = {}
    exec(compile(text, "app.py", "exec"), scope)  # noqa: S102 - the program under test
    log: list[object] = []
    box: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "in.txt")
        path.write_text("one\ntwo\n")
        try:
            result = asyncio.run(scope["main"](path, log, box))  # type: ignore[operator]
        except NameError:  # of a closure's variable, or of a local one: UnboundLocalError
            return NameError, log, box
    return result, log, box
