"""What fixtures hand to tests: parameters of tests are known by what the fixture gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from refactor_agent.locate.resolve.evaluate import Evaluator, Told
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.results import provided
from refactor_agent.locate.resolve.values import FunctionValue, Values

__all__ = ["tell_fixtures"]


def tell_fixtures(evaluator: Evaluator) -> None:
    """Let ``evaluator`` know what the parameters of tests and of fixtures hold.

    To be called before anything is worked out, for it remembers what it found.
    """
    fixtures: dict[str, list[ProjectFunction]] = {}
    users = []
    for function in evaluator.index.functions.values():
        if function.module.is_test and not function.facts.is_lambda:
            users.append(function)
            if _is_fixture(function):
                fixtures.setdefault(function.facts.bare, []).append(function)
    if not fixtures:
        return
    told: dict[Told, Values] = {}
    evaluator.told = told
    done: set[str] = set()
    for function in users:
        _tell(evaluator, function, fixtures, told, done)


def _tell(
    evaluator: Evaluator,
    function: ProjectFunction,
    fixtures: Mapping[str, list[ProjectFunction]],
    told: dict[Told, Values],
    done: set[str],
) -> None:
    """Tell what the parameters of ``function`` hold, those of its fixtures first."""
    if function.name in done:
        return
    done.add(function.name)
    for name in _asked(function):
        fixture = _nearest(function, fixtures.get(name, ()))
        if fixture is not None and fixture.name != function.name:
            _tell(evaluator, fixture, fixtures, told, done)
            values = provided(evaluator, FunctionValue(fixture.name))
            if values:
                told[function.name, ("p", name)] = values


def _asked(function: ProjectFunction) -> Iterator[str]:
    """Name the parameters that say nothing of what they hold."""
    if not (_is_fixture(function) or function.facts.bare.startswith("test")):
        return
    for item in function.facts.parameters:
        if item.annotation is None and item.kind in {"positional", "keyword"}:
            yield item.name


def _is_fixture(function: ProjectFunction) -> bool:
    return function.has_decorator("fixture")


def _nearest(
    user: ProjectFunction, found: tuple[ProjectFunction, ...] | list[ProjectFunction]
) -> ProjectFunction | None:
    """Choose the fixture that pytest would: of the same file, else of the nearest conftest."""
    file = PurePosixPath(user.module.file)
    same = [fixture for fixture in found if fixture.module.file == user.module.file]
    if same:
        return same[-1]
    above = [
        fixture
        for fixture in found
        if PurePosixPath(fixture.module.file).name == "conftest.py"
        and PurePosixPath(fixture.module.file).parent in file.parents
    ]
    return max(above, key=lambda f: len(PurePosixPath(f.module.file).parts), default=None)
