"""Run benchmarks by name, or all of them: ``python -m eval.bench [NAME [OPTION ...]]``."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path


def main() -> int:
    """Run what the first word names; 2 when there is none of that name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    if first and first not in names:
        print(f"usage: python -m eval.bench [{{{','.join(names)}}} [OPTION ...]]", file=sys.stderr)
        return 2
    del sys.argv[1:2]
    for name in [first] if first else names:
        print(f"== {name}", flush=True)
        try:
            runpy.run_module(f"eval.bench.{name}", run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            if ended.code:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
