"""What is wrong with suppressions: they suppress nothing, or don't say why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from refactor_agent.domain.suppression import Remark, Suppression

__all__ = ["remarks_on"]


def remarks_on(
    suppressions: Iterable[Suppression],
    active: Collection[str],
    disabled: Collection[str] = (),
) -> tuple[Remark, ...]:
    """Give what should be mended, in the order of the files.

    ``active`` are the rules that were looked for; what a ``disabled`` one would have found is
    not known, so its suppressions are not judged, nor are those of all rules while one is off.
    """
    found = (
        remark
        for suppression in suppressions
        for remark in _remarks(suppression, frozenset(active), frozenset(disabled))
    )
    return tuple(sorted(found, key=lambda remark: (remark.file, remark.line, remark.text)))


def _remarks(
    suppression: Suppression, active: frozenset[str], disabled: frozenset[str]
) -> Iterator[Remark]:
    file, line = suppression.file, suppression.line
    unknown = [rule for rule in suppression.rules if rule not in active | disabled]
    for rule in unknown:
        text = f"there is no rule {rule}; `refactor-agent rules list` shows them all"
        yield Remark(file=file, line=line, name="unknown-suppressed-rule", text=text)
    unused = [rule for rule in suppression.rules if rule in active - set(suppression.used)]
    if unused:
        text = f"{', '.join(unused)} would report nothing here; remove it from the comment"
        yield Remark(file=file, line=line, name="unused-suppression", text=text)
    elif not suppression.rules and not suppression.used and not disabled:
        text = "no rule would report anything here; remove the comment"
        yield Remark(file=file, line=line, name="unused-suppression", text=text)
    if suppression.used and not suppression.reason:
        text = f"say behind `{_comment(suppression)}` why this may block"
        yield Remark(file=file, line=line, name="suppression-without-reason", text=text)


def _comment(suppression: Suppression) -> str:
    names = f"[{', '.join(suppression.rules)}]" if suppression.rules else ""
    return f"ignore{names}"
