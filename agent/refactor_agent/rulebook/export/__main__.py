"""Write what is generated from the rules, or with ``--check`` name what is stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from refactor_agent.errors import RefactorAgentError
from refactor_agent.rulebook.export.files import generated_files, stale_files, write_files
from refactor_agent.rulebook.load import load_rulebook


def main() -> int:
    """Write the files, or with ``--check`` only name the stale ones."""
    parser = argparse.ArgumentParser(prog="python -m refactor_agent.rulebook.export")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when stale")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the repository")
    options = parser.parse_args()
    try:
        files = generated_files(load_rulebook())
    except RefactorAgentError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not options.check:
        write_files(options.root, files)
        return 0
    stale = stale_files(options.root, files)
    for name in stale:
        sys.stderr.write(f"{name} is stale; run `make rules`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
