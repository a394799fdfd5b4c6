"""Compiles files and imports modules with the target's interpreter. Standard library only.

Run with `-m` and a JSON file: ``root``, ``log``, ``files`` (to compile) and ``modules`` (file
to name, to import). Writes one JSON line per problem found, and a last one when it got through.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path


def main(path: str) -> None:
    """Do what the settings at ``path`` ask for."""
    settings = json.loads(Path(path).read_text(encoding="ascii"))
    root = os.path.realpath(settings["root"])
    with Path(settings["log"]).open("w", encoding="ascii") as log:

        def tell(**fields: str) -> None:
            log.write(json.dumps(fields) + "\n")
            log.flush()

        for name in settings["files"]:
            problem = _compile(Path(root, name))
            if problem:
                tell(file=name, stage="compile", text=problem)
        for name, module in settings["modules"].items():
            tell(file=name, stage="importing", text=module)
            problem = _import(module, root, name)
            if problem:
                tell(file=name, stage="import", text=problem)
        tell(file="", stage="done", text="")


def _compile(path: Path) -> str:
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        return f"{error}" if line is None else f"line {line}: {getattr(error, 'msg', error)}"
    return ""


def _import(module: str, root: str, name: str) -> str:
    try:
        found = importlib.import_module(module)
    except BaseException as error:  # noqa: BLE001 - a script may leave with SystemExit
        return "".join(traceback.format_exception_only(type(error), error)).strip()
    place = os.path.realpath(getattr(found, "__file__", None) or "")
    if place != str(Path(root, name)):
        return f"{module} was imported from {place}, which is not the changed copy"
    return ""


if __name__ == "__main__":
    main(sys.argv[1])
