"""The rules that are in force for a project."""

from __future__ import annotations

from collections.abc import Sequence

from refactor_agent.project import Project
from refactor_agent.rulebook import RuleBook, load_rulebook

__all__ = ["rules_for"]


def rules_for(project: Project, only: Sequence[str] = ()) -> RuleBook:
    """Load the built-in rules and the project's own, less the disabled ones.

    ``only`` keeps these ids; raises `UsageError` for one that does not exist.
    """
    directories = [project.root / name for name in project.config.rules]
    rulebook = load_rulebook(directories, project.config.disable)
    if not only:
        return rulebook
    wanted = {rulebook.rule(identifier).id for identifier in only}
    others = {rule.id for rule in rulebook.rules} - wanted
    return load_rulebook(directories, {*project.config.disable, *others})
