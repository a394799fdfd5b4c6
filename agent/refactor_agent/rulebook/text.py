"""Rules as text for a terminal, a page or a prompt."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.rulebook.book import RuleBook
from refactor_agent.rulebook.rule import Block, Example, Rule

__all__ = ["instead_of", "list_rules", "show_rule"]


def list_rules(book: RuleBook) -> str:
    """Give one line per rule: id, name, weight, applicability, and what is put in place."""
    width = max((len(rule.name) for rule in book.rules), default=0)
    return "".join(
        f"{rule.id}  {rule.name:<{width}}  {rule.weight:>2}  {rule.applicability:<7}  "
        f"{instead_of(rule)}\n"
        for rule in book.rules
    )


def show_rule(rule: Rule) -> str:
    """Give the whole rule as Markdown."""
    return "\n\n".join((*_prose(rule), *_data(rule), *_examples(rule))) + "\n"


def instead_of(rule: Rule) -> str:
    """Say in a few words what takes the place of a blocking call."""
    if rule.native is None:
        return "offload"
    targets = (*rule.native.calls.values(), *rule.native.types.values())
    if rule.native.opened:
        return f"{next(iter(rule.native.opened))}, else offload"
    return f"{targets[0]}, else offload" if targets else "offload"


def _prose(rule: Rule) -> Iterator[str]:
    yield f"# {rule.id}: {rule.title}"
    yield _facts(rule)
    yield f"## What it does\n\n{rule.does}"
    yield f"## Why it blocks\n\n{rule.why}"
    if rule.differs:
        yield f"## What differs\n\n{rule.differs}"
    if rule.limits:
        yield f"## Limits\n\n{rule.limits}"


def _facts(rule: Rule) -> str:
    library = f"`{rule.library}` {rule.versions}".strip()
    rows = [
        ("Name", f"`{rule.name}`"),
        ("Library", library),
        ("Instead", instead_of(rule)),
        ("Weight", f"{rule.weight} of 10"),
        ("Applicability", rule.applicability),
        ("Since", rule.since),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _data(rule: Rule) -> Iterator[str]:
    calls = "\n".join(f"{rule.weight_of(call):>2}  {call.call}" for call in rule.blocks)
    yield f"## Blocking calls\n\nWeight, then signature.\n\n```text\n{calls}\n```"


def _examples(rule: Rule) -> Iterator[str]:
    yield "## Examples"
    for example in sorted(rule.examples, key=lambda case: not case.doc):
        yield f"### {example.title}"
        if example.known_gap:
            yield "A known gap: this is what should happen, and does not yet."
        for block in example.blocks:
            yield f"{_caption(block, example)}\n\n```python\n{_with_marks(block)}```"


def _caption(block: Block, example: Example) -> str:
    if block.role == "after" and len(example.of("after")) > 1:
        return f"After, {block.options.get('strategy', 'first choice')}:"
    if block.role == "calls":
        return f"Called before and after ({block.options['server']}), which must do the same:"
    if block.role == "refuse":
        return f"Refused (`{block.options['reason']}`):"
    if block.role == "before" and "dependencies" in block.options:
        return f"Before, in a project that depends on {block.options['dependencies']}:"
    return {"before": "Before:", "after": "After:", "same": "Left alone:"}[block.role]


def _with_marks(block: Block) -> str:
    lines = block.code.splitlines()
    for mark in block.marks:
        lines[mark.line - 1] += f"  # <- {mark.rule}"
    return "\n".join(lines) + "\n"
