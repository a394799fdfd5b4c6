"""The source of the libraries that leaves speak of, as the target's interpreter would import it."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from refactor_agent.errors import UsageError
from refactor_agent.locate.scan import Source
from refactor_agent.project.interpreter import Interpreter

__all__ = ["LIBRARY", "aliased", "library_sources", "outside", "shares_namespace"]

LIBRARY = "<library>/"
"""What the names of a library's files begin with."""
_SECONDS = 30
_SHARED = (b"extend_path", b"declare_namespace")
"""What the ``__init__`` of a package calls that lies in several places."""
_PATHS = (
    "import json, sys, sysconfig;"
    "own = [sysconfig.get_path(n) for n in ('purelib', 'platlib')];"
    "print(json.dumps(own + [p for p in sys.path if p.endswith('-packages')]))"
)
"""An environment may see the packages of others: system site packages, or a ``.pth`` file."""


def library_sources(interpreter: Interpreter, packages: Iterable[str]) -> list[Source]:
    """Find the installed source of ``packages``; nothing of it is imported.

    Packages that are not installed, or that are part of the standard library, give nothing.
    """
    homes = list(dict.fromkeys(_site_packages(interpreter)))
    return [source for package in sorted(set(packages)) for source in _sources(homes, package)]


def outside(names: Iterable[str], own: Collection[str]) -> set[str]:
    """Name the packages that hold ``names`` and are none of the modules ``own``.

    One that the project shares a namespace with counts from where the two part: of
    ``vendor.core.Client`` that is ``vendor.core``, where the project is ``vendor.shop``.
    """
    around = {package for name in own for package in _packages(name)}
    found = set()
    for name in names:
        unshared = (one for one in _packages(name) if one in own or one not in around)
        found |= {package for package in [next(unshared, None)] if package and package not in own}
    return found


def shares_namespace(file: Path) -> bool:
    """Say whether ``file`` makes a package of which other distributions hold parts."""
    if file.name != "__init__.py":
        return False
    try:
        text = file.read_bytes()
    except OSError:
        return False
    return any(word in text for word in _SHARED)


def _packages(name: str) -> Iterator[str]:
    """Give the packages that ``name`` stands in, the outermost first."""
    parts = name.split(".")
    return (".".join(parts[:at]) for at in range(1, len(parts)))


def aliased(root: Path, files: Iterable[str], names: Collection[str]) -> set[str]:
    """Name the packages that ``files`` import as one of ``names``: ``import fork as original``."""
    found: set[str] = set()
    for file in files:
        try:
            tree = ast.parse((root / file).read_bytes())
        except (OSError, SyntaxError, ValueError):
            continue  # said when the file is to be converted
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname in names:
                        found.add(alias.name.partition(".")[0])
    return found


def _site_packages(interpreter: Interpreter) -> list[Path]:
    try:
        done = subprocess.run(
            [interpreter.path, "-I", "-c", _PATHS],
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(
            f"the Python at {interpreter.path} does not run; name another with --python"
        ) from error
    return [Path(path) for path in json.loads(done.stdout)]


def _sources(homes: list[Path], package: str) -> Iterator[Source]:
    for home in homes:
        directory = home.joinpath(*package.split("."))
        single = directory.with_name(f"{directory.name}.py")
        if single.is_file():
            yield Source(f"{LIBRARY}{single.relative_to(home)}", package, str(single))
            return
        if directory.is_dir():
            for path in sorted(directory.rglob("*.py")):
                parts = path.relative_to(home).with_suffix("").parts
                if "tests" not in parts and "test" not in parts:
                    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                    yield Source(f"{LIBRARY}{path.relative_to(home)}", module, str(path))
            return
