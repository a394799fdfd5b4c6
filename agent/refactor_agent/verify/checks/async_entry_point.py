"""What a command line or another package starts by its name stays sync."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._colour import Coloured, coloured_functions
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]

_TOML, _CFG = "pyproject.toml", "setup.cfg"


def _find(context: Context) -> Iterator[Objection]:
    coloured = coloured_functions(context)
    started = dict(_entry_points(context)) if coloured else {}
    for one in coloured:
        for target, name in started.items():
            if _is(one, target):
                message = (
                    f"{one.name} is async now, and the entry point `{name}` calls it and does "
                    "not await: the program ends at once, with success"
                )
                yield Objection(message, one.change.site(one.change.after))


def _is(coloured: Coloured, target: str) -> bool:
    return coloured.path == target or coloured.path.endswith("." + target)


def _entry_points(context: Context) -> Iterator[tuple[str, str]]:
    """Give what each entry point starts, dotted, and the entry point's name."""
    if context.after.exists(_TOML):
        yield from _of_toml(context.after.read(_TOML))
    if context.after.exists(_CFG):
        yield from _of_cfg(context.after.read(_CFG))


def _of_toml(data: bytes) -> Iterator[tuple[str, str]]:
    settings = tomllib.loads(data.decode())  # the project's settings were read from it already
    project = settings.get("project", {})
    groups = [project.get("scripts", {}), project.get("gui-scripts", {})]
    groups += project.get("entry-points", {}).values()
    groups.append(settings.get("tool", {}).get("poetry", {}).get("scripts", {}))
    for group in groups:
        for name, value in group.items():
            if isinstance(value, str):
                yield _dotted(value), name


def _of_cfg(data: bytes) -> Iterator[tuple[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError):
        return
    if not parser.has_section("options.entry_points"):
        return
    for lines in parser["options.entry_points"].values():
        for line in lines.splitlines():
            name, _, value = line.partition("=")
            if value:
                yield _dotted(value.strip()), name.strip()


def _dotted(value: str) -> str:
    return value.partition("[")[0].strip().replace(":", ".")


_BEFORE = "def main():\n    work()\n"
_AFTER = "async def main():\n    await work()\n"
_TOML_TEXT = '[project]\nname = "p"\n[project.scripts]\nserve = "service:main"\n'
_CFG_TEXT = "[options.entry_points]\nconsole_scripts =\n    serve = service:main\n"

CHECK = Check(
    name="async-entry-point",
    hazards=("H-B5",),
    reason="The installed command makes a coroutine and exits 0 without having done anything.",
    find=_find,
    examples=(
        Example("a script", _BEFORE, _AFTER, "`serve` calls it", beside={_TOML: _TOML_TEXT}),
        Example("of setuptools", _BEFORE, _AFTER, "`serve` calls it", beside={_CFG: _CFG_TEXT}),
        Example("kept sync", _BEFORE, "def main():\n    asyncio.run(work())\n",
                beside={_TOML: _TOML_TEXT}),
        Example("not an entry point", _BEFORE, _AFTER,
                beside={_TOML: _TOML_TEXT.replace("main", "other")}),
    ),
)  # fmt: skip
