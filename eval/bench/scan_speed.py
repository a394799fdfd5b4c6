"""How long `refactor-agent scan` takes: ``python -m eval.bench scan_speed [--repeat N]``.

On litellm 1.109.1, a package of a million lines, pinned by version and hash and fetched by pip:
a first scan, a scan of the same again, a scan after one file was edited, beside `ast.parse` alone
over the same files in one process, and beside peers. All take turns in one run, so that a machine's
moods meet all of them; what counts are the ratios: of seconds, or of processor seconds where
others use the machine too. Then first scans of ever larger parts of it.

A peer that no package index has takes part with ``--peer 'NAME=COMMAND'``: ``{}`` in the command
stands for the directory.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eval.bench._measure import Taken, measure, spread

__all__ = ["main"]

HERE = Path(__file__).parent
_LINES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_PARSE = """
import ast, pathlib, sys
for file in pathlib.Path(sys.argv[1]).rglob("*.py"):
    ast.parse(file.read_bytes())
"""
_EDITED = ("caching/redis_cache.py", "llms/openai/openai.py", "router_utils/handle_error.py")
"""One an edit: of the middle sort, much used, little used."""
_ADDED = "\n\nasync def added_by_the_bench():\n    import time\n\n    time.sleep(1)\n"
Measured = dict[str, list[Taken]]
Command = Sequence[str | Path]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch what is needed, measure, print the tables."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench scan_speed", description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="turns of each command")
    parser.add_argument("--directory", type=Path, default=Path(".bench"), help="what is fetched")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    options = parser.parse_args(arguments)
    directory = options.directory.resolve()
    package = _package(directory)
    peers = _peers(directory / "peers")
    more = dict(peer.split("=", 1) for peer in options.peer)
    with tempfile.TemporaryDirectory(prefix="scan-speed-") as place:
        copy = Path(place) / "litellm"
        shutil.copytree(package, copy)
        found = _turns(copy, _others(copy, peers, more), options.repeat)
        _print_turns(found)
        _print_curve(_curve(package, Path(place)))
    return 0


def _package(directory: Path) -> Path:
    """Give the package's source, downloaded once."""
    place = directory / "package"
    if not place.exists():
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes")
        dest = ("--dest", directory, "--requirement", HERE / "source.txt")
        subprocess.run([*pip, *dest], check=True)
        (wheel,) = directory.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(place)
    return place / "litellm"


def _peers(place: Path) -> Path:
    """Give the directory of the peers' programs, installed once."""
    if not place.exists():
        venv.create(place, with_pip=True)
        install = (place / "bin" / "python", "-m", "pip", "install", "--quiet", "--requirement")
        subprocess.run([*install, HERE / "peers.txt"], check=True)
    return place / "bin"


def _others(copy: Path, peers: Path, more: Mapping[str, str]) -> Mapping[str, Command]:
    """Give the commands to compare with."""
    ruff = (peers / "ruff", "check", "--isolated", "--no-cache", "--select=ASYNC", copy)
    return {
        "ast.parse alone": (sys.executable, "-c", _PARSE, copy),
        "ruff (ASYNC)": ruff,
        "ty-async": (peers / "ty-async", "--async200-stdlib", "--async200-transitive", copy),
        **{
            name: tuple(str(copy) if word == "{}" else word for word in shlex.split(command))
            for name, command in more.items()
        },
    }


def _turns(copy: Path, others: Mapping[str, Command], repeat: int) -> Measured:
    found: Measured = defaultdict(list)
    place = copy.parent
    for turn in range(repeat):
        cache = place / f"cache-{turn}"
        found["first scan"].append(_scan(copy, cache))
        found["the same again"].append(_scan(copy, cache))
        edited = copy / _EDITED[turn % len(_EDITED)]
        text = edited.read_text(encoding="utf-8")
        edited.write_text(f"# edited\n{text}{_ADDED}", encoding="utf-8")
        found["one file edited"].append(_scan(copy, cache))
        edited.write_text(text, encoding="utf-8")
        for name, command in others.items():
            found[name].append(measure(command, place))
        shutil.rmtree(cache)
    return found


def _scan(target: Path, cache: Path) -> Taken:
    command = (sys.executable, "-m", "refactor_agent", "scan", str(target), "--format", "json")
    return measure(command, target.parent, {"XDG_CACHE_HOME": str(cache)})


def _print_turns(found: Mapping[str, Sequence[Taken]]) -> None:
    parse, first = found["ast.parse alone"], found["first scan"]
    print(
        f"{'':<18}{'seconds':<25}{'/ ast.parse':<22}{'/ first scan':<22}"
        f"{'processor s':<25}{'/ ast.parse':<22}{'/ first scan':<22}MB"
    )
    for name, taken in found.items():
        columns = [
            column
            for of in (_seconds, _processor)
            for column in (
                f"{spread([of(one) for one in taken]):<25}",
                f"{spread(_ratios(of, taken, parse)):<22}",
                f"{spread(_ratios(of, taken, first)):<22}",
            )
        ]
        memory = statistics.median(one.megabytes for one in taken)
        print(f"{name:<18}{''.join(columns)}{memory:.0f}", flush=True)


def _seconds(taken: Taken) -> float:
    return taken.seconds


def _processor(taken: Taken) -> float:
    return taken.processor


def _ratios(
    of: Callable[[Taken], float], some: Sequence[Taken], others: Sequence[Taken]
) -> list[float]:
    return [of(one) / of(other) for one, other in zip(some, others, strict=True)]


def _curve(package: Path, place: Path) -> list[tuple[int, Taken]]:
    """Scan the first files, by path, that have so many lines together."""
    files = sorted(package.rglob("*.py"))
    sizes = [file.read_bytes().count(b"\n") for file in files]
    found = []
    for wanted in _LINES:
        part, lines = place / f"part-{wanted}" / "litellm", 0
        for file, size in zip(files, sizes, strict=True):
            if lines >= wanted:
                break
            target = part / file.relative_to(package)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            lines += size
        found.append((lines, _scan(part, part.parent / "cache")))
    return found


def _print_curve(points: Sequence[tuple[int, Taken]]) -> None:
    print(f"\n{'lines':>10}{'seconds':>10}{'processor s':>13}{'per 100,000 lines':>20}{'MB':>8}")
    for lines, taken in points:
        each = taken.processor / lines * 100_000
        print(
            f"{lines:>10,}{taken.seconds:>10.1f}{taken.processor:>13.2f}{each:>20.2f}"
            f"{taken.megabytes:>8.0f}"
        )


if __name__ == "__main__":
    sys.exit(main())
