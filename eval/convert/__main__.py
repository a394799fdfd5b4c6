"""``python -m eval convert IN OUT``: converts what ``IN/spec.json`` names, by rules alone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eval.convert.libraries import interpreter_with
from eval.convert.spec import read_spec

from refactor_agent.asyncify import Asyncified, asyncify
from refactor_agent.errors import UsageError
from refactor_agent.project import Project, find_interpreter
from refactor_agent.project.config import Config
from refactor_agent.rulebook import load_rulebook


def main() -> int:
    """Write the converted files; 0 whatever was refused, 2 when the input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m eval convert", description=__doc__)
    parser.add_argument("source", metavar="IN", type=Path, help="the sync side, with spec.json")
    parser.add_argument("target", metavar="OUT", type=Path, help="where converted files go")
    parser.add_argument("--python", help="the interpreter that has the package's libraries")
    parser.add_argument(
        "--no-libraries", action="store_true", help="don't fetch those that the package declares"
    )
    given = parser.parse_args()
    try:
        python = given.python
        if python is None and not given.no_libraries:
            python = interpreter_with(given.source, read_spec(given.source).libraries)
        done = convert(given.source, given.target, python)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for refusal in done.refusals:
        place = f"{refusal.site}: " if refusal.site else ""
        print(f"{place}{refusal.reason}: {refusal.message}")
    print(f"{len(done.coloured)} functions async, {len(done.refusals)} refusals", file=sys.stderr)
    return 0


def convert(source: Path, target: Path, python: str | None = None) -> Asyncified:
    """Convert the package in ``source`` into ``target``; raises `UsageError`."""
    spec = read_spec(source)
    project = Project(source.resolve(), Config(source_roots=spec.roots))
    interpreter = find_interpreter(project.root, project.config, python)
    done = asyncify(project, load_rulebook([]), spec.request, interpreter)
    for file, data in done.files.items():
        path = target / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return done


if __name__ == "__main__":
    sys.exit(main())
