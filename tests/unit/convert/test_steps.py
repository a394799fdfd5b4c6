"""Files that stay open while their block awaits, yields, returns or jumps."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from unit.convert.attempts import Edit, converted

HEAD = "from _async_adapters import offload\n\n\nasync def handler(self, p, q):\n"
CALLEES = {
    "open(p)": "builtins.open",
    'open(q, "w")': "builtins.open",
    "f.read()": "io.TextIOWrapper.read",
    "f.read(99)": "io.TextIOWrapper.read",
    "f.write(await self.text())": "io.TextIOWrapper.write",
    "f.write(chunk)": "io.TextIOWrapper.write",
    "f.write(p)": "io.TextIOWrapper.write",
    "g.write(chunk)": "io.TextIOWrapper.write",
    "json.dump(q, f)": "json.dump",
}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """
            with open(q, "w") as f:
                async for chunk in p:
                    f.write(chunk)
            """,
            """
            with await offload(open, q, "w") as f:
                async for chunk in p:
                    await offload(f.write, chunk)
            """,
        ),
        (
            """
            with open(p) as f:
                await self.send(f.read())
            """,
            """
            with await offload(open, p) as f:
                await self.send(await offload(f.read))
            """,
        ),
        (
            """
            with open(p) as f:
                while chunk := f.read(99):
                    yield chunk
            """,
            """
            with await offload(open, p) as f:
                while chunk := await offload(f.read, 99):
                    yield chunk
            """,
        ),
        (
            """
            with open(p) as f, open(q, "w") as g:
                async for chunk in self.changed(f.name):
                    g.write(chunk)
                await self.send(files={"text": f})
            """,
            """
            with await offload(open, p) as f, await offload(open, q, "w") as g:
                async for chunk in self.changed(f.name):
                    await offload(g.write, chunk)
                await self.send(files={"text": f})
            """,
        ),
        (
            """
            with open(p) as f:
                if q:
                    return f.read()
            return ""
            """,
            """
            with await offload(open, p) as f:
                if q:
                    return await offload(f.read)
            return ""
            """,
        ),
        (
            """
            with open(q, "w") as f:
                json.dump(q, f)
                await self.sent()
                for chunk in p:
                    f.write(chunk)
            """,
            """
            with await offload(open, q, "w") as f:
                await offload(json.dump, q, f)
                await self.sent()

                def write_file():
                    for chunk in p:
                        f.write(chunk)

                await offload(write_file)
            """,
        ),
        (
            """
            with open(q, "w") as f:
                f.write(await self.text())
            with open(p) as f:
                await self.send(f.read())
            """,
            """
            with await offload(open, q, "w") as f:
                await offload(f.write, await self.text())
            with await offload(open, p) as f:
                await self.send(await offload(f.read))
            """,
        ),
        (
            """
            with open(p) as f:
                self.seen = q
                return f.read()
            """,
            """
            with await offload(open, p) as f:
                self.seen = q
                return await offload(f.read)
            """,
        ),
    ],
    ids=[
        "writes what comes in",
        "reads within what is awaited",
        "yields what it reads",
        "two files, one of which is handed to what is awaited",
        "returns midway",
        "a loop that never awaits goes whole",
        "two files of one name",
        "sets an attribute",
    ],
)
def test_each_call_of_an_open_file_waits_on_its_own(before, after):
    edits = [Edit("offload", text, name) for text, name in CALLEES.items() if text in before]
    text = "async def handler(self, p, q):\n" + indent(dedent(before).strip("\n") + "\n", "    ")
    assert converted(text, *edits) == HEAD + indent(dedent(after).strip("\n") + "\n", "    ")
