"""Functions replaced whole; every other byte stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refactor_agent.domain.plan import FunctionRef
from refactor_agent.domain.proposal import FunctionEdit, ImportEdit, NewFile, Proposal, RuleAuthor
from refactor_agent.edit import SpliceConflictError, apply_proposal, function_source
from refactor_agent.tree import Tree

BASE = b'''\
"""Doc."""
import time


@decorated(
    1,
)
async def poll(job):
    time.sleep(1)   # odd   spacing
    return job
    # the end


class Client:
\tdef get(self):
\t\tdef inner():
\t\t\treturn 1
\t\treturn inner()

if True:
    def guarded(): return 2
'''


def tree_with(data: bytes, file: str = "pkg/mod.py") -> Tree:
    return Tree(Path("/nowhere"), {file: data})


def ref(name: str, file: str = "pkg/mod.py") -> FunctionRef:
    return FunctionRef(file=file, name=name)


def proposal(*edits: FunctionEdit, new_files: tuple[NewFile, ...] = ()) -> Proposal:
    return Proposal(
        change_set="001-x",
        strategy="native",
        author=RuleAuthor(rules=("RA101",)),
        functions=edits,
        new_files=new_files,
    )


def replace_ref(tree: Tree, function: FunctionRef, old: str, new: str) -> FunctionEdit:
    source = function_source(tree, function)
    assert old in source.code
    return FunctionEdit(
        function=source.function, before=source.before_hash, code=source.code.replace(old, new)
    )


def replace(tree: Tree, name: str, old: str, new: str) -> FunctionEdit:
    return replace_ref(tree, ref(name), old, new)


def test_source_reaches_from_decorator_to_trailing_comment() -> None:
    source = function_source(tree_with(BASE), ref("pkg.mod.poll"))
    assert source.code.startswith("@decorated(\n")
    assert source.code.endswith("    # the end")
    assert (source.indent, source.span) == ("", (5, 0, 11, 13))


@pytest.mark.parametrize(
    ("asked", "outermost", "indent"),
    [
        ("pkg.mod.Client.get.inner", "pkg.mod.Client.get", "\t"),
        ("pkg.mod.Client.get", "pkg.mod.Client.get", "\t"),
        ("mod.guarded", "mod.guarded", "    "),
        ("pkg.mod.guarded", "pkg.mod.guarded", "    "),
    ],
)
def test_nested_functions_map_to_the_outermost(asked: str, outermost: str, indent: str) -> None:
    source = function_source(tree_with(BASE), ref(asked))
    assert (source.function.name, source.indent) == (outermost, indent)


def test_package_module_is_named_after_its_directory() -> None:
    tree = tree_with(b"def f(): pass\n", "src/app/__init__.py")
    source = function_source(tree, ref("app.f", "src/app/__init__.py"))
    assert source.code == "def f(): pass"


ENCODINGS = {
    "plain": BASE,
    "crlf": BASE.replace(b"\n", b"\r\n"),
    "old mac": BASE.replace(b"\n", b"\r"),
    "bom": b"\xef\xbb\xbf" + BASE,
    "no final newline": BASE.rstrip(b"\n"),
    "latin-1": b"# -*- coding: latin-1 -*-\n# \xe9t\xe9\n" + BASE,
    "form feed": BASE.replace(b"\n@decorated", b"\n\x0c\n\x0c@decorated"),
    "line separator in a string": b"s = 'a\xe2\x80\xa8b\x0cc'\n" + BASE,
    "mixed newlines": BASE.replace(b"return job\n", b"return job\r\n"),
}


@pytest.mark.parametrize("data", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pkg.mod.poll", "time.sleep(1)", "await asyncio.sleep(1)"),
        ("pkg.mod.Client.get", "return inner", "return await inner"),
        ("pkg.mod.guarded", "return 2", "return 3"),
    ],
)
def test_only_the_function_changes(data: bytes, name: str, old: str, new: str) -> None:
    tree = tree_with(data)
    changed = apply_proposal(tree, proposal(replace(tree, name, old, new)))
    assert changed == {"pkg/mod.py": data.replace(old.encode(), new.encode())}


def test_code_with_plain_newlines_takes_the_newlines_of_the_file() -> None:
    data = BASE.replace(b"\n", b"\r\n")
    tree = tree_with(data)
    source = function_source(tree, ref("pkg.mod.poll"))
    code = source.code.replace("\r\n", "\n").replace("sleep(1)", "sleep(2)") + "\n"
    edit = FunctionEdit(function=source.function, before=source.before_hash, code=code)
    expected = data.replace(b"sleep(1)", b"sleep(2)")
    assert apply_proposal(tree, proposal(edit)) == {"pkg/mod.py": expected}


def test_order_does_not_matter_where_functions_differ() -> None:
    tree = tree_with(BASE)
    proposals = [
        proposal(replace(tree, "pkg.mod.poll", "sleep(1)", "sleep(2)\n    pass")),
        proposal(replace(tree, "pkg.mod.Client.get", "return 1", "return 10")),
        proposal(replace(tree, "pkg.mod.guarded", "return 2", "return 20")),
    ]
    results = set()
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        current = tree
        for index in order:
            current = current.with_changes(apply_proposal(current, proposals[index]))
        results.add(current.read("pkg/mod.py"))
    assert len(results) == 1


TWICE = b"""\
try:
    def f():
        return 1
except ImportError:
    def f():
        return 2
"""


def test_two_definitions_of_one_name_are_ambiguous() -> None:
    tree = tree_with(TWICE)
    with pytest.raises(SpliceConflictError) as raised:
        function_source(tree, ref("pkg.mod.f"))
    assert raised.value.reason == "ambiguous-function"


def test_a_number_picks_one_of_two_definitions() -> None:
    tree = tree_with(TWICE)
    edit = replace_ref(tree, ref("pkg.mod.f#2"), "return 2", "return 3")
    expected = TWICE.replace(b"return 2", b"return 3")
    assert apply_proposal(tree, proposal(edit)) == {"pkg/mod.py": expected}


def test_overload_stubs_do_not_count() -> None:
    data = b"@overload\ndef f(a: int) -> int: ...\n@typing.overload\ndef f(a: str) -> str: ...\n"
    tree = tree_with(data + b"def f(a): return a\n")
    assert function_source(tree, ref("pkg.mod.f")).code == "def f(a): return a"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BASE.replace(b"odd   spacing", b"changed"), "changed-function"),
        (BASE.replace(b"def poll", b"def other"), "no-such-function"),
        (BASE + b"def broken(:\n", "does-not-parse"),
        (b"# coding: nonsense\n" + BASE, "encoding"),
        (BASE + b"# \xff\n", "encoding"),
        (BASE + b"\0", "does-not-parse"),
    ],
)
def test_an_edit_for_another_file_is_refused(data: bytes, reason: str) -> None:
    edit = replace(tree_with(BASE), "pkg.mod.poll", "sleep(1)", "sleep(2)")
    with pytest.raises(SpliceConflictError) as raised:
        apply_proposal(tree_with(data), proposal(edit))
    assert raised.value.reason == reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("  async def poll(job): pass", "indentation"),
        ("async def poll(job: pass", "does-not-parse"),
        ("", "indentation"),
    ],
)
def test_unusable_code_is_refused(code: str, reason: str) -> None:
    tree = tree_with(BASE)
    source = function_source(tree, ref("pkg.mod.poll"))
    edit = FunctionEdit(function=source.function, before=source.before_hash, code=code)
    with pytest.raises(SpliceConflictError) as raised:
        apply_proposal(tree, proposal(edit))
    assert raised.value.reason == reason


def test_text_the_encoding_lacks_is_refused() -> None:
    data = b"# -*- coding: ascii -*-\ndef f(): return 1\n"
    tree = tree_with(data)
    with pytest.raises(SpliceConflictError) as raised:
        apply_proposal(tree, proposal(replace(tree, "pkg.mod.f", "1", "'\N{SNOWMAN}'")))
    assert raised.value.reason == "encoding"


def test_two_edits_of_one_function_are_refused() -> None:
    tree = tree_with(BASE)
    edit = replace(tree, "pkg.mod.poll", "sleep(1)", "sleep(2)")
    with pytest.raises(SpliceConflictError):
        apply_proposal(tree, proposal(edit, edit))


def test_a_new_file_may_be_brought_twice_but_not_overwrite() -> None:
    new = NewFile(file="pkg/_adapters.py", text="x = 1\n")
    tree = tree_with(BASE)
    changes = apply_proposal(tree, proposal(new_files=(new,)))
    assert changes == {"pkg/_adapters.py": b"x = 1\n"}
    assert apply_proposal(tree.with_changes(changes), proposal(new_files=(new,))) == {}
    with pytest.raises(SpliceConflictError):
        apply_proposal(tree_with(b"y = 2\n", "pkg/_adapters.py"), proposal(new_files=(new,)))


def test_imports_of_own_modules_stand_apart() -> None:
    tree = tree_with(b"import httpx\n\n\ndef f(): pass\n")
    new = NewFile(file="pkg/_adapters.py", text="x = 1\n")
    wanted = ImportEdit(file="pkg/mod.py", module="_adapters", name="x")
    change = proposal(new_files=(new,)).model_copy(update={"imports": (wanted,)})
    expected = b"import httpx\n\nfrom _adapters import x\n\n\ndef f(): pass\n"
    assert apply_proposal(tree, change)["pkg/mod.py"] == expected


BODY = st.lists(
    st.sampled_from(
        [
            "def {n}(a, b=1):\n    return a\n",
            "@deco\nasync def {n}():\n    '''doc\n\n  odd'''\n    # c\n",
            "class K{n}:\n    x = 1\n\n    @property\n    def {n}(self):\n        return 1\n",
            "if cond:\n    def {n}(): pass  # tail\n",
            "X{n} = [\n  1,\n]\n",
            "# comment\n\n\n",
        ]
    ),
    min_size=1,
    max_size=6,
)


@given(BODY, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_replacing_a_function_by_itself_changes_nothing(
    parts: list[str], newline: str, final: bool
) -> None:
    text = "".join(part.replace("{n}", f"f{index}") for index, part in enumerate(parts))
    data = (text if final else text.rstrip()).replace("\n", newline).encode()
    tree = tree_with(data)
    for index, part in enumerate(parts):
        if "def" in part:
            owner = f"Kf{index}." if part.startswith("class") else ""
            source = function_source(tree, ref(f"pkg.mod.{owner}f{index}"))
            edit = FunctionEdit(
                function=source.function, before=source.before_hash, code=source.code
            )
            assert apply_proposal(tree, proposal(edit)) == {}
