"""Moving code between indentations."""

from __future__ import annotations

import ast
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refactor_agent.llm.layout import dedent, indent, indentation, keep_strings

CASES = {
    "plain": ("    def f():\n        return 1\n", "def f():\n    return 1\n"),
    "tabs": ("\tdef f():\n\t\treturn 1\n", "def f():\n\treturn 1\n"),
    "blank lines": ("    def f():\n\n        return 1\n", "def f():\n\n    return 1\n"),
    "docstring": (
        '    def f():\n        """One.\n\n        Two.\n        """\n        return 1\n',
        'def f():\n    """One.\n\n        Two.\n        """\n    return 1\n',
    ),
    "string at the margin": (
        "    def f():\n        return '''\na\n  b'''\n",
        "def f():\n    return '''\na\n  b'''\n",
    ),
    "f-string": (
        '    def f(x):\n        return f"""\n    {x}\n        """\n',
        'def f(x):\n    return f"""\n    {x}\n        """\n',
    ),
    "one string after another": (
        '    def f():\n        return ("a"\n                "b")\n',
        'def f():\n    return ("a"\n            "b")\n',
    ),
    "continuation": (
        "    def f():\n        return 1 + \\\n            2\n",
        "def f():\n    return 1 + \\\n        2\n",
    ),
    "no last line break": ("    def f(): ...", "def f(): ..."),
}


@pytest.mark.parametrize("case", CASES)
def test_there_and_back(case):
    inner, outer = CASES[case]
    assert dedent(inner) == outer
    assert indent(outer, indentation(inner)) == inner


def test_code_at_the_margin_stays():
    assert dedent("def f():\n    return 1\n") == "def f():\n    return 1\n"
    assert indent("def f(): ...\n", "") == "def f(): ...\n"


def test_broken_code_is_a_syntax_error():
    with pytest.raises(SyntaxError):
        dedent("    def f(:\n        '''")


ORIGINAL = '''\
    def f(x):
        """One.

        Two.
        """
        sql = """
            SELECT 1
        """
        return f"""
        {x["""
        y"""]}
        """
'''
MOVED = '''\
    def f(x):
        """One.

    Two.
    """
        sql = """
        SELECT 1
    """
        note = """
        mine"""
        return f"""
    {x["""
    y"""]}
    """
'''
NOTE = '        note = """\n        mine"""\n'


def test_strings_that_were_moved_along_come_back():
    """What a model dedented with the code is dedented no longer; what it wrote is its own."""
    source = ORIGINAL.replace('{x["""\n        y"""]}', "{x}")
    moved = MOVED.replace('{x["""\n    y"""]}', "{x}")
    assert keep_strings(moved, source) == source.replace("        return", f"{NOTE}        return")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="nested quotes in f-strings came with 3.12")
def test_nested_strings_come_back_with_the_outer_one():
    wanted = ORIGINAL.replace("        return", f"{NOTE}        return")
    assert keep_strings(MOVED, ORIGINAL) == wanted


TEXT = st.text(st.sampled_from("ab \n\t\"'\\{}#"), max_size=40)


@given(TEXT, st.sampled_from(["    ", "\t", "        "]))
def test_strings_never_change(text, prefix):
    """Whatever a multi-line string holds, moving the function leaves its value alone."""
    quoted = '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""'
    code = f"def f():\n    return {quoted}\n"
    moved = dedent(indent(code, prefix))
    assert ast.dump(ast.parse(moved)) == ast.dump(ast.parse(code))
    wrapped = ast.parse("if True:\n" + indent(code, prefix))
    assert ast.dump(wrapped.body[0].body[0]) == ast.dump(ast.parse(code).body[0])
