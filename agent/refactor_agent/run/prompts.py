"""The prompt templates that are in force for a project."""

from __future__ import annotations

from refactor_agent.errors import UsageError
from refactor_agent.llm import Prompts, load_prompts
from refactor_agent.project import Project

__all__ = ["prompts_for"]


def prompts_for(project: Project) -> Prompts:
    """Read the project's own templates, and the packaged ones where it has none.

    Raises `UsageError` when the directory it names is not one of its own, or a template is broken.
    """
    name = project.config.prompts
    if name is None:
        return load_prompts()
    directory = (project.root / name).resolve()
    if not directory.is_dir() or not directory.is_relative_to(project.root.resolve()):
        raise UsageError(
            f"[tool.refactor-agent] prompts: {name} is no directory of the project;"
            " `refactor-agent init` makes one"
        )
    return load_prompts(directory)
