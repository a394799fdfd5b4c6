"""What waits for the disk side by side shares a hop to a thread; other calls keep their own."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from unit.convert.attempts import Edit, converted

HEAD = "from _async_adapters import offload\n\n\n"
EXISTS = Edit("offload", "path.exists()", "pathlib.Path.exists")
READ = Edit("offload", "path.read_text()", "pathlib.Path.read_text")
STAT = Edit("offload", "path.stat()", "pathlib.Path.stat")
UNLINK = Edit("offload", "path.unlink()", "pathlib.Path.unlink")
MKDIR = Edit("offload", "path.mkdir()", "pathlib.Path.mkdir")
GET = Edit("offload", "requests.get(path)", "requests.get")
TOGETHER = {
    "a check and what it guards": (
        """
        if not path.exists():
            return None
        return path.read_text().strip()
        """,
        """
        def read_file():
            if not path.exists():
                return None
            return path.read_text().strip()

        return await offload(read_file)
        """,
        (EXISTS, READ),
    ),
    "an exception that the check leads to": (
        """
        if not path.exists():
            raise LookupError(f"no {path}")
        return path.read_text()
        """,
        """
        def read_file():
            if not path.exists():
                raise LookupError(f"no {path}")
            return path.read_text()

        return await offload(read_file)
        """,
        (EXISTS, READ),
    ),
    "one statement": (
        """
        if path.exists():
            path.unlink()
        await log(path)
        """,
        """
        def remove_file():
            if path.exists():
                path.unlink()

        await offload(remove_file)
        await log(path)
        """,
        (EXISTS, UNLINK),
    ),
    "what is read afterwards comes back": (
        """
        there = path.exists()
        text = path.read_text()
        await log(there, text)
        """,
        """
        def read_file():
            there = path.exists()
            text = path.read_text()
            return there, text

        there, text = await offload(read_file)
        await log(there, text)
        """,
        (EXISTS, READ),
    ),
    "nothing but a look": (
        """
        if not path.exists():
            raise LookupError(path)
        return {"bytes": path.stat().st_size}
        """,
        """
        def check_file():
            if not path.exists():
                raise LookupError(path)
            return {"bytes": path.stat().st_size}

        return await offload(check_file)
        """,
        (EXISTS, STAT),
    ),
    "in a branch": (
        """
        if await wanted(path):
            path.mkdir()
            path.unlink()
        """,
        """
        if await wanted(path):

            def remove_file():
                path.mkdir()
                path.unlink()

            await offload(remove_file)
        """,
        (MKDIR, UNLINK),
    ),
}
APART = {
    "the check may leave the function": (
        """
        if not path.exists():
            return None
        text = path.read_text()
        return await log(text)
        """,
        (EXISTS, READ),
    ),
    "calls of the project in between": (
        """
        if path.exists():
            forget(path)
            path.unlink()
        """,
        (EXISTS, UNLINK),
    ),
    "a method of something unknown": (
        """
        there = path.exists()
        names.update(path.read_text())
        """,
        (EXISTS, READ),
    ),
    "a write that others see": (
        """
        self.there = path.exists()
        self.text = path.read_text()
        """,
        (EXISTS, READ),
    ),
    "an await in between": (
        """
        path.mkdir()
        await log(path)
        path.unlink()
        """,
        (MKDIR, UNLINK),
    ),
    "a call that waits for somebody else": (
        """
        page = requests.get(path)
        there = path.exists()
        """,
        (GET, EXISTS),
    ),
}


def _function(body: str) -> str:
    text = indent(dedent(body).strip("\n"), "    ")
    return f"async def handler(self, path, names):\n{text}\n"


@pytest.mark.parametrize(("before", "after", "edits"), TOGETHER.values(), ids=TOGETHER)
def test_one_hop(before, after, edits):
    assert converted(_function(before), *edits) == HEAD + _function(after)


@pytest.mark.parametrize(("before", "edits"), APART.values(), ids=APART)
def test_a_hop_each(before, edits):
    after = converted(_function(before), *edits)
    assert after.count("await offload(") == len(edits)
    assert "def handler" in after
    assert after.count("def ") == 1
