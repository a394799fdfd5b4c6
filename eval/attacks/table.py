"""What came of the cases, as tables for people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from eval.attacks.judge import Result

__all__ = ["by_hazard", "line_of", "totals"]


def line_of(result: Result) -> str:
    """Give one case as one line."""
    mark = "ok  " if result.right else "known" if result.case.known else "BAD "
    layer = result.layer or "-"
    return f"{mark} {result.outcome:<10} {layer:<28} {result.case.hazard:<7} {result.case.name}"


def by_hazard(results: Sequence[Result]) -> Iterator[str]:
    """Give, for each hazard, how many were caught and by what."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.case.expect == "caught":
            groups[result.case.hazard].append(result)
    yield f"{'hazard':<8} {'caught':>8}  by"
    for hazard, group in sorted(groups.items(), key=lambda item: _order(item[0])):
        layers = Counter(result.layer for result in group if result.layer)
        shown = ", ".join(f"{layer} {count}" for layer, count in layers.most_common())
        caught = sum(result.right for result in group)
        yield f"{hazard:<8} {caught:>3} of {len(group):<3} {shown}"


def totals(results: Sequence[Result]) -> Iterator[str]:
    """Give the figures that count: let through and refused."""
    wrong = [result for result in results if result.case.expect == "caught"]
    right = [result for result in results if result.case.expect == "accepted"]
    outcomes = Counter(result.outcome for result in wrong)
    yield (
        f"wrong: {len(wrong)}, failed {outcomes['failed']}, unverified {outcomes['unverified']}, "
        f"let through {outcomes['verified']}"
    )
    refused = sum(result.outcome == "failed" for result in right)
    accepted = Counter(result.outcome for result in right)
    yield (
        f"right: {len(right)}, verified {accepted['verified']}, "
        f"unverified {accepted['unverified']}, refused {refused}"
    )
    for result in results:
        if not result.right:
            kind = "known" if result.case.known else "not as it must be"
            said = result.case.known or result.reason.splitlines()[0] if result.reason else ""
            yield f"{kind}: {result.case.name}: {result.outcome} {said}"


def _order(hazard: str) -> tuple[str, int]:
    letters, _, rest = hazard.removeprefix("H-").partition("-")
    del rest
    return letters[:1], int(letters[1:] or 0)
