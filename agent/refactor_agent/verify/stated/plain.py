"""The one test command among the commands of a statement, bare of what only measures or reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from refactor_agent.verify.stated.statement import UNKNOWN

__all__ = ["NoTestsError", "bare_command"]

_PYTHON = re.compile(r"python(3(\.\d+)?)?$")
_PYTEST = frozenset({"pytest", "py.test"})
_MANAGE = frozenset({"manage.py", "django-admin"})
_FLAGS = re.compile(r"-x$|--exitfirst$|--maxfail=|--cov\b|--no-cov\b|--junit-?xml=|--basetemp=|"
                    r"--html=|--numprocesses=|--dist=|-n(\d+|auto|logical)$")  # fmt: skip
_WITH_VALUE = frozenset(
    {"--maxfail", "--cov", "--cov-report", "--cov-config", "--junitxml", "--junit-xml",
     "--basetemp", "--html", "-n", "--numprocesses", "--dist"}
)  # fmt: skip
"""What measures, reports, stops early or spreads the tests over processes: not which tests run."""
_OPTIONAL = frozenset({"--cov"})
"""Options whose value may be missing."""


class NoTestsError(ValueError):
    """The commands do not say plainly which tests run; the text says why."""


def bare_command(commands: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Give the command that runs the tests; raises `NoTestsError`.

    Of `coverage run`, what it runs; the rest of the commands are taken for preparations and
    reports.
    """
    found = [words for words in map(_run_by_coverage, commands) if _is_test(words)]
    if not found:
        shown = " ".join(commands[0]).replace(UNKNOWN, "") if commands else ""
        told = f"`{shown}` starts" if len(commands) == 1 else f"its {len(commands)} commands start"
        raise NoTestsError(f"{told} neither pytest nor unittest nor `manage.py test`")
    if len(found) > 1:
        raise NoTestsError("it runs tests by more than one command")
    words = found[0]
    if _PYTEST & {PurePosixPath(word).name for word in words}:
        words = list(_without_reports(words))
    for word in words:
        if UNKNOWN in word:
            raise NoTestsError(f"`{word.replace(UNKNOWN, '')}` is known only where it runs")
    return tuple(words)


def _run_by_coverage(words: Sequence[str]) -> list[str]:
    """`coverage run --branch -m pytest tests` is `python -m pytest tests`."""
    rest = list(words)
    if _PYTHON.fullmatch(PurePosixPath(rest[0] if rest else "").name) and rest[1:2] == ["-m"]:
        rest = rest[2:] if rest[2:3] == ["coverage"] else rest
    if rest[:2] != ["coverage", "run"]:
        return rest
    for place, word in enumerate(rest):
        if word == "-m" or PurePosixPath(word).name in _MANAGE:
            return ["python", *rest[place:]]
    return rest


def _is_test(words: Sequence[str]) -> bool:
    names = [PurePosixPath(word).name for word in words]
    if not names:
        return False
    if names[0] in _PYTEST or (names[0] in _MANAGE and "test" in names):
        return True
    if not _PYTHON.fullmatch(names[0]):
        return False
    module = names[names.index("-m") + 1 :][:1] if "-m" in names else []
    if module:
        return module[0] in {*_PYTEST, "unittest"}
    return bool(_MANAGE & set(names)) and "test" in names


def _without_reports(words: Sequence[str]) -> Iterator[str]:
    given = iter([*words, ""])
    word = next(given)
    while word:
        following = next(given, "")
        if word in _WITH_VALUE:
            if word in _OPTIONAL and following.startswith("-"):
                word = following
                continue
            following = next(given, "")
        elif not _FLAGS.match(word):
            yield word
        word = following
