"""What people would use instead does what it says, so that it is compared with fairly."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval.rivals.gated import foreign_change
from eval.rivals.to_thread import wrap_in_threads

from refactor_agent.locate import locate
from refactor_agent.plan import make_plan
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook
from refactor_agent.tree import Tree

WAIT = "\n\ndef wait():\n    time.sleep(1)\n"
CASES = {
    "a call": (
        "async def main():\n    time.sleep(1)\n",
        "async def main():\n    (await asyncio.to_thread(time.sleep, 1))\n",
    ),
    "without arguments": (
        "async def main(path: Path):\n    return path.read_text()\n",
        "async def main(path: Path):\n    return (await asyncio.to_thread(path.read_text))\n",
    ),
    "a call of what a call gives": (
        "async def main(url):\n    return requests.get(url).json()\n",
        "async def main(url):\n    return (await asyncio.to_thread(requests.get, url)).json()\n",
    ),
    "a call in a call": (
        f"async def main():\n    sleep(wait())\n{WAIT}",
        (
            "async def main():\n"
            f"    (await asyncio.to_thread(sleep, (await asyncio.to_thread(wait))))\n{WAIT}"
        ),
    ),
    "a helper": (
        f"async def main():\n    wait()\n{WAIT}",
        f"async def main():\n    (await asyncio.to_thread(wait))\n{WAIT}",
    ),
}
HEAD = "import time\nfrom pathlib import Path\nfrom time import sleep\n\nimport requests\n\n\n"


@pytest.mark.parametrize("name", CASES)
def test_blanket_to_thread(name: str, tmp_path: Path):
    before, after = CASES[name]
    module = tmp_path / "app.py"
    module.write_text(f'"""A module."""\n\n{HEAD}{before}')
    wrap_in_threads(tmp_path)
    assert module.read_text() == f'"""A module."""\nimport asyncio\n\n{HEAD}{after}'


def test_what_does_not_block_stays(tmp_path: Path):
    module = tmp_path / "app.py"
    module.write_text("async def main():\n    return 1\n")
    wrap_in_threads(tmp_path)
    assert module.read_text() == "async def main():\n    return 1\n"


APP = """import time


class Shop:
    async def open(self):
        def wait():
            time.sleep(1)

        wait()


async def shut():
    time.sleep(1)
"""
IN_THREADS = APP.replace("        wait()", "        await asyncio.to_thread(wait)")


@pytest.mark.parametrize(
    ("after", "edited"),
    [
        (IN_THREADS, ["app.Shop.open"]),
        (APP.replace("sleep(1)", "sleep(2)"), ["app.Shop.open", "app.shut"]),
        (f"# moved\n{APP}", []),
        (APP.replace("shut", "close"), []),
        ("this is no Python", []),
    ],
)
def test_files_of_a_rival_are_a_change_of_what_differs(
    after: str, edited: list[str], tmp_path: Path
):
    (tmp_path / "app.py").write_text(APP)
    project, rulebook = open_project(tmp_path), load_rulebook()
    planned = make_plan(locate(project, rulebook), rulebook, project).change_sets
    files = {"app.py": after.encode()}
    change = foreign_change(Tree(project.root), {"app.py": "app"}, planned, files)
    assert [edit.function.name for edit in change.proposal.functions] == edited
    assert all(edit.code in after for edit in change.proposal.functions)
    assert len(change.change_set.regions) == len(edited)
    assert change.after.read("app.py") == after.encode()
