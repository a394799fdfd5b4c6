"""The mutants that conversions are damaged into, and what is kept of a run over them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from eval.attacks.case import Block, Case, read_themes
from eval.attacks.judge import Result
from eval.attacks.kept import Kept
from eval.mutants.__main__ import _sample
from eval.mutants.cases import mutated_cases
from eval.mutants.mutate import mutants_of
from eval.mutants.operators import OPERATORS

CASES = {
    "drop-await": (
        "async def f():\n    return await g()\n",
        ["async def f():\n    return g()\n"],
    ),
    "move-await": (
        "async def f():\n    a = await g()\n    b = 1\n    return a + b\n",
        ["async def f():\n    a = g()\n    b = 1\n    a = await a\n    return a + b\n"],
    ),
    "move-await, needed at once": (
        "async def f():\n    a = await g()\n    b = a\n    use(b)\n",
        [],
    ),
    "move-await, nothing follows": ("async def f():\n    a = await g()\n    return 1\n", []),
    "gather-statements": (
        "async def f():\n    x()\n    await g(1)\n    await h(2)\n",
        ["async def f():\n    x()\n    await asyncio.gather(g(1), h(2))\n"],
    ),
    "gather-statements, of tasks": ("async def f():\n    await g\n    await h\n", []),
    "thread-lock": (
        "async def f(self):\n    async with self.turns:\n        g()\n",
        ["async def f(self):\n    with threading.Lock():\n        g()\n"],
    ),
    "thread-lock, made": (
        "def f():\n    return asyncio.Lock()\n",
        ["def f():\n    return threading.Lock()\n"],
    ),
    "thread-lock, of a client": (
        "async def f():\n    async with client() as c:\n        g(c)\n",
        [],
    ),
    "out-of-section": (
        "async def f():\n    async with lock:\n        n = m + 1\n        await g(n)\n",
        ["async def f():\n    n = m + 1\n    async with lock:\n        await g(n)\n"],
    ),
    "out-of-section, of what is opened": (
        "async def f():\n    async with client() as c:\n        await g(c)\n",
        [],
    ),
    "out-of-try": (
        "async def f():\n    try:\n        await g()\n    except E:\n        h()\n",
        ["async def f():\n    await g()\n    try:\n        pass\n    except E:\n        h()\n"],
    ),
    "out-of-try, of what does not wait": (
        "async def f():\n    try:\n        g()\n        await h()\n    finally:\n        i()\n",
        [],
    ),
    "lost-raise": (
        "async def f():\n    try:\n        await g()\n    except E:\n        raise F() from None\n",
        ["async def f():\n    try:\n        await g()\n    except E:\n        return\n"],
    ),
    "swap-arguments": (
        "async def f():\n    await thread(g, 1, 2)\n",
        ["async def f():\n    await thread(g, 2, 1)\n"],
    ),
    "call-twice": (
        "async def f():\n    await g()\n    h()\n",
        ["async def f():\n    await g()\n    await g()\n    h()\n"],
    ),
    "time-limit": (
        "async def f():\n    return await g()\n",
        ["async def f():\n    return await asyncio.wait_for(g(), 30)\n"],
    ),
    "shield": (
        "async def f():\n    return await g()\n",
        ["async def f():\n    return await asyncio.shield(g())\n"],
    ),
    "out-of-loop": (
        "async def f():\n    for i in a:\n        await g()\n        h(i)\n",
        ["async def f():\n    await g()\n    for i in a:\n        h(i)\n"],
    ),
    "out-of-loop, of what each turn is about": (
        "async def f():\n    for i in a:\n        await g(i)\n        h(i)\n",
        [],
    ),
    "suppress-errors": (
        "async def f():\n    await g()\n",
        ["async def f():\n    with contextlib.suppress(Exception):\n        await g()\n"],
    ),
    "drop-assertion": (
        "def test():\n    x = f()\n    assert x\n    assert x > 1, 'more'\n",
        [
            "def test():\n    x = f()\n    pass\n    assert x > 1, 'more'\n",
            "def test():\n    x = f()\n    assert x\n    pass\n",
        ],
    ),
    "drop-assertion, in a class": (
        "    def test(self):\n        self.setup()\n        self.assertEqual(f(), 1)\n",
        ["    def test(self):\n        self.setup()\n        pass\n"],
    ),
}


@pytest.mark.parametrize(
    ("name", "code", "mutants"), [(n, *c) for n, c in CASES.items()], ids=CASES
)
def test_operator(name, code, mutants):
    operator = name.partition(",")[0]
    found = mutants_of(code, {operator: OPERATORS[operator]})
    assert [mutant.code for mutant in found] == mutants


@pytest.fixture(scope="module")
def mutated():
    return [(theme, case) for theme in read_themes() for case in mutated_cases(theme)]


def test_every_operator_applies_somewhere(mutated):
    counts = Counter(case.fields["hazard"] for _, case in mutated)
    assert set(counts) == set(OPERATORS)
    assert len({case.name for _, case in mutated}) == len(mutated)


def test_what_an_operator_needs_is_imported(mutated):
    """Else the mutant is killed by a name nobody knows, which says nothing of the gate."""
    for _, case in mutated:
        code = case.blocks[0].text
        if "threading.Lock" in code:
            assert [block.text for block in case.blocks[1:]] == ["import threading"], code


def test_a_weaker_test_is_within_its_plan(mutated):
    found = [case for _, case in mutated if case.blocks[0].target.startswith("tests/")]
    weaker = [case for case in found if case.fields["hazard"] == "drop-assertion"]
    planned = [case for case in weaker if "plan" in case.fields]
    assert len(planned) > 50, "the others weaken a test that the conversion edits anyhow"
    assert all(case.blocks[0].target in case.fields["plan"].split() for case in planned)


def test_a_sample_is_the_same_each_time_and_grows(mutated):
    some, again, more = (_sample(mutated, count, 1) for count in (3, 3, 5))
    names, more_names = ([case.name for _, case in drawn] for drawn in (some, more))
    assert names == [case.name for _, case in again]
    assert set(names) < set(more_names)
    assert max(Counter(case.fields["hazard"] for _, case in some).values()) == 3
    assert names != [case.name for _, case in _sample(mutated, 3, 2)]


def test_results_are_kept_until_the_case_is_another(tmp_path):
    theme = read_themes()[0]
    case, other = theme.cases[:2]
    file = tmp_path / "results.jsonl"
    result = Result(case, "failed", "tests", "it fails\nin two lines", 1.5)
    Kept(file, resume=False).add(theme, result)
    with file.open("a") as log:
        log.write('{"key": "cut sh')
    assert Kept(file, resume=True).parted(theme, [case, other]) == ([result], [other])
    edited = Case(case.theme, case.title, case.expect, case.fields, [Block("python", "x", "y")])
    assert Kept(file, resume=True).known(theme, edited) is None
    assert Kept(file, resume=True).known(replace(theme, files={}), case) is None
    assert Kept(file, resume=False).known(theme, case) is None
    assert file.read_text() == ""
