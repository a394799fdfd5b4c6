"""Convert labelled sites: ``python -m eval.sites LABELS PACKAGES [--only NAME] [--details]``.

LABELS is a JSON list of sites (package, file, line, chain, kind); PACKAGES holds
one directory per package, unpacked. For each true site the change set that owns it is planned and
converted, and each result goes through every check on the tree. No test runs: the figure says how
much the rules can take on, not how much of it is right.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from eval.sites.fate import Fate, Ground, fate_of
from eval.sites.label import Label, package_root, read_labels

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and with ``--details`` each site that is left with its reason."""
    options = _parser().parse_args(arguments)
    labels = [label for label in read_labels(options.labels) if label.kind != "negative"]
    fates: list[tuple[Label, Fate]] = []
    for package, group in groupby(sorted(labels, key=_by_package), key=_by_package):
        if options.only in package:
            found = list(_fates(options.packages / package, list(group)))
            print(_row(package, [fate for _, fate in found]), flush=True)
            fates += found
    print(_row("all", [fate for _, fate in fates]))
    for label, fate in fates if options.details else ():
        print(f"{fate.outcome:<9} {label.file}:{label.line} {label.chain[-1]}: {fate.reason}")
    if options.json:
        options.json.write_text(
            "".join(
                json.dumps({**label._asdict(), **fate._asdict()}) + "\n" for label, fate in fates
            )
        )
    return 0


def _fates(directory: Path, labels: list[Label]) -> Iterator[tuple[Label, Fate]]:
    ground = Ground.of(package_root(directory, labels))
    for label in labels:
        yield label, fate_of(label, ground)


def _by_package(label: Label) -> str:
    return label.package


def _row(name: str, fates: Sequence[Fate]) -> str:
    count = Counter(fate.outcome for fate in fates)
    parts = ", ".join(f"{count[outcome]} {outcome}" for outcome in sorted(count))
    done = sum(fate.is_converted for fate in fates)
    return f"{name:<24} {done} of {len(fates)} converted ({parts})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.sites", description=__doc__)
    parser.add_argument("labels", type=Path, help="the labelled sites, as JSON")
    parser.add_argument("packages", type=Path, help="the directory of unpacked packages")
    parser.add_argument("--only", default="", help="packages whose name holds this text")
    parser.add_argument("--details", action="store_true", help="print every site")
    parser.add_argument("--json", type=Path, help="write one line per site to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
