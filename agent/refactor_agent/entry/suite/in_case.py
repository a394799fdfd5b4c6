"""Methods of test cases that turned async, each as its library runs such methods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import libcst as cst
import libcst.matchers as m

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.entry.suite.cases import Case
from refactor_agent.entry.suite.run_inside import run_inside

__all__ = ["CaseDresser"]

_SETUPS = {
    "setUp": "asyncSetUp", "tearDown": "asyncTearDown",
    "setUpClass": "", "tearDownClass": "", "setUpTestData": "",
}  # fmt: skip
"""What `IsolatedAsyncioTestCase` awaits in the place of each; none: nothing does."""
_GEN_TEST = "tornado.testing.gen_test"


@dataclass
class CaseDresser:
    """Fits methods into the test cases of one file."""

    file: str
    bound: dict[str, str]
    """What the names mean that the file imports."""
    edits: list[ImportEdit] = field(default_factory=list)
    """The imports that this takes."""
    refused: list[str] = field(default_factory=list)

    def method(
        self, node: cst.FunctionDef, case: Case, owner: str, beside: Collection[str]
    ) -> cst.FunctionDef:
        """Give ``node``, which turned async in the class ``owner`` with the methods ``beside``."""
        name = node.name.value
        if name in _SETUPS:
            return self._set_up(node, case, owner, beside)
        if not name.startswith("test"):
            return node
        if case.kind == "tornado":
            return self._by_gen_test(node, case)
        if case.kind == "other" or (case.kind == "plain" and not case.written):
            self.edits.append(ImportEdit(file=self.file, module="asyncio"))
            return run_inside(node)
        return node

    def bases(self, node: cst.ClassDef, case: Case) -> cst.ClassDef:
        """Give a class with async methods on a base that awaits them."""
        if case.kind != "plain" or not case.written:
            return node
        return node.with_changes(bases=[self._isolated(base, case) for base in node.bases])

    def _isolated(self, base: cst.Arg, case: Case) -> cst.Arg:
        new = cst.Name("IsolatedAsyncioTestCase")
        value = base.value
        if cst.Module([]).code_for_node(value) != case.written:
            return base
        if isinstance(value, cst.Attribute):
            return base.with_changes(value=value.with_changes(attr=new))
        self.edits += [
            ImportEdit(file=self.file, module="unittest", name=new.value),
            ImportEdit(
                file=self.file, module="unittest", name="TestCase", action="drop_unused",
                alias=None if case.written == "TestCase" else case.written,
            ),
        ]  # fmt: skip
        return base.with_changes(value=new)

    def _set_up(
        self, node: cst.FunctionDef, case: Case, owner: str, beside: Collection[str]
    ) -> cst.FunctionDef:
        name = node.name.value
        new = _SETUPS[name]
        if not new:
            self.refused.append(f"{name} runs once for the class, outside the loop of a test")
            return node
        why = _why_not(case, new, beside)
        if why:
            self.refused.append(f"{owner}.{name} must wait, and {why}")
        return node if why else node.with_changes(name=cst.Name(new))

    def _by_gen_test(self, node: cst.FunctionDef, case: Case) -> cst.FunctionDef:
        if m.findall(node.body, m.Yield()):
            self.refused.append(
                f"{node.name.value} is a generator that gen_test drives; make it `async def` first"
            )
        if any(_last(one.decorator) == "gen_test" for one in node.decorators):
            return node
        mark = cst.Decorator(cst.parse_expression(self._gen_test(case)))
        return node.with_changes(decorators=[mark, *node.decorators])

    def _gen_test(self, case: Case) -> str:
        known = next((name for name, meant in self.bound.items() if meant == _GEN_TEST), "")
        home = case.written.rpartition(".")[0]
        if known or home:
            return known or f"{home}.gen_test"
        self.edits.append(ImportEdit(file=self.file, module="tornado.testing", name="gen_test"))
        return "gen_test"


def _why_not(case: Case, new: str, beside: Collection[str]) -> str:
    """Say what keeps a set-up from being ``new``."""
    if case.kind not in {"plain", "isolated", "aiohttp"}:
        return f"{case.base} does not await it; set up in the tests, or in a helper they await"
    if new in beside:
        return f"there is an {new} beside it; move what it does there"
    if case.kind == "aiohttp":
        return f"{new} of {case.base} has work of its own; write one that awaits super().{new}()"
    if not case.written:
        return f"a class between it and {case.base} may have set-ups of its own; write {new}"
    return ""


def _last(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Call):
        return _last(node.func)
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""
