"""`locate`, with a type server asked about the receivers that stayed unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from refactor_agent.domain.region import Located, Region
from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.deep_questions import with_deep_questions
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.graph import make_graph
from refactor_agent.locate.locator import entries_of, evaluate, find_regions
from refactor_agent.locate.reach import Reach
from refactor_agent.locate.regions import make_regions
from refactor_agent.locate.resolve.evaluate import Evaluator, Told
from refactor_agent.locate.resolve.values import Values, join
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.sources import SourceLines
from refactor_agent.locate.types.answers import Answers
from refactor_agent.locate.types.questions import Question, open_calls, positions
from refactor_agent.locate.types.server import TypeServer, TypeServerError, started
from refactor_agent.project import Project

__all__ = ["Asked", "Environment", "locate_with_types"]


class Environment(NamedTuple):
    """The target's interpreter, and where its libraries lie."""

    interpreter: str
    directories: tuple[Path, ...]


class Asked(NamedTuple):
    """What came of the questions."""

    questions: int
    answers: int
    """Receivers whose type can be told and matters."""
    fault: str = ""
    """Why not all could be asked; empty when they were."""


def locate_with_types(  # noqa: PLR0913 - those of `locate`, and what is asked
    project: Project,
    rules: Rules,
    methods: frozenset[str],
    environment: Environment,
    seconds: float,
    *,
    changes: Mapping[str, bytes] | None = None,
    cache: Path | None = None,
) -> tuple[Located, Asked]:
    """Locate; ask about calls of ``methods`` on unknown objects; locate with the answers.

    Regions that only the answers show say so. All questions together take ``seconds`` at most.
    Raises `UsageError` when no server is installed.
    """
    changed = changes or {}
    paths = {item.file: item.path for item in project.sources.files}
    lines = SourceLines(paths, changed)
    evaluator, skipped = evaluate(project, rules, changes=changed, cache=cache)
    effects = Effects(evaluator, Blockers(rules))
    before, questions = with_deep_questions(evaluator, lambda: _asked(effects, methods, lines))
    answers = Answers(
        evaluator, rules, {path: file for file, path in paths.items()}, environment.directories
    )
    survey = _Survey(project.root, paths, changed, answers)
    told, fault = survey.ask(questions, environment, seconds)
    if told:
        wrappers = project.config.offload_wrappers
        evaluator = Evaluator(evaluator.index, rules, wrappers, told)
        effects = Effects(evaluator, Blockers(rules))
    regions, suppressions = with_deep_questions(evaluator, lambda: find_regions(effects, lines))
    located = Located(
        tuple(_told(region, before) for region in regions.regions()),
        lambda: with_deep_questions(evaluator, lambda: make_graph(effects)),
        (*project.sources.skipped, *skipped),
        suppressions,
    )
    return located, Asked(len(questions), len(told), fault)


def _asked(
    effects: Effects, methods: frozenset[str], lines: SourceLines
) -> tuple[set[str], list[Question]]:
    """Give the ids of what is found without a type server, and what to ask one."""
    reach = Reach(effects, entries_of(effects.evaluator))
    ids = {region.id for region in make_regions(reach, lines)}
    return ids, list(open_calls(effects, reach, methods | _own_methods(effects, reach)))


def _told(region: Region, before: set[str]) -> Region:
    if region.id in before:
        return region
    return region.model_copy(update={"evidence": "types"})


def _own_methods(effects: Effects, reach: Reach) -> frozenset[str]:
    """Give the bare names of the project's own methods that block."""
    return frozenset(
        function.facts.bare
        for function in effects.evaluator.index.functions.values()
        if function.facts.owner >= 0 and not function.facts.is_async and reach.blocks(function.name)
    )


class _Survey:
    def __init__(
        self, root: Path, paths: Mapping[str, Path], changed: Mapping[str, bytes], answers: Answers
    ) -> None:
        self._root = root
        self._paths = paths
        self._changed = changed
        self._answers = answers
        self._told: dict[Told, Values] = {}

    def ask(
        self, questions: list[Question], environment: Environment, seconds: float
    ) -> tuple[dict[Told, Values], str]:
        """Give what was told, and why no more was."""
        by_file: dict[str, list[Question]] = defaultdict(list)
        for question in questions:
            by_file[question.file].append(question)
        fault = ""
        try:
            with started(self._root, environment.interpreter, seconds) as server:
                for file, group in sorted(by_file.items()):
                    self._ask_about(server, file, group)
        except TimeoutError:
            fault = f"not all were asked within {seconds:g} s"
        except TypeServerError as error:
            fault = str(error)
        return self._told, fault

    def _ask_about(self, server: TypeServer, file: str, questions: list[Question]) -> None:
        path = self._paths.get(file, self._root / file)
        data = self._changed.get(file)
        try:
            text = (path.read_bytes() if data is None else data).decode()
            asked = list(positions(text, questions))
        except (OSError, UnicodeDecodeError, SyntaxError):
            return  # it has vanished or changed since it was read, or is not UTF-8
        server.show(path, text)
        for question, line, column in asked:
            locations = server.type_definition(path, line, column)
            values = self._answers.values(locations, question.method)
            if values:
                known = self._told.get(question.receiver, ())
                self._told[question.receiver] = join((known, values))
        server.hide(path)
