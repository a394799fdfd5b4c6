"""Check the names of the rules against libraries as they are installed.

    python -m eval.locate.installed PYTHON [--library NAME]

PYTHON is the interpreter of an environment with libraries in it. Printed are the names that are
not there and those that are coroutine functions, and so don't block; libraries that are not
installed are counted. Classes that stand for several (made-up names) are not there by nature.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence

from refactor_agent.rulebook import load_rulebook

__all__ = ["main", "third_party_names"]

_LOOK_UP = """
import importlib, importlib.util, inspect, json, sys, warnings
warnings.simplefilter("ignore")

def find(name):
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:count]))
        except BaseException as error:
            if count == 1:
                return "no library"
            continue
        for part in parts[count:]:
            fields = getattr(value, "model_fields", None) or {}
            if not hasattr(value, part):
                return "missing" if part not in fields else "there"
            value = inspect.getattr_static(value, part, None) or getattr(value, part)
            value = getattr(value, "__func__", value)
        is_async = inspect.iscoroutinefunction(value) or inspect.isasyncgenfunction(value)
        return "async" if is_async else "there"

for line in sys.stdin:
    name = line.strip()
    print(json.dumps([name, find(name.removesuffix(".*"))]), flush=True)
"""


def third_party_names(library: str | None = None) -> list[str]:
    """Give the blocking calls that rules name, those of the standard library left out."""
    names = {call.name for rule in load_rulebook().rules for call in rule.blocks}
    tops = {name: name.partition(".")[0] for name in names}
    return sorted(
        name
        for name, top in tops.items()
        if top not in sys.stdlib_module_names and library in {None, top}
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is wrong, and how many names are there."""
    parser = argparse.ArgumentParser(prog="python -m eval.locate.installed")
    parser.add_argument("python", help="interpreter with libraries installed")
    parser.add_argument("--library", help="only this top-level package")
    options = parser.parse_args(arguments)
    done = subprocess.run(
        [options.python, "-c", _LOOK_UP],
        input="\n".join(third_party_names(options.library)),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    for name, state in found:
        if state in {"missing", "async"}:
            print(f"{state}: {name}")
    counts = Counter(state for _, state in found)
    print(", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
    return int(counts["async"] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
