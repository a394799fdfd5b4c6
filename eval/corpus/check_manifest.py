"""Check that every site of every case is where its manifest says.

    python eval/corpus/check_manifest.py

By `ast`: a site's line lies in its function and names what comes next on the chain, and so does
each further function of the chain. Exit 0 when all of it holds, 1 with a line per problem.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef
STRATEGIES = {"native", "offload", "demote", "leave", "quiet"}


def functions(scope: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    """Yield the functions in a scope with their qualified names."""
    for node in ast.iter_child_nodes(scope):
        name = f"{prefix}.{node.name}" if isinstance(node, Function | ast.ClassDef) else prefix
        if isinstance(node, Function):
            yield name, node
        yield from functions(node, name)


def mentions(function: Function, callee: str, *, called: bool) -> set[int]:
    """Return the lines where a function calls a callee, or at least names it."""
    name = callee.removesuffix(".__init__").rpartition(".")[2]
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    if called:
        nodes = [node.func for node in nodes if isinstance(node, ast.Call)]
    named = {ast.Name: "id", ast.Attribute: "attr"}
    return {n.end_lineno for n in nodes if getattr(n, named.get(type(n), ""), None) == name}


def wrong(site: dict[str, Any], known: dict[str, Function]) -> Iterator[str]:
    """Yield what is wrong with a site."""
    chain, kind, expect = site["chain"], site["kind"], site["expect"]
    expected = {expect} if isinstance(expect, str) else set(expect)
    if (chain[0], chain[-1]) != (site["function"], site["callee"]):
        yield "the chain does not lead from the function to the callee"
    positive = "direct" if len(chain) == 2 else "transitive"
    if not expected <= STRATEGIES or kind != ("negative" if "quiet" in expected else positive):
        yield f"cannot expect {expect} of a {kind} site with a chain of {len(chain)}"
    for number, (caller, callee) in enumerate(pairwise(chain)):
        if caller not in known:
            yield f"no function {caller}"
            return
        if number == 0 and kind != "negative" and isinstance(known[caller], ast.FunctionDef):
            yield f"{caller} is not async"
        lines = mentions(known[caller], callee, called=callee == chain[-1] and kind != "negative")
        if not lines or (number == 0 and site["line"] not in lines):
            yield f"{caller} names {callee} on lines {sorted(lines)}, not on {site['line']}"


def problems(case: Path) -> Iterator[str]:
    """Yield a line for each thing that is wrong with a case's manifest."""
    sites = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))["site"]
    ids = [site["id"] for site in sites]
    known: dict[str, Function] = {}
    for path in case.glob("[!.]*/**/*.py"):
        module = path.relative_to(case).with_suffix("").as_posix().removeprefix("src/")
        known |= functions(ast.parse(path.read_bytes()), module.replace("/", "."))
    for site in sites:
        where = site["file"].removeprefix("src/").removesuffix(".py").replace("/", ".")
        if ids.count(site["id"]) > 1 or not site["function"].startswith(f"{where}."):
            yield f"{case.name}: {site['id']}: the id is used twice, or the file is another one"
        yield from (f"{case.name}: {site['id']}: {text}" for text in wrong(site, known))


if __name__ == "__main__":
    manifests = sorted(Path(__file__).parent.glob("*/case.toml"))
    sys.exit("\n".join(text for path in manifests for text in problems(path.parent)) or None)
