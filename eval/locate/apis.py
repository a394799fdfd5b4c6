"""Ask the scan about each API that blocks, and about each that looks as if it did.

    python -m eval.locate.apis [--only AREA]

The lists stand in ``apis.toml``. Each expression becomes an `async def` of its own, which is
scanned as a user's project is. Exit code 0 when all is found and all else is quiet.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import keyword
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

__all__ = ["Api", "main", "read_apis", "wrongly_judged"]

_PATH = Path(__file__).with_name("apis.toml")


class Api(NamedTuple):
    """An expression that calls a library."""

    area: str
    text: str
    blocks: bool
    reason: str = ""
    """Why a call that blocks is no finding; empty where it should be one."""

    @property
    def expected(self) -> bool:
        """Whether there should be a finding."""
        return self.blocks and not self.reason


def read_apis() -> tuple[Api, ...]:
    """Give the APIs of the list, in its order."""
    data = tomllib.loads(_PATH.read_text(encoding="utf-8"))
    return tuple(_apis(data))


def _apis(data: dict[str, dict[str, list[str] | dict[str, str]]]) -> Iterator[Api]:
    for area, lists in data.items():
        for blocks, key in ((True, "blocks"), (False, "quiet")):
            yield from (Api(area, text, blocks) for text in lists.get(key, ()))
        left = lists.get("left", {})
        if isinstance(left, dict):
            yield from (Api(area, text, blocks=True, reason=why) for text, why in left.items())


def wrongly_judged(apis: Sequence[Api]) -> list[Api]:
    """Give the APIs about which the scan says something else than the list does."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "app.py").write_text(_program(apis), encoding="utf-8")
        located = locate(open_project(Path(directory)), load_rulebook())
    found = {region.entry for region in located.regions}
    return [
        api for number, api in enumerate(apis) if (f"app.case_{number}" in found) != api.expected
    ]


def _program(apis: Sequence[Api]) -> str:
    roots = sorted({name for api in apis for name in _imported(api.text)})
    lines = [f"import {name}" for name in roots]
    for number, api in enumerate(apis):
        lines += [f"async def case_{number}():", f"    return {api.text}"]
    return "\n".join(lines) + "\n"


def _imported(text: str) -> Iterable[str]:
    """Give the names of an expression that stand for modules: those whose attribute is used."""
    nodes = ast.walk(ast.parse(text, mode="eval"))
    names = (node.value for node in nodes if isinstance(node, ast.Attribute))
    return {
        name.id
        for name in names
        if isinstance(name, ast.Name)
        and not hasattr(builtins, name.id)
        and not keyword.iskeyword(name.id)
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is wrong, what is left out and why, and how many there are."""
    parser = argparse.ArgumentParser(prog="python -m eval.locate.apis")
    parser.add_argument("--only", help="one area of the list")
    options = parser.parse_args(arguments)
    apis = [api for api in read_apis() if options.only in {None, api.area}]
    wrong = wrongly_judged(apis)
    for api in wrong:
        print(f"{'missed' if api.expected else 'false alarm'}: [{api.area}] {api.text}")
    for api in apis:
        if api.reason:
            print(f"left out: [{api.area}] {api.text}: {api.reason}")
    blocking = [api for api in apis if api.blocks]
    missed = sum(api.expected for api in wrong)
    covered = sum(api.expected for api in blocking) - missed
    print(
        f"{covered} of {len(blocking)} blocking calls found; "
        f"{len(wrong) - missed} false alarms in {len(apis) - len(blocking)} that don't block"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
