"""Runs a package's own async tests over converted files in the places of its async side."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import libcst
from eval.suites.twins.graft import Lender, graft, without
from eval.suites.twins.package import Mode, Package, Pair
from eval.suites.twins.rename import renamed

__all__ = ["Trial", "inputs", "sync_code", "try_out"]

_FILE_SECONDS, _TEST_SECONDS = 300, 10
_UNWANTED = shutil.ignore_patterns("__pycache__", "*.pyc", ".git")
_PLUGINS = ("witness", "lost")
_MEMORY = 6 << 30
"""Bytes: a converted loop may never yield and fill the machine."""


class Trial(NamedTuple):
    """How the tests ended."""

    ends: Mapping[str, str]
    said: str
    """The tail of what pytest printed, and what was wrong with the converted files."""
    tree: Mapping[str, str]
    """The async side's files as they were tested."""
    lost: Mapping[str, Sequence[str]] = MappingProxyType({})
    """By test, the coroutines that were made while it ran and that nobody awaited."""

    @property
    def passed(self) -> set[str]:
        """The tests that passed."""
        return {test for test, end in self.ends.items() if end == "passed"}

    @property
    def unawaited(self) -> set[str]:
        """The tests that passed although something in them was never awaited."""
        return self.passed & self.lost.keys()


def sync_code(source: Path, pair: Pair) -> str:
    """Give the sync side of a pair: its file, without the async side where that stands in it."""
    code = (source / pair.sync).read_text(encoding="utf-8")
    answers = {*pair.classes.values()} - {*pair.classes} | {*pair.dropped}
    return without(code, answers) if answers else code


def inputs(package: Package, source: Path, place: Path) -> None:
    """Write what a converter is given: the package without its async side and its tests.

    ``source`` is that of the sync side.
    """
    shutil.copytree(source, place, ignore=_UNWANTED)
    gone = {pair.aio for pair in package.pair if pair.aio != pair.sync} | set(package.removed)
    tests = () if package.sync_distribution else package.tests
    for name in gone | {test.partition("::")[0] for test in tests}:
        path = place / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for pair in package.pair:
        (place / pair.sync).write_text(sync_code(source, pair), encoding="utf-8")
    spec = {
        "convert": [pair.sync for pair in package.pair],
        "defs": {pair.sync: list(pair.classes) for pair in package.pair if pair.classes},
        "leaves": dict(package.leaves),
        "entry_points": package.entry_points,
        "source_root": package.source_root,
    }
    (place / "spec.json").write_text(json.dumps(spec), encoding="utf-8")


def try_out(  # noqa: PLR0913, PLR0917 - what a trial depends on
    package: Package, source: Path, sync: Path, python: Path, converted: Path | None, mode: Mode
) -> Trial:
    """Run the tests over ``converted``, or over what people wrote where it is ``None``."""
    with tempfile.TemporaryDirectory(prefix="twin-") as scratch:
        tree = Path(scratch) / "tree"
        shutil.copytree(source, tree, ignore=_UNWANTED)
        for name, text in package.files.items():
            (tree / name).write_text(text, encoding="utf-8")
        problems = [
            problem
            for pair in (package.pair if converted else ())
            for problem in _lay(package, pair, (source, sync), tree, converted or tree)
        ]
        tested = _tested(package, tree, python, mode)
        files = {pair.aio: (tree / pair.aio).read_text("utf-8") for pair in package.pair}
    return tested._replace(said="\n".join([*problems, tested.said]), tree=files)


def _lay(
    package: Package, pair: Pair, sources: tuple[Path, Path], tree: Path, converted: Path
) -> Iterator[str]:
    """Put one converted file in its place; say what is wrong with it, and put it there as it is."""
    made = converted / pair.sync
    if not made.exists():
        yield f"{pair.sync} was not converted"
        return
    text = made.read_text(encoding="utf-8")
    try:
        text = without(text, pair.kept) if pair.kept else text
        code = renamed(text, package, pair)
        target = (tree / pair.aio).read_text(encoding="utf-8")
        sync = renamed(sync_code(sources[1], pair), package, pair)
        text = graft(target, code, sync, set(pair.classes.values()), _lender(package, pair))
    except (SyntaxError, tokenize.TokenError, libcst.ParserSyntaxError) as error:
        yield f"{pair.sync}: {error}"
    (tree / pair.aio).write_text(text, encoding="utf-8")


def _tested(package: Package, tree: Path, python: Path, mode: Mode) -> Trial:
    ends: dict[str, str] = {}
    lost: dict[str, Sequence[str]] = {}
    said: list[str] = []
    for file in _test_files(tree, package.tests):
        reports = tree.parent / "report.jsonl", tree.parent / "lost.jsonl"
        for report in reports:
            report.write_text("")
        said.append(_pytest(package, tree, python, file, mode)[-4000:])
        for found, report in zip((ends, lost), reports, strict=True):
            found.update(json.loads(line) for line in report.read_text("utf-8").splitlines())
    return Trial(ends, "\n".join(said), {}, lost)


def _test_files(tree: Path, tests: tuple[str, ...]) -> Iterator[str]:
    """Give one file after the other: each has its own process, so that a crash loses little."""
    for test in tests:
        path = tree / test
        found = sorted(path.rglob("test_*.py")) if path.is_dir() else [path]
        yield from (str(one.relative_to(tree)) for one in found)


def _pytest(package: Package, tree: Path, python: Path, file: str, mode: Mode) -> str:
    plugin = tree.parent / "plugin"
    plugin.mkdir(exist_ok=True)
    for name in _PLUGINS:
        shutil.copy(Path(__file__).with_name(f"{name}.py"), plugin / f"refactor_eval_{name}.py")
    path = os.pathsep.join([*(str(tree / root) for root in package.roots), str(plugin)])
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    strict = {"REFACTOR_EVAL_STRICT": ",".join(_modules(package))} if mode == "strict" else {}
    if package.only_async:
        strict["REFACTOR_EVAL_ONLY_ASYNC"] = "1"
    command = [
        str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider",
        *(word for name in _PLUGINS for word in ("-p", f"refactor_eval_{name}")),
        *([] if package.directory else [f"--timeout={_TEST_SECONDS}"]), "--tb=line",
        *package.arguments, file,
    ]  # fmt: skip
    reports = {
        "REFACTOR_EVAL_REPORT": str(tree.parent / "report.jsonl"),
        "REFACTOR_EVAL_LOST": str(tree.parent / "lost.jsonl"),
    }
    child = subprocess.Popen(
        command,
        cwd=tree,
        env={**kept, **strict, **reports, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        start_new_session=True, preexec_fn=_limited,  # noqa: PLW1509 - no threads here
    )  # fmt: skip
    try:
        said = child.communicate(timeout=_FILE_SECONDS)[0]
    except subprocess.TimeoutExpired:
        said = f"{file} took more than {_FILE_SECONDS} s"
    finally:
        _end(child)
    return said


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _end(child: subprocess.Popen[str]) -> None:
    """End the tests with all that they started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    child.communicate()


def _modules(package: Package) -> Iterator[str]:
    yield from (_module(package, pair.aio) for pair in package.pair)


def _lender(package: Package, pair: Pair) -> Lender | None:
    """Give the sync side's module, where it lives on beside the async one."""
    if package.sync_distribution or pair.sync == pair.aio:
        return None
    module = _module(package, pair.sync)
    is_package = pair.sync.endswith("/__init__.py")
    return Lender(module, module if is_package else module.rpartition(".")[0])


def _module(package: Package, file: str) -> str:
    roots = [root.strip("./") + "/" for root in package.roots if root.strip("./")]
    inner = next((file.removeprefix(root) for root in roots if file.startswith(root)), file)
    return inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
