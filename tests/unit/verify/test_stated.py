"""What is read of the test commands in the settings of tox and nox."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.verify.stated import Stated, stated_command

PYTHON = "/env/bin/python"
NOX = "import nox\n\n\n@nox.session\ndef tests(session):\n    "


def read(root: Path, files: dict[str, str]) -> Stated:
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return stated_command(root, PYTHON)


def ini(commands: str, rest: str = "") -> dict[str, str]:
    lines = "".join(f"  {line}\n" for line in commands.split("; "))
    return {"tox.ini": f"[testenv]\n{rest}commands =\n{lines}"}


def toml(text: str) -> dict[str, str]:
    return {"tox.toml": text}


PYTEST = f"{PYTHON} -m pytest"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        pytest.param(ini("pytest {posargs}"), PYTEST, id="all that it is given"),
        pytest.param(ini("pytest {posargs:tests -q}"), f"{PYTEST} tests -q", id="or else these"),
        pytest.param(ini("{envpython} -m pytest t"), f"{PYTEST} t", id="its own Python"),
        pytest.param(ini("python -m pytest t"), f"{PYTEST} t", id="Python"),
        pytest.param(ini("- pytest t"), f"{PYTEST} t", id="whose exit code does not matter"),
        pytest.param(
            ini("coverage erase; coverage run --branch -m pytest t; coverage html -d {envtmpdir}"),
            f"{PYTEST} t",
            id="measured by coverage",
        ),
        pytest.param(ini("python -m coverage run -m pytest t"), f"{PYTEST} t", id="as a module"),
        pytest.param(
            ini("pytest -x --maxfail=2 -n auto --cov a --cov-report term "
                "--basetemp={envtmpdir} --junit-xml {envtmpdir}/j t"),
            f"{PYTEST} t",
            id="bare of reports",
        ),
        pytest.param(ini("pytest --cov t/a.py"), PYTEST, id="a value that may be one of cov's"),
        pytest.param(ini("pytest --cov --strict t"), f"{PYTEST} --strict t", id="cov without one"),
        pytest.param(ini("pytest -m 'not slow' \\\n    t"), f"{PYTEST} -m not slow t", id="quoted"),
        pytest.param(
            ini("py310: pytest old; lint: ruff check; !py310: pytest new",
                "[tox]\nenvlist = lint, py{311,310}\n[testenv]\n"),
            f"{PYTEST} new",
            id="factors of the likeliest environment",
        ),
        pytest.param(
            {"tox.ini": "[tox]\nenvlist = docs, unit\n[testenv:docs]\ncommands = sphinx-build .\n"
                        "[testenv:unit]\ncommands = pytest unit\n"},
            f"{PYTEST} unit",
            id="the environment that speaks of tests",
        ),
        pytest.param(
            {"tox.ini": "[base]\ncommands =\n  pytest {[base]where}\nwhere = t\n"
                        "[testenv]\ncommands = {[base]commands}\n"},
            f"{PYTEST} t",
            id="in another section",
        ),
        pytest.param(
            {"setup.cfg": "[tox:tox]\nenvlist = py\n[testenv]\ncommands = pytest t\n"},
            f"{PYTEST} t",
            id="setup.cfg",
        ),
        pytest.param(
            {"pyproject.toml": "[tool.tox]\nlegacy_tox_ini = '''\n[testenv]\n"
                               "commands = pytest t\n'''"},
            f"{PYTEST} t",
            id="an INI file in pyproject.toml",
        ),
        pytest.param(
            toml('env_list = ["type", "3.12"]\n[env_run_base]\ncommands = [["pytest", '
                 '{ replace = "posargs", default = ["t"], extend = true }]]\n'
                 '[env.type]\ncommands = [["mypy"]]\n'),
            f"{PYTEST} t",
            id="tox.toml",
        ),
        pytest.param(
            ini("python -m unittest discover -s t"),
            f"{PYTHON} -m refactor_agent_probe.unittests discover -s t",
            id="unittest",
        ),
        pytest.param(
            ini("coverage run manage.py test shop"),
            f"{PYTHON} manage.py test shop --testrunner refactor_agent_probe.django_runner.Runner",
            id="Django",
        ),
        pytest.param(
            {"noxfile.py": NOX + 'session.run("pytest", *session.posargs)\n'}, PYTEST, id="nox"
        ),
        pytest.param(
            {"noxfile.py": 'WHERE = ["t", "u"]\n' + NOX
                           + 'session.run("coverage", "run", "-m", "pytest", *WHERE)\n'},
            f"{PYTEST} t u",
            id="nox, by a name",
        ),
        pytest.param(
            {"noxfile.py": NOX + 'session.run("pytest", *(session.posargs or ["t"]))\n'},
            f"{PYTEST} t",
            id="nox, or else these",
        ),
        pytest.param(
            {"noxfile.py": NOX + "args = session.posargs if session.posargs else ('t',)\n"
                                 "    session.run('pytest', *args)\n"},
            f"{PYTEST} t",
            id="nox, one or the other",
        ),
        pytest.param(
            {**ini("make test"), "noxfile.py": NOX + 'session.run("pytest", "t")\n'},
            f"{PYTEST} t",
            id="nox, where tox can't be read",
        ),
    ],
)  # fmt: skip
def test_command_is_read(tmp_path: Path, files: dict[str, str], command: str) -> None:
    stated = read(tmp_path, files)
    assert stated.command is not None, stated.unread
    assert " ".join(stated.command.words) == command
    assert stated.unread == ""


@pytest.mark.parametrize(
    ("files", "why"),
    [
        pytest.param(ini("make test"), "`make test` starts neither", id="another program"),
        pytest.param(ini("pytest a; pytest b"), "more than one command", id="two runs"),
        pytest.param(ini("pytest {env:WHERE}"), "(env:WHERE)", id="the caller's environment"),
        pytest.param(ini("pytest 'a"), "No closing quotation", id="no command"),
        pytest.param({"tox.ini": "commands = pytest\n"}, "can't be parsed", id="no INI file"),
        pytest.param(
            ini("pytest t", "changedir = ../elsewhere\n"), "not in the project", id="outside"
        ),
        pytest.param(
            {"noxfile.py": NOX + 'session.run("pytest", f"{session.name}")\n'},
            "known only where it runs",
            id="computed",
        ),
        pytest.param(
            {"noxfile.py": NOX + 'for d in X:\n        session.run("pytest", d)\n'},
            "hangs on a condition or a loop",
            id="in a loop",
        ),
        pytest.param({"noxfile.py": "def tests(:\n"}, "does not parse", id="no Python"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, files: dict[str, str], why: str
) -> None:
    stated = read(tmp_path, files)
    assert stated.command is None
    assert why in stated.unread
    assert "\n" not in stated.unread
    assert "\0" not in stated.unread


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"tox.ini": "[pytest]\naddopts = -q\n"}, id="settings of pytest alone"),
        pytest.param({"setup.cfg": "[metadata]\nname = a\n"}, id="settings of others"),
        pytest.param(
            {"tox.ini": "[tox]\nenvlist = lint\n[testenv:lint]\ncommands = ruff check\n"},
            id="no environment for tests",
        ),
    ],
)
def test_nothing_is_told_where_nothing_is_stated(tmp_path: Path, files: dict[str, str]) -> None:
    assert read(tmp_path, files) == Stated(None)


def test_where_it_runs_and_with_what(tmp_path: Path) -> None:
    rest = "changedir = a/b\nsetenv =\n  A = {toxinidir}/c\n  PATH = x\n  B = {env:HOME}\n"
    (tmp_path / "a/b").mkdir(parents=True)
    command = read(tmp_path, ini("pytest {toxinidir}/t", rest)).command
    assert command is not None
    assert command.words == (PYTHON, "-m", "pytest", "../../t")
    assert command.directory == "a/b"
    assert command.environment == {"A": "../../c"}


def test_a_directory_of_toxs_own_is_the_root(tmp_path: Path) -> None:
    command = read(tmp_path, ini("pytest {toxinidir}/t", "changedir = {envtmpdir}\n")).command
    assert command is not None
    assert (command.words[3:], command.directory) == (("./t",), "")
