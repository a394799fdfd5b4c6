"""Compare the scan with ruff and flake8-async on a directory of packages.

    python -m eval.locate PACKAGES [--labels FILE] [--peers DIRECTORY] [--only NAME]

Each directory in PACKAGES is a package. FILE is a JSON list of sites with ``package``, ``file``,
``line``, ``kind`` (direct, transitive or negative) and ``chain``. DIRECTORY keeps the linters'
environment between runs. Tests are left out for all tools.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from eval.locate.finding import Finding, Package
from eval.locate.labels import Label, Score, read_labels, score
from eval.locate.ours import scan
from eval.locate.packages import find_packages
from eval.locate.peers import Peers
from eval.locate.table import found_table, label_table, lacking, lacking_lines

from refactor_agent.locate import is_test_file

__all__ = ["main"]

_PEERS = Path(tempfile.gettempdir()) / "refactor-agent-peers"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tools on every package and print what came of it."""
    options = _parser().parse_args(arguments)
    labels = read_labels(options.labels) if options.labels else ()
    files: dict[str, set[str]] = {}
    for label in labels:
        files.setdefault(label.package, set()).add(label.file)
    peers = Peers(options.peers)
    found: dict[str, dict[str, list[Finding]]] = {}
    for package in find_packages(options.packages, files):
        if not options.only or package.name in options.only:
            found[package.name] = _found(package, peers)
            _tell_lacking(package, found[package.name])
    print("", *found_table(found), sep="\n")
    if labels:
        print("", *label_table(_scores(labels, found)), sep="\n")
    return 0


def _found(package: Package, peers: Peers) -> dict[str, list[Finding]]:
    by_tool = {
        "refactor-agent": scan(package),
        "ruff": peers.ruff(package),
        "flake8-async": peers.flake8_async(package),
    }
    return {
        tool: [finding for finding in findings if not is_test_file(finding.file)]
        for tool, findings in by_tool.items()
    }


def _tell_lacking(package: Package, by_tool: dict[str, list[Finding]]) -> None:
    for tool in ("ruff", "flake8-async"):
        for line in lacking_lines(package, tool, lacking(by_tool["refactor-agent"], by_tool[tool])):
            print(line, flush=True)


def _scores(
    labels: Sequence[Label], found: dict[str, dict[str, list[Finding]]]
) -> dict[str, dict[str, Score]]:
    scores: dict[str, dict[str, Score]] = {}
    for package, by_tool in found.items():
        mine = [label for label in labels if label.package == package]
        if mine:
            scores[package] = {tool: score(mine, findings) for tool, findings in by_tool.items()}
    return scores


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.locate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("packages", type=Path, help="directory of packages")
    parser.add_argument("--labels", type=Path, help="labelled sites, a JSON list")
    parser.add_argument("--peers", type=Path, default=_PEERS, help="the linters' environment")
    parser.add_argument("--only", action="append", help="this package; may be given several times")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
