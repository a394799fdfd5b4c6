"""A project on disk, and what becomes of the entry points named in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from refactor_agent.domain.region import Located
from refactor_agent.entry import EntryGround
from refactor_agent.locate import locate
from refactor_agent.project import find_interpreter, open_project
from refactor_agent.rulebook import RuleBook, load_rulebook
from refactor_agent.tree import Tree
from refactor_agent.verify import remember_located
from support.files import write_files

MakeGround = Callable[[Mapping[str, str]], EntryGround]


@pytest.fixture(scope="session")
def rules() -> RuleBook:
    """The project's own rules."""
    return load_rulebook()


@pytest.fixture
def ground(tmp_path: Path, rules: RuleBook) -> MakeGround:
    """Write files, and give what a conversion works with."""

    def make(files: Mapping[str, str]) -> EntryGround:
        write_files(tmp_path, files)
        project = open_project(tmp_path)

        def located(tree: Tree) -> Located:
            return locate(project, rules, changes=tree.changes)

        interpreter = find_interpreter(project.root, project.config, sys.executable)
        tree = Tree(project.root)
        return EntryGround(project, rules, interpreter, tree, remember_located(located))

    return make
