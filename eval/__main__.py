"""``python -m eval NAME …``: runs the evaluation that lies in the directory of that name."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run ``eval.NAME`` with the rest of the command line; 2 when there is none of that name."""
    names = sorted(path.parent.name for path in HERE.glob("*/__main__.py"))
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        print(f"usage: python -m eval {{{','.join(names)}}} …", file=sys.stderr)
        return 2
    name = sys.argv.pop(1)
    runpy.run_module(f"eval.{name}", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
