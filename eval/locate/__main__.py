"""Compare the scan with ruff and flake8-async on packages: what do they report that it does not?

    python -m eval.locate [PACKAGES] [--labels FILE] [--cache DIRECTORY] [--only NAME]

Each directory in PACKAGES is a package; without it, those of the locate suite are fetched, and what
a reader made of each report that is not ours is told (`eval.locate.judged`). FILE is a JSON list of
sites with ``package``, ``file``, ``line``, ``kind`` (direct, transitive or negative) and ``chain``.
DIRECTORY keeps packages and the linters' environment between runs. Tests are left out for all
tools. The exit code is 1 where a report was judged by nobody.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eval.locate.finding import Finding, Package
from eval.locate.judged import Judged, judge, judged_table, read_judged
from eval.locate.labels import Label, Score, read_labels, score
from eval.locate.ours import scan
from eval.locate.packages import find_packages
from eval.locate.peers import Peers
from eval.locate.table import found_table, label_table, lacking
from eval.runs.options import CACHE
from eval.runs.values import Setting
from eval.suites.locate.labelled import labelled

from refactor_agent.locate import is_test_file

__all__ = ["main"]

_LINTERS = ("ruff", "flake8-async")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tools on every package and print what came of it."""
    options = _parser().parse_args(arguments)
    labels = read_labels(options.labels) if options.labels else ()
    known = read_judged() if options.packages is None else {}
    peers = Peers(options.cache / "linters")
    found: dict[str, dict[str, list[Finding]]] = {}
    not_ours: dict[str, dict[str, list[Judged]]] = {}
    for package in _packages(options, labels):
        found[package.name] = by_tool = _found(package, peers)
        ours = by_tool["refactor-agent"]
        not_ours[package.name] = {
            tool: judge(package, lacking(ours, by_tool[tool]), known) for tool in _LINTERS
        }
        _tell(package, not_ours[package.name])
    print("", *found_table(found), sep="\n")
    print("", *judged_table(found, not_ours), sep="\n")
    if labels:
        print("", *label_table(_scores(labels, found)), sep="\n")
    judged = (one.verdict for tools in not_ours.values() for all_ in tools.values() for one in all_)
    return int(options.packages is None and "not read" in judged)


def _packages(options: argparse.Namespace, labels: Sequence[Label]) -> Iterator[Package]:
    if options.packages is None:
        setting = Setting(artefacts=Path(), cache=options.cache)
        every = (Package(one.name, str(one.root(options.cache))) for one in labelled(setting))
    else:
        files: dict[str, set[str]] = {}
        for label in labels:
            files.setdefault(label.package, set()).add(label.file)
        every = find_packages(options.packages, files)
    return (package for package in every if not options.only or package.name in options.only)


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


def _tell(package: Package, by_tool: Mapping[str, Sequence[Judged]]) -> None:
    for tool, findings in by_tool.items():
        for (file, line, code, *_), verdict, why, text in findings:
            said = f"{verdict}: {why}" if why else verdict
            print(f"{package.name}: {tool} {code} {file}:{line}: {text} ({said})", flush=True)


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
    parser.add_argument("packages", nargs="?", type=Path, help="directory of packages")
    parser.add_argument("--labels", type=Path, help="labelled sites, a JSON list")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where what is fetched is kept")
    parser.add_argument("--only", action="append", help="this package; may be given several times")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
