"""Moving code between indentations."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refactor_agent.llm.layout import dedent, indent, indentation

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
