"""What people would use instead does what it says, so that it is compared with fairly."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval.rivals.to_thread import wrap_in_threads

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
