"""What locating costs the gate: the regions and the call graph of one patched tree after another.

Each tree has one function of one file changed, as a patch has. They are located in turn, in two
processes: each graph made whole, and with what the base's graph has in common taken from it. Said
are processor seconds for a tree, the median, and the peak of resident memory.

    python -m eval.bench nearby_trees [PROJECT] [--trees 5]

PROJECT is a directory, this project's own source without one.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from refactor_agent.locate import Nearby, Uses, locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

_OWN = Path(__file__).parents[2] / "agent"
_RETURN = b"\n        return "


def main() -> None:
    """Measure both ways and print what they say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("project", nargs="?", type=Path, default=_OWN)
    parser.add_argument("--trees", type=int, default=5)
    parser.add_argument("--way", choices=("whole", "nearby"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(*_measured(options.project, options.trees, options.way))
        return
    print("| graph | s a tree | peak MB |\n|---|--:|--:|")
    for way in ("whole", "nearby"):
        command = [sys.executable, __file__, str(options.project), "--trees", str(options.trees)]
        done = subprocess.run([*command, "--way", way], check=True, capture_output=True, text=True)
        seconds, peak = done.stdout.split()
        print(f"| {way} | {float(seconds):.2f} | {float(peak):.0f} |")


def _measured(directory: Path, trees: int, way: str) -> tuple[float, float]:
    project, rulebook = open_project(directory), load_rulebook()
    nearby: Nearby[Uses] | None = Nearby() if way == "nearby" else None
    took: list[float] = []
    kept = []
    with tempfile.TemporaryDirectory() as cache:
        for changes in ({}, *_patches(project.root, trees)):
            began = time.process_time()
            found = locate(project, rulebook, changes=changes, cache=Path(cache), nearby=nearby)
            _ = found.graph
            took.append(time.process_time() - began)
            kept.append(found)  # as the gate keeps those of changes that wait for their tests
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return statistics.median(took[1:]), peak


def _patches(root: Path, trees: int) -> list[dict[str, bytes]]:
    """Change one function in each of the largest files that have a method which returns."""
    files = sorted(root.rglob("*.py"), key=lambda path: -path.stat().st_size)
    sources = ((path, path.read_bytes()) for path in files)
    fitting = [(path, data) for path, data in sources if _RETURN in data][:trees]
    changed = _RETURN.replace(b"return", b"print()") + _RETURN
    return [
        {path.relative_to(root).as_posix(): data.replace(_RETURN, changed, 1)}
        for path, data in fitting
    ]


if __name__ == "__main__":
    main()
