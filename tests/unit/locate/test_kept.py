"""What scans keep: believed only whole, written by several at once, never needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import refactor_agent
from refactor_agent.kept import read_checked, write_checked
from refactor_agent.locate import locate, regions_as_json
from refactor_agent.locate.cache import prune
from refactor_agent.project import open_project
from support.files import write_files

FILES = {
    "app.py": "from shop.stock import load\n\n\nasync def answer(path):\n    load(path)\n",
    "shop/__init__.py": "",
    "shop/stock.py": "import time\n\n\ndef load(path):\n    time.sleep(1)\n",
}


def kept(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


DAMAGE = {
    "empty": lambda _data: b"",
    "cut in the hash": lambda data: data[:10],
    "cut in the middle": lambda data: data[: len(data) // 2],
    "one byte short": lambda data: data[:-1],
    "one byte more": lambda data: data + b"\0",
    "a flipped bit of the hash": lambda data: _flipped(data, 3),
    "a flipped bit at the start": lambda data: _flipped(data, 64),
    "a flipped bit at the end": lambda data: _flipped(data, len(data) - 1),
    "zeroes, as a crash of the system leaves them": lambda data: bytes(len(data)),
    "something else": lambda _data: b"hello\n" * 50,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_damaged_is_made_again(tmp_path, rules, damage):
    project = open_project(write_files(tmp_path / "shop", FILES))
    cache = tmp_path / "cache"
    first = regions_as_json(locate(project, rules, cache=cache, when_asked=True))
    sound = {path: path.read_bytes() for path in kept(cache)}
    for path, data in sound.items():
        path.write_bytes(damage(data))
    assert regions_as_json(locate(project, rules, cache=cache, when_asked=True)) == first
    assert {path: path.read_bytes() for path in kept(cache)} == sound


def test_one_file_in_the_place_of_another_is_not_believed(tmp_path, rules):
    project = open_project(write_files(tmp_path / "shop", FILES))
    cache = tmp_path / "cache"
    first = regions_as_json(locate(project, rules, cache=cache, when_asked=True))
    for here, there in zip(found := kept(cache), [*found[1:], found[0]], strict=True):
        data = here.read_bytes()
        there.with_name(f"{there.name}.new").write_bytes(data)
    for path in found:
        path.with_name(f"{path.name}.new").replace(path)
    assert regions_as_json(locate(project, rules, cache=cache, when_asked=True)) == first


def test_what_another_version_wrote_is_not_read(tmp_path, rules, monkeypatch):
    project = open_project(write_files(tmp_path / "shop", FILES))
    cache = tmp_path / "cache"
    with monkeypatch.context() as patch:
        patch.setattr("refactor_agent.locate.cache.SUMMARY_VERSION", -1)
        locate(project, rules, cache=cache, when_asked=True)
    before = kept(cache)
    located = locate(project, rules, cache=cache, when_asked=True)
    assert [region.callee for region in located.regions] == ["time.sleep"]
    summaries = [path for path in kept(cache) if path.parent.name != "effects"]
    assert len(summaries) == 2 * sum(path.parent.name != "effects" for path in before)


@pytest.mark.parametrize("place", ["a file/below", "/dev/full/below", "/proc/nowhere"])
def test_nothing_can_be_kept(tmp_path, rules, place):
    (tmp_path / "a file").touch()
    project = open_project(write_files(tmp_path / "shop", FILES))
    located = locate(project, rules, cache=tmp_path / place)
    assert [region.callee for region in located.regions] == ["time.sleep"]


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    """A limit on the size of files is what a full disk looks like, halfway through a write."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from refactor_agent.kept import write_checked\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_checked(Path(sys.argv[1]), b'x' * 5000)\n"
    )
    place = tmp_path / "aa" / "entry"
    ended = subprocess.run(
        [sys.executable, "-c", script, place], env=_environment(), capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert kept(tmp_path) == []


def test_what_is_written_is_read(tmp_path):
    write_checked(tmp_path / "a" / "b", b"text")
    assert read_checked(tmp_path / "a" / "b") == b"text"
    assert read_checked(tmp_path / "a" / "c") is None


@pytest.mark.slow
def test_scans_at_once_share_a_cache(tmp_path):
    files = {
        f"m{number}.py": f"import time\n\n\nasync def f{number}():\n    time.sleep({number})\n"
        for number in range(40)
    }
    root = write_files(tmp_path / "shop", files)
    cache = tmp_path / "cache"
    command = [sys.executable, "-m", "refactor_agent", "scan", root, "--format", "json"]
    environment = {**_environment(), "XDG_CACHE_HOME": str(cache)}
    together = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    ended = [(*process.communicate(), process.returncode) for process in together]
    assert {(err, code) for _, err, code in ended} == {(b"", 1)}
    assert len({out for out, _, _ in ended}) == 1
    assert len(json.loads(ended[0][0])["regions"]) == len(files)
    for path in kept(cache):
        assert path.name == "pruned" or read_checked(path) is not None, path


def _environment() -> dict[str, str]:
    source = str(Path(refactor_agent.__file__).parents[1])
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": source}


def test_old_and_many_files_go_once_a_day(tmp_path):
    now = time.time()
    ages = {"new": 0, "week": 7, "old": 31}
    for name, days in ages.items():
        write_checked(tmp_path / "aa" / name, bytes(1000))
        os.utime(tmp_path / "aa" / name, (now, now - days * 86_400))
    assert prune(tmp_path, now)
    assert [path.name for path in kept(tmp_path / "aa")] == ["new", "week"]
    assert not prune(tmp_path, now + 60)
    assert prune(tmp_path, now + 2 * 86_400, largest=1500)
    assert [path.name for path in kept(tmp_path / "aa")] == ["new"]
