"""Runs `unittest` suites as they run themselves, and writes down what they did.

``python -m refactor_agent_probe.unittests`` takes the arguments of ``python -m unittest``. Standard
library only, Python 3.9 on.
"""

from __future__ import annotations

import inspect
import sys
import time
import unittest
from typing import TYPE_CHECKING, Any

from .record import open_probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .record import Probe

__all__ = ["Result", "Runner", "chosen", "main", "probe"]

probe = open_probe("unittest {}.{}.{}".format(*sys.version_info[:3]))
_ID = "_refactor_agent_id"
_taken: set[str] = set()


class Result(unittest.TextTestResult):
    """Tells the probe of each test, and otherwise does what it did."""

    began = 0.0

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's naming
        """A test starts."""
        if probe is not None:
            probe.begin(_id(probe, test))
        self.began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        """A test is over."""
        super().stopTest(test)
        if probe is not None:
            probe.end(_id(probe, test))

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """It passed."""
        super().addSuccess(test)
        self._phase("passed")

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """An assertion does not hold."""
        super().addFailure(test, err)
        self._phase("failed", self.failures[-1][1])

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """It raised."""
        super().addError(test, err)
        self._phase("failed", self.errors[-1][1])

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        """A part of it is over; only one that failed says something of the whole."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            kept = self.failures if issubclass(err[0], test.failureException) else self.errors
            self._phase("failed", kept[-1][1])

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        """It was left out."""
        super().addSkip(test, reason)
        self._phase("skipped", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """It failed as it was to."""
        super().addExpectedFailure(test, err)
        self._phase("skipped", xfail=True)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """It passed, and was to fail."""
        super().addUnexpectedSuccess(test)
        self._phase("passed", xfail=True)

    def _phase(self, outcome: str, text: str = "", *, xfail: bool = False) -> None:
        if probe is not None and probe.current:  # a class's or a module's set-up has no test
            seconds = time.monotonic() - self.began
            probe.phase("call", outcome, seconds=seconds, text=probe.clean(text), xfail=xfail)


class Runner(unittest.TextTestRunner):
    """Runs the tests that were selected, every one of them."""

    resultclass: Any = Result

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "failfast": False})

    def run(self, test: Any) -> Any:
        """Run them."""
        return super().run(chosen(test))


def chosen(suite: Any) -> unittest.TestSuite:
    """Write down what the project itself would run, and give what was selected of it."""
    tests = list(_flat(suite))
    if probe is None:
        return unittest.TestSuite(tests)
    sound = []
    for test in tests:
        if type(test).__name__ in {"_FailedTest", "ModuleImportFailure"}:
            name = test.id().rpartition("_FailedTest.")[2].rpartition("ModuleImportFailure.")[2]
            text = str(getattr(test, "_exception", ""))
            probe.collect_error(name.replace(".", "/") + ".py", probe.clean(text))
        else:
            sound.append(test)
    ids = [_id(probe, test) for test in sound]
    asynchronous = [name for name, test in zip(ids, sound) if _is_async(test)]  # noqa: B905
    probe.log.write("collected", ids=ids, asynchronous=asynchronous)
    if probe.select is None:
        return unittest.TestSuite(sound)
    kept = [test for name, test in zip(ids, sound) if name in probe.select]  # noqa: B905
    return unittest.TestSuite(kept)


def _flat(suite: Iterable[Any]) -> Iterator[Any]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _flat(test)
        else:
            yield test


def _id(listener: Probe, test: Any) -> str:
    """Give ``file::Class::method``, as pytest would; the same test has the same id in each run."""
    known = getattr(test, _ID, None)
    if isinstance(known, str):
        return known
    kind = type(test)
    try:
        file = listener.relative(inspect.getfile(kind))
        name = f"{file}::{kind.__qualname__.replace('.', '::')}::{test._testMethodName}"  # noqa: SLF001
    except (AttributeError, OSError, TypeError):
        name = listener.clean(test.id())
    number, found = 2, name
    while found in _taken:
        found, number = f"{name}#{number}", number + 1
    _taken.add(found)
    setattr(test, _ID, found)
    return found


def _is_async(test: Any) -> bool:
    method = getattr(test, getattr(test, "_testMethodName", ""), None)
    return inspect.iscoroutinefunction(method)


def main() -> None:
    """Do what ``python -m unittest`` does."""
    ended = unittest.main(module=None, testRunner=Runner, exit=False)
    failed = not ended.result.wasSuccessful()
    if probe is not None:
        probe.finish(int(failed))
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
