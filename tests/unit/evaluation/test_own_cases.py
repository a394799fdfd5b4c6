"""Cases that a team wrote itself, for each suite that reads a directory of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eval.runs.command import main
from eval.runs.suite import find_suite
from eval.runs.values import Setting
from eval.suites.services.service import CORPUS

SERVICE = """\
[case]
name = "ours"
summary = "A shop."
split = "dev"

[load]
app = "shop:app"
backend = ["backend.py"]
requests = ["GET /"]

[[site]]
id = "wait"
file = "shop.py"
line = 5
function = "shop.poll"
callee = "time.sleep"
kind = "direct"
chain = ["shop.poll", "time.sleep"]
expect = "native"
reason = "It waits."
"""
APP = 'directory = "shop"\nabout = "A shop."\nsplit = "dev"\ntests = "python -m pytest"\n'
THEME = (CORPUS.parent / "attacks" / "cases" / "missed-await.md").read_text(encoding="utf-8")
PACKAGE = (CORPUS.parent / "suites" / "twins" / "packages" / "parcels.toml").read_text("utf-8")
SCENARIO = [{"repository": "us/shop", "commit": "0" * 40, "source": "requests"}]

CASES = {
    "services": ({"ours/case.toml": SERVICE, "ours/shop.py": ""}, "ours"),
    "wild": ({"ours.toml": f'{APP}requirements = ["pytest==9.2.0"]\n', "shop/a.py": ""}, "ours"),
    "attacks": ({"our-theme.md": THEME}, "our-theme: "),
    "twins": ({"ours.toml": PACKAGE, "parcels/a.py": ""}, "ours, plain"),
    "migrations": ({"scenarios.json": json.dumps(SCENARIO)}, "us/shop requests"),
}


def _write(root: Path, files: dict[str, str]) -> Path:
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("name", CASES)
def test_a_suite_asks_the_cases_of_a_directory(name: str, tmp_path: Path) -> None:
    files, first = CASES[name]
    own = _write(tmp_path / "own", files)
    found = find_suite(name).cases(Setting(tmp_path, tmp_path, cases=own))
    assert found
    assert all(case.id.startswith(first) for case in found)


def test_what_a_case_consists_of_is_part_of_its_digest(tmp_path: Path) -> None:
    digests = set()
    for number, code in enumerate(("", "import time\n")):
        files, _ = CASES["wild"]
        own = _write(tmp_path / str(number), {**files, "shop/a.py": code})
        (case,) = find_suite("wild").cases(Setting(tmp_path, tmp_path, cases=own))
        digests.add(case.digest)
    assert len(digests) == 2


def test_a_migration_that_can_not_be_tried_says_what_it_lacks(tmp_path: Path) -> None:
    own = _write(tmp_path / "own", CASES["migrations"][0])
    suite, setting = find_suite("migrations"), Setting(tmp_path, tmp_path, cases=own)
    (result,) = suite.run(suite.cases(setting), setting)
    assert (result.outcome, result.of) == ("error", 1)
    assert "no clone us@shop under --packages" in result.reason


@pytest.mark.parametrize(
    ("name", "files", "said"),
    [
        ("services", {"ours/case.toml": "name = \n"}, "ours/case.toml: Invalid value"),
        ("services", {"ours/case.toml": '[case]\nname = "ours"\n'}, "toml: summary: Field"),
        ("wild", {"ours.toml": APP}, "ours.toml: requirements: Field required"),
        ("wild", {"ours.toml": f'{APP}requirements = ["a==1"]\n'}, "shop is no directory"),
        ("wild", {"ours.toml": APP.replace("directory", "version") + 'requirements = ["a"]\n'},
         "it needs a version and the sha256"),
        ("twins", {"ours.toml": "split = 1\n"}, "ours.toml: distribution: Field required"),
        ("attacks", {"ours.md": "## caught\n"}, "ours.md"),
        ("migrations", {"scenarios.json": "["}, "scenarios.json: Expecting value"),
        ("migrations", {"scenarios.json": "[{}]"}, "scenarios.json: repository: Field required"),
    ],
)  # fmt: skip
def test_a_case_that_can_not_be_read_is_said_in_one_line(
    name: str,
    files: dict[str, str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = _write(tmp_path / "own", files)
    results = tmp_path / "results"
    assert main(["--suite", name, "--cases", str(own), "--results", str(results)]) == 2
    heard = capsys.readouterr().err
    assert said in heard
    assert heard.count("\n") == 1
    assert not results.exists()
