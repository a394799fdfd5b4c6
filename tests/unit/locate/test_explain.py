"""`explain`: what is known of the calls on a line, and why they are no finding."""

from __future__ import annotations

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.locate import SourceLines, locate
from refactor_agent.locate.explain import Question, explain, render_explanations
from refactor_agent.project import open_project

CODE = """
# file: svc/app.py
import asyncio
import queue
import time
from pathlib import Path

import requests

from svc.helpers import later, pause, quiet, stream


class Service:
    def __init__(self, client=None):
        self.session = requests.Session()
        self.client = client

    async def fetch(self, url, callback, path: Path):
        self.session.get(url)  # finding
        self.client.get(url)  # receiver
        callback()  # callee
        quiet()  # quiet
        path.with_suffix(".txt")  # no rule
        await asyncio.to_thread(pause)  # offload
        await later()  # awaited
        later()  # coroutine
        stream()  # generator
        time.sleep(1)  # refactor-agent: ignore[RA101] the loop is idle
        queue.Queue().get(block=False)  # arguments
        pause(), quiet()  # two
        return self.session.get(url).json()  # result

    def unused(self):
        time.sleep(1)  # unreached

# file: svc/helpers.py
import time


def pause():
    time.sleep(1)


def quiet():
    return 1


async def later():
    return 1


def stream():
    yield time.sleep(1)

# file: tests/test_app.py
import time


async def test_it():
    time.sleep(1)  # test
"""


def told(root, rules, mark, file="svc/app.py", column=None):
    lines = (root / file).read_text().splitlines()
    (line,) = (number for number, text in enumerate(lines, 1) if text.endswith(f"# {mark}"))
    return explain(open_project(root), rules, Question(file, line, column))


@pytest.mark.parametrize(
    ("mark", "outcome"),
    [
        ("finding", "finding: RA403, high severity, high confidence: Service.fetch -> requests.S"),
        ("receiver", "no finding: the receiver of `.get` is unknown, and without its type"),
        ("callee", "no finding: the callee is unknown"),
        ("quiet", "no finding: svc.helpers.quiet runs nothing that is known to block"),
        ("no rule", "no finding: no rule says that pathlib.Path.with_suffix blocks"),
        ("offload", "no finding: it hands its argument to a worker thread or another process"),
        ("awaited", "no finding: it is awaited, and while it waits the loop runs other tasks"),
        ("coroutine", "no finding: svc.helpers.later is async: what blocks in it is reported"),
        ("generator", "no finding: svc.helpers.stream is a generator: its body runs where"),
        (
            "refactor-agent: ignore[RA101] the loop is idle",
            "no finding: a comment suppresses RA101 (time.sleep)",
        ),
        (
            "unreached",
            "it blocks (time.sleep), but is no finding: no async function is known to run svc.app",
        ),
    ],
)
def test_why(write, rules, mark, outcome) -> None:
    (one, *_) = told(write(CODE), rules, mark)
    assert one.outcomes[0].startswith(outcome)


def test_arguments_that_keep_a_call_from_waiting(write, rules) -> None:
    found = told(write(CODE), rules, "arguments")
    assert found[-1].outcomes == (
        "no finding: queue.Queue.get returns at once with these arguments (RA103)",
    )


def test_a_test_file(write, rules) -> None:
    (one,) = told(write(CODE), rules, "test", "tests/test_app.py")
    (outcome,) = one.outcomes
    assert outcome.endswith("no finding: it stands in a test file, where nothing is reported")


def test_a_helper_belongs_to_the_regions_that_run_through_it(write, rules) -> None:
    root = write(CODE)
    (one,) = explain(open_project(root), rules, Question("svc/helpers.py", 5))
    assert one.outcomes[0].startswith("finding: RA101, high severity, high confidence: Service.f")


def test_the_steps_of_a_receiver(write, rules) -> None:
    (call, _) = told(write(CODE), rules, "result")
    assert call.text == "self.session.get(url)"
    assert call.steps == (
        "`self` is an object of svc.app.Service (the method's own object)",
        "`self.session` is an object of requests.Session (set in `__init__` of svc.app.Service)",
        "`self.session.get` is requests.Session.get",
    )


def test_a_column_picks_one_call_of_several(write, rules) -> None:
    root = write(CODE)
    assert [one.text for one in told(root, rules, "two")] == ["pause()", "quiet()"]
    assert [one.text for one in told(root, rules, "two", column=18)] == ["quiet()"]


def test_code_that_runs_by_syntax(write, rules) -> None:
    code = """
        import time

        class Box:
            @property
            def size(self):
                time.sleep(1)

        async def f(box: Box):
            return box.size
    """
    (one,) = explain(open_project(write(code)), rules, Question("app.py", 9))
    assert (one.text, one.steps) == ("box.size", ())
    assert one.outcomes[0].startswith("finding: RA101")


def test_code_that_runs_while_the_module_is_imported(write, rules) -> None:
    (one,) = explain(
        open_project(write("import time\ntime.sleep(1)\n")), rules, Question("app.py", 2)
    )
    assert one.outcomes == (
        "it blocks (time.sleep), but is no finding: it runs while the module is imported",
    )


def test_what_runs_only_where_something_else_is_passed(write, rules) -> None:
    code = """
        import time

        def speak(text, synthesize=False):
            if synthesize:
                time.sleep(1)

        async def f():
            speak("hello")  # here
    """
    root = write(code)
    (call,) = explain(open_project(root), rules, Question("app.py", 8))
    (sleep,) = explain(open_project(root), rules, Question("app.py", 5))
    said = (
        "no finding: app.speak runs time.sleep only where `synthesize` is true, and here"
        " `synthesize` is False"
    )
    assert (call.outcomes, sleep.outcomes) == ((said,), (said,))


def test_what_runs_only_for_objects_of_another_class(write, rules) -> None:
    code = """
        import time

        class Store:
            pass

        def read(store):
            if isinstance(store, str):
                time.sleep(1)

        async def f():
            store = Store()
            read(store)  # here
    """
    (call,) = explain(open_project(write(code)), rules, Question("app.py", 12))
    said = (
        "no finding: app.read runs time.sleep only where `store` is of another class, and here"
        " `store` is of `Store`"
    )
    assert said in call.outcomes


def test_the_page(write, rules) -> None:
    root = write("import time\n\nasync def f():\n    time.sleep(1)\n")
    found = explain(open_project(root), rules, Question("app.py", 4))
    page = render_explanations(found, SourceLines({"app.py": root / "app.py"}))
    assert page.splitlines()[:3] == [
        "app.py:4:5: `time.sleep(1)` in async function app.f",
        "  `time` is time (a name of the module, imported)",
        "  `time.sleep` is time.sleep",
    ]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question("app.py", 1), "nothing is called at app.py:1; name a line on which a call"),
        (Question("app.py", 99, 5), "nothing is called at app.py:99:5"),
        (Question("nowhere.py", 1), "nowhere.py is none of the files of "),
        (Question("broken.py", 1), "broken.py is skipped: does not parse"),
    ],
)
def test_places_without_a_call(write, rules, question, says) -> None:
    root = write("x = 1\n")
    (root / "broken.py").write_text("def f(:\n")
    with pytest.raises(UsageError, match=says):
        explain(open_project(root), rules, question)


def test_a_chain_that_is_longer_than_the_ordinary_stack_is_explained_as_it_is_found(write, rules):
    """The object goes round a circle of functions before anybody calls it."""
    length = 200
    steps = "".join(
        f"def f{n}(given):\n    return f{(n + 1) % length}(given) or g{n}(given)\n\n"
        f"def g{n}(given):\n    return given\n\n"
        for n in range(length)
    )
    root = write(
        f"import requests\n\nasync def start(url):\n    f0(requests.Session()).get(url)\n\n{steps}"
    )
    project = open_project(root)
    (region,) = locate(project, rules).regions
    line = region.hops[0].site.span.line
    found = [one.outcomes for one in explain(project, rules, Question("app.py", line))]
    assert any(region.callee in outcome for outcomes in found for outcome in outcomes), found


def test_a_result_that_an_import_had(write, rules) -> None:
    """It says who keeps the result, and that it is there by then."""
    text = """
        from functools import lru_cache

        @lru_cache
        def settings():
            return open("settings.json").read()

        LIMIT = settings()

        async def serve():
            return settings()
        """
    project = open_project(write(text))
    (found,) = explain(project, rules, Question("app.py", 10))
    (outcome,) = found.outcomes
    assert outcome.startswith("no finding: app.settings keeps its result, and had it when")


def test_a_helper_of_many_names_a_few_of_them(write, rules) -> None:
    """The shortest paths stand for the others."""
    calls = "".join(f"\nasync def f{n}():\n    helper()\n" for n in range(8))
    project = open_project(write(f"import time\n\ndef helper():\n    time.sleep(1)\n{calls}"))
    (found,) = explain(project, rules, Question("app.py", 4))
    assert len(found.outcomes) == 6
    assert found.outcomes[-1] == "and 3 more paths through this call"
