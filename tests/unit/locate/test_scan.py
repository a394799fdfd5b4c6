"""Files as they come: broken, huge, odd, many; and the cache between scans."""

import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refactor_agent.locate import locate
from refactor_agent.locate.cache import SummaryCache
from refactor_agent.locate.scan import Source, scan_sources
from refactor_agent.locate.summarise import summarise
from refactor_agent.locate.summary_bytes import from_bytes, to_bytes
from refactor_agent.project import open_project

SLEEPER = "import time\n\nasync def f():\n    time.sleep(1)\n"

UNPARSED = f"does not parse as Python {sys.version_info.major}.{sys.version_info.minor}: "
BROKEN = {
    "syntax error": (b"def f(:\n    pass\n", f"{UNPARSED}invalid syntax, line 1"),
    "null byte": (b"x = 1\x00\n", f"{UNPARSED}source code string cannot"),
    "UTF-16": (SLEEPER.encode("utf-16"), "encoded in UTF-16 or UTF-32, which Python does not read"),
    "UTF-32": (SLEEPER.encode("utf-32"), "encoded in UTF-16 or UTF-32"),
    "wrong encoding": (b"x = '\xff\xfe'\n", UNPARSED),
    "unknown encoding": (b"# coding: nonsense\nx = 1\n", UNPARSED),
    "too large": (b"#" * 10_000_001, "larger than 10 MB"),
    "deep parentheses": (b"(" * 5000 + b")" * 5000, f"{UNPARSED}too many nested"),
    "deep attribute chain": (b"x" + b".y" * 100_000 + b"\n", "nested too deeply"),
}


@pytest.mark.parametrize(("data", "reason"), BROKEN.values(), ids=BROKEN)
def test_broken_file_is_named_and_the_rest_is_scanned(
    data: bytes, reason: str, tmp_path: Path, rules
) -> None:
    (tmp_path / "bad.py").write_bytes(data)
    (tmp_path / "good.py").write_text(SLEEPER)
    located = locate(open_project(tmp_path), rules)
    (skipped,) = located.skipped
    assert skipped.file == "bad.py"
    assert skipped.reason.startswith(reason)
    assert [region.entry for region in located.regions] == ["good.f"]


ODD = {
    "byte order mark": b"\xef\xbb\xbf" + SLEEPER.encode(),
    "latin-1": b"# coding: latin-1\nname = '\xe9'\n" + SLEEPER.encode(),
    "crlf": SLEEPER.replace("\n", "\r\n").encode(),
    "no newline at the end": SLEEPER.rstrip().encode(),
    "invalid escape": b"x = '\\d'\n" + SLEEPER.encode(),
    "form feed": b"\x0c\n" + SLEEPER.encode(),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_odd_file_is_read(data: bytes, tmp_path: Path, rules) -> None:
    (tmp_path / "odd.py").write_bytes(data)
    located = locate(open_project(tmp_path), rules)
    assert located.skipped == ()
    assert [region.snippet for region in located.regions] == ["time.sleep(1)"]


GENERATED = {
    "long sum": "x = " + " + ".join(["1"] * 900),
    "long elif chain": "if x == 0:\n    y = 0\n"
    + "".join(f"elif x == {n}:\n    y = {n}\n" for n in range(1000)),
    "longer elif chain": "if x == 0:\n    y = 0\n"
    + "".join(f"elif x == {n}:\n    y = {n}\n" for n in range(2500)),
    "long chain of calls": "x = y" + "".join(f".g({n})" for n in range(1200)),
    "many assignments": "x = f()\n" + "".join(f"x = x.g({n})\n" for n in range(5000)),
    "many appends": "x = []\n" + "".join(f"x.append(f({n}))\n" for n in range(5000)),
    "big dict": "x = {" + ",".join(f"'k{n}': [{n}, 'v']" for n in range(5000)) + "}",
    "many functions": "".join(f"def f{n}(a):\n    return f{n - 1}(a)\n" for n in range(3000)),
}


@pytest.mark.parametrize("text", GENERATED.values(), ids=GENERATED)
def test_generated_code_is_scanned(text: str, tmp_path: Path, rules) -> None:
    body = textwrap.indent(text, "    ")
    source = f"import time\n\n{text}\n\nasync def f():\n{body}\n    time.sleep(1)\n"
    (tmp_path / "made.py").write_text(source)
    located = locate(open_project(tmp_path), rules)
    assert located.skipped == ()
    assert [region.callee for region in located.regions] == ["time.sleep"]


def test_vanished_file_is_skipped(tmp_path: Path, rules) -> None:
    (tmp_path / "gone.py").write_text(SLEEPER)
    project = open_project(tmp_path)
    assert len(project.sources.files) == 1
    (tmp_path / "gone.py").unlink()
    located = locate(project, rules)
    assert located.regions == ()
    assert located.skipped[0].reason == "can't be read: No such file or directory"


def test_symlink_loop_ends(tmp_path: Path, rules) -> None:
    (tmp_path / "app.py").write_text(SLEEPER)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert len(locate(open_project(tmp_path), rules).regions) == 1


def test_changes_are_seen_before_they_are_written(tmp_path: Path, rules) -> None:
    (tmp_path / "app.py").write_text(SLEEPER)
    project = open_project(tmp_path)
    changes = {
        "app.py": b"from helper import wait\n\nasync def f():\n    wait()\n",
        "helper.py": b"import time\n\ndef wait():\n    time.sleep(1)\n",
    }
    (region,) = locate(project, rules, changes=changes).regions
    assert region.chain == ("app.f", "helper.wait", "time.sleep")
    assert region.snippet == "time.sleep(1)"


@pytest.mark.slow
def test_processes_and_one_process_agree(tmp_path: Path) -> None:
    for number in range(220):
        (tmp_path / f"m{number}.py").write_text(SLEEPER + f"\nx = {number}\n")
    sources = [Source(path.name, path.stem, str(path)) for path in sorted(tmp_path.glob("*.py"))]
    assert list(scan_sources(sources, jobs=2)) == list(scan_sources(sources, jobs=1))


def test_cache_is_read_and_a_damaged_entry_is_made_again(tmp_path: Path) -> None:
    source = tmp_path / "app.py"
    source.write_text(SLEEPER)
    wanted = [Source("app.py", "app", str(source))]
    cache = tmp_path / "cache"
    (first,) = scan_sources(wanted, cache)
    (entry,) = (path for path in cache.rglob("*") if path.is_file())
    entry.write_bytes(entry.read_bytes()[:-5] + b"wrong")
    (second,) = scan_sources(wanted, cache)
    assert second == first
    assert SummaryCache(cache).read(entry.parent.name + entry.name) == first.summary


def test_cache_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    source = tmp_path / "app.py"
    source.write_text(SLEEPER)
    (scanned,) = scan_sources([Source("app.py", "app", str(source))], source / "below")
    assert scanned.reason == ""


def test_same_bytes_in_another_module_are_another_summary(tmp_path: Path) -> None:
    cache = SummaryCache(tmp_path)
    keys = {
        cache.key(b"x", "a", package=False),
        cache.key(b"x", "b", package=False),
        cache.key(b"x", "a", package=True),
    }
    assert len(keys) == 3


STANDARD_LIBRARY = sorted(Path(sys.prefix).glob("lib/python3*/asyncio/*.py")) or sorted(
    Path(textwrap.__file__).parent.glob("asyncio/*.py")
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(STANDARD_LIBRARY), cut=st.integers(0, 400), length=st.integers(1, 60))
def test_any_piece_of_real_code_survives_the_round_trip(path: Path, cut: int, length: int) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    piece = textwrap.dedent("".join(lines[cut : cut + length]))
    try:
        summary = summarise(piece.encode(), "pkg.mod")
    except SyntaxError:
        return
    assert from_bytes(to_bytes(summary)) == summary
