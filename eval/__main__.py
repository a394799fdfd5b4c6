"""``python -m eval``: runs the suites, or one of the evaluations that lie beside them.

``python -m eval --suite locate-micro`` runs suites (see ``--help``), ``python -m eval report RUN``
makes a page of a result, ``python -m eval compare RUN RUN`` says what got better and worse,
``python -m eval NAME …`` runs the evaluation in the directory of that name.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run what the first word names, or the suites; 2 when there is none of that name."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    names = sorted(path.parent.name for path in HERE.glob("*/__main__.py"))
    if first in names:
        del sys.argv[1]
        runpy.run_module(f"eval.{first}", run_name="__main__", alter_sys=True)
        return 0
    from eval.runs import command, shown  # noqa: PLC0415 - what `convert` needs is less

    verbs = {"report": shown.report, "compare": shown.compare}
    if first in verbs:
        return verbs[first](sys.argv[2:])
    if first and not first.startswith("-"):
        print(f"usage: python -m eval {{{','.join([*names, *verbs])}}} …", file=sys.stderr)
        return 2
    return command.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
