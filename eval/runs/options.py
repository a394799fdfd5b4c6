"""What `python -m eval` can be told, and one line for what it can't."""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from eval.runs.suite import suite_names
from eval.runs.values import PEERS

__all__ = ["CACHE", "Parser", "checked", "parser"]

CACHE = Path(tempfile.gettempdir()) / "refactor-agent-eval"
_RESULTS = Path("eval-results")


class Parser(argparse.ArgumentParser):
    """One that says what is wrong in one line, where argparse repeats all options before it."""

    def error(self, message: str) -> NoReturn:
        """Say it on stderr, and end with 2."""
        print(f"error: {message}; {self.prog} --help names what there is", file=sys.stderr)
        sys.exit(2)


def parser() -> Parser:
    """Give the parser of the command that runs suites."""
    made = Parser(prog="python -m eval")
    add = made.add_argument
    names = suite_names()
    add("--suite", nargs="+", choices=names, default=[], help="these; all without it")
    add("--only", default="", help="cases whose name holds this")
    add("--split", choices=("dev", "held-out"), help="only these cases")
    add("--slice", choices=("ci",), help="a small part, checked against its baseline")
    add("--record", action="store_true", help="with --slice: write the baseline")
    add("--limit", type=_count, help="so many cases of each suite, drawn by the seed")
    add("--seed", type=int, default=0, help="what --limit draws by")
    add("--jobs", type=_count, default=os.cpu_count() or 1, help="processes side by side")
    add("--proposer", choices=("rules", "model", "both"), default="rules")
    add("--model", default="", help="the model's name, where --proposer asks for one")
    add("--base-url", default="", help="where it answers")
    add(
        "--price",
        type=_price,
        nargs=2,
        metavar=("READ", "WRITTEN"),
        help="what it takes for a million tokens of each kind",
    )
    add("--peer", nargs="+", choices=PEERS, default=[], help="measured beside")
    add("--no-stand-ins", action="store_true", help="leave out what shows that suites are honest")
    add("--cases", type=_directory, help="cases of your own, in place of the suite's")
    add("--labels", type=_file, help="labelled sites, for the suites that take your own")
    add("--packages", type=_directory, help="a directory of the packages that the labels name")
    add("--results", type=Path, default=_RESULTS, help="where each run makes its directory")
    add("--cache", type=Path, default=CACHE, help="where downloads and environments are kept")
    add("--resume", type=Path, metavar="RESULT", help="go on with this run, as it was asked")
    return made


def checked(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """Read ``arguments``; what does not go together is said as any other wrong input is."""
    options = parser.parse_args(arguments)
    if options.record and not options.slice:
        parser.error("--record writes the baseline of a slice; name it with --slice")
    if options.record and (options.only or options.limit or options.split):
        parser.error("--record writes a whole slice, without --only, --limit and --split")
    return options


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 up")
    return int(text)


def _price(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no price")
    return found


def _directory(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no directory")
    return Path(text).resolve()


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"{text} is no file")
    return Path(text).resolve()
