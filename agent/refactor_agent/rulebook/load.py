"""Finds and loads rule files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from refactor_agent.data import data_dir
from refactor_agent.errors import UsageError
from refactor_agent.rulebook.book import RuleBook, unknown_rule
from refactor_agent.rulebook.compiled import compiled
from refactor_agent.rulebook.rule import Rule

__all__ = ["find_rule_files", "load_rulebook", "read_rule", "read_rules"]


def load_rulebook(
    extra_directories: Sequence[Path] = (), disable: Collection[str] = ()
) -> RuleBook:
    """Load the built-in rules and those in ``extra_directories``, without the ids in ``disable``.

    Raises `UsageError` that names the file and the fault, for a directory that is not there,
    a file that breaks the format, an id used twice, or an unknown id in ``disable``.
    """
    rules: list[Rule] = []
    for directory in (data_dir("rules"), *extra_directories):
        rules.extend(read_rules(directory))
    by_id = _unique(rules)
    for rule_id in disable:
        if rule_id not in by_id:
            raise unknown_rule(rule_id, by_id)
    return RuleBook(rules, disable)


def read_rules(directory: Path) -> Iterator[Rule]:
    """Read every rule file under ``directory``, in the order of their paths."""
    files = find_rule_files(directory)
    yield from compiled([(path.relative_to(directory).as_posix(), _text(path)) for path in files])


def find_rule_files(directory: Path) -> Iterator[Path]:
    """Give the paths of the rule files under ``directory``, in order."""
    if not directory.is_dir():
        raise UsageError(f"rules directory {directory} does not exist")
    yield from (path for path in sorted(directory.rglob("*.md")) if path.name != "README.md")


def read_rule(path: Path, name: str) -> Rule:
    """Read one rule file, called ``name`` in messages and results."""
    from refactor_agent.rulebook.parse import parse_rule  # noqa: PLC0415 - brings two parsers

    return parse_rule(_text(path), name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"rule file {path} can't be read: {error}") from error


def _unique(rules: Sequence[Rule]) -> dict[str, Rule]:
    by_id: dict[str, Rule] = {}
    for rule in rules:
        first = by_id.setdefault(rule.id, rule)
        if first is not rule:
            raise UsageError(f"{rule.path}: id {rule.id} is already used by {first.path}")
    return by_id
