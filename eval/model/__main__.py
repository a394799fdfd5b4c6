"""Print the table of faults and the runs: ``python -m eval.model [--only PART]``.

The endpoint is the tests' own server on the loopback interface; only the labelled service needs a
network, for what pip installs of its requirements.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from eval.model.corpus import labelled_service
from eval.model.faults import measure
from eval.model.runs import attacked, cached, killed, rules_alone

__all__ = ["main"]

_RUNS: dict[str, Callable[[Path], Iterator[str]]] = {
    "where rules alone refuse": rules_alone,
    "twice over the same code": cached,
    "killed and resumed": killed,
}


def main() -> int:
    """Print what is asked for; exit code 1 when harm came through."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("faults", "runs", "attacks", "corpus"))
    only = parser.parse_args().only
    harm = False
    if only in {None, "faults"}:
        _faults()
    with tempfile.TemporaryDirectory() as place:
        for title, run in _RUNS.items() if only in {None, "runs"} else ():
            _section(title, run(Path(place)))
        if only in {None, "corpus"}:
            _section("the labelled service", labelled_service(Path(place)))
        if only in {None, "attacks"}:
            lines = list(attacked(Path(place)))
            _section("a model that obeys a hostile project", iter(lines))
            harm = not lines[-1].endswith(": 0")
    return int(harm)


def _faults() -> None:
    print(f"{'fault':<28}{'way':<22}{'once, then a good answer':<28}{'always':<38}calls")
    for one in measure():
        print(f"{one.fault:<28}{one.way:<22}{one.once:<28}{one.always:<38}{one.calls}", flush=True)


def _section(title: str, lines: Iterator[str]) -> None:
    print(f"\n{title}")
    for line in lines:
        print(f"  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
