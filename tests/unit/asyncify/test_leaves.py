"""What the pairs that were asked for mean, where it takes more than their names."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tests.unit.asyncify.conftest import WIRE


def test_the_async_library_is_not_at_hand(convert):
    """What blocks on the sync side is awaited; sqlite3's mirrors await ``cursor`` as well."""
    before = """\
        import sqlite3

        def names(path):
            connection = sqlite3.connect(path)
            cursor = connection.cursor()
            cursor.execute("SELECT name FROM people")
            rows = cursor.fetchall()
            connection.close()
            return rows, cursor.rowcount
        """
    after = """\
        import mirror_of_sqlite

        async def names(path):
            connection = await mirror_of_sqlite.connect(path)
            cursor = await connection.cursor()
            await cursor.execute("SELECT name FROM people")
            rows = await cursor.fetchall()
            await connection.close()
            return rows, cursor.rowcount
        """
    done = convert(dedent(before), leaves={"sqlite3.connect": "mirror_of_sqlite.connect"})
    made = done.files["app.py"].decode().replace("\n\n\n", "\n\n")
    assert made == dedent(after)
    assert not done.refusals


def test_a_class_is_named_where_it_is_exported_again(convert, tmp_path):
    """A pair may name what a package exports; the file keeps the import it has."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("from .wires import AsyncWire, Wire\n")
    (tmp_path / "app" / "wires.py").write_text(WIRE)
    before = """\
        from .wires import AsyncWire, Wire

        def fetch(wire: Wire):
            return wire.read()

        async def afetch(wire: AsyncWire):
            return await wire.read()
        """
    after = """\
        from .wires import AsyncWire

        async def fetch(wire: AsyncWire):
            return await wire.read()

        async def afetch(wire: AsyncWire):
            return await wire.read()
        """
    done = convert(dedent(before), leaves={"app.Wire": "app.AsyncWire"}, file="app/client.py")
    assert done.files["app/client.py"].decode() == dedent(after)


STATED = [
    pytest.param(
        {"http_parts.Reply.parts": "async iteration of the parts"},
        """\
        import http_parts

        class Parts:
            def __init__(self, reply: http_parts.Reply):
                self._parts = reply.parts()

            def __iter__(self):
                return self

            def __next__(self):
                return next(self._parts).strip()
        """,
        """\
        import http_parts

        class Parts:
            def __init__(self, reply: http_parts.Reply):
                self._parts = reply.parts()

            def __aiter__(self):
                return self

            async def __anext__(self):
                return (await anext(self._parts)).strip()
        """,
        id="an iterator",
    ),
    pytest.param(
        {"http_parts.Reply.text": "a coroutine function"},
        """\
        import http_parts

        def title(reply: http_parts.Reply):
            return reply.text().title()
        """,
        """\
        import http_parts

        async def title(reply: http_parts.Reply):
            return (await reply.text()).title()
        """,
        id="a coroutine",
    ),
]


@pytest.mark.parametrize(("leaves", "before", "after"), STATED)
def test_words_on_a_method(convert, leaves, before, after):
    """A method that keeps its name is said in words to be awaited, or to be iterated."""
    done = convert(dedent(before), leaves=leaves)
    assert done.files["app.py"].decode() == dedent(after)
    assert not done.refusals


def test_a_method_does_not_take_a_function_s_place(convert):
    """What needs an object first is told; the file keeps importing."""
    before = """\
        import old_wire

        def opened(url):
            return old_wire.connect(url)
        """
    done = convert(dedent(before), leaves={"old_wire.connect": "new_wire.Session.connect"})
    made = done.files["app.py"].decode()
    assert "return old_wire.connect(url)" in made
    assert "new_wire" not in made
    assert [refusal.reason for refusal in done.refusals] == ["leaf-of-another-kind"]


def test_a_class_of_a_module_beside(convert, tmp_path):
    """``from . import wires``: the module stays what the class is named by."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "app" / "wires.py").write_text(WIRE)
    before = """\
        from . import wires

        def fetch(wire: wires.Wire):
            return wire.read()
        """
    after = """\
        from . import wires

        async def fetch(wire: wires.AsyncWire):
            return await wire.read()
        """
    leaves = {"app.wires.Wire": "app.wires.AsyncWire"}
    done = convert(dedent(before), leaves=leaves, file="app/client.py")
    assert done.files["app/client.py"].decode() == dedent(after)


GUARDED = [
    pytest.param(
        """\
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from wire import Wire as Line

        def fetch(line: "Line", other: Line):
            return line.read(), other.read()
        """,
        """\
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from wire import Wire as Line
            from wire import AsyncWire

        async def fetch(line: "Line", other: AsyncWire):
            return await line.read(), await other.read()
        """,
        id="for types alone, and still used in a string",
    ),
    pytest.param(
        """\
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from wire import Wire

        def fetch(line: Wire):
            return line.read()
        """,
        """\
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from wire import AsyncWire

        async def fetch(line: AsyncWire):
            return await line.read()
        """,
        id="for types alone",
    ),
    pytest.param(
        """\
        def fetch():
            from wire import Wire, ordered

            return ordered(Wire().read())
        """,
        """\
        async def fetch():
            from wire import Wire, ordered
            from wire import AsyncWire

            return ordered(await AsyncWire().read())
        """,
        id="in a function",
    ),
]


@pytest.mark.parametrize(("before", "after"), GUARDED)
def test_a_name_is_imported_under_the_same_condition(convert, before, after):
    """What is not imported at run time, or not at once, still isn't."""
    done = convert(dedent(before))
    assert done.files["app.py"].decode() == dedent(after)


def test_one_name_stands_for_either_of_two_libraries(convert, tmp_path):
    """What is imported under a condition keeps the name that it has in the file."""
    (tmp_path / "wire2.py").write_text(WIRE, encoding="utf-8")
    before = """\
        try:
            import wire2 as wire
        except ModuleNotFoundError:
            import wire

        def read():
            link = wire.Wire()
            return link.read()
        """
    after = dedent(before).replace("def read", "async def read").replace("wire.W", "wire.AsyncW")
    after = after.replace("return link", "return await link")
    leaves = {"wire.Wire": "wire.AsyncWire", "wire2.Wire": "wire2.AsyncWire"}
    assert convert(dedent(before), leaves=leaves).files["app.py"].decode() == after


def test_what_alternatives_a_call_gives_are_no_pairs(convert, tmp_path):
    """The sync side gives either of two errors back, the async side their base."""
    (tmp_path / "link.py").write_text(
        dedent("""\
        class LinkError(Exception): ...
        class ReadOnly(LinkError): ...
        class Busy(LinkError): ...

        class Link:
            def answer(self, code):
                return ReadOnly() if code else Busy()

        class AsyncLink:
            async def answer(self, code):
                return LinkError()

            @classmethod
            def from_url(cls, url):
                return cls()

            def __await__(self):
                return self.answer(0).__await__()
        """)
    )
    before = """\
        from link import Link, ReadOnly

        def ask(link: Link):
            try:
                return link.answer(1)
            except ReadOnly:
                return None
        """
    after = """\
        from link import AsyncLink, ReadOnly

        async def ask(link: AsyncLink):
            try:
                return await link.answer(1)
            except ReadOnly:
                return None
        """
    done = convert(dedent(before), leaves={"link.Link": "link.AsyncLink"})
    assert done.files["app.py"].decode() == dedent(after)


def test_another_constructor_is_not_awaited_where_calling_the_class_is_not(convert, tmp_path):
    (tmp_path / "link.py").write_text(
        dedent("""\
        class Link:
            @classmethod
            def from_url(cls, url):
                return cls()

        class AsyncLink:
            @classmethod
            def from_url(cls, url):
                return cls()

            async def _opened(self):
                return self

            def __await__(self):
                return self._opened().__await__()
        """)
    )
    before = "from link import Link\n\ndef open_link(url):\n    return Link.from_url(url)\n"
    done = convert(before, leaves={"link.Link": "link.AsyncLink"})
    assert done.files["app.py"].decode() == before.replace("Link", "AsyncLink")


def test_arguments_that_the_async_side_takes_by_keyword_alone(convert, tmp_path):
    (tmp_path / "link.py").write_text(
        dedent("""\
        class Link:
            def __init__(self, host, port=1, **more): ...
            def send(self, text, wait=1): ...

        class AsyncLink:
            def __init__(self, *, host, port=1, **more): ...
            async def send(self, text, *, wait=1): ...
        """)
    )
    before = """\
        from link import Link

        def send(host, **more):
            link = Link(host, 2, **more)
            link.send("text", 3)
            return Link(host=host, port=4)
        """
    after = """\
        from link import AsyncLink

        async def send(host, **more):
            link = AsyncLink(host=host, port=2, **more)
            await link.send("text", wait=3)
            return AsyncLink(host=host, port=4)
        """
    done = convert(dedent(before), leaves={"link.Link": "link.AsyncLink"})
    assert done.files["app.py"].decode() == dedent(after)


def test_an_alias_for_several_types_is_no_class(convert, tmp_path):
    """``Reply = Union[...]`` names no class: other unions stay what they are."""
    (tmp_path / "replies.py").write_text(
        "from typing import Union\n"
        "from wire import AsyncWire, Wire\n\n"
        "Source = Union[Wire, str]\nAsyncSource = Union[AsyncWire, str]\n"
    )
    before = """\
        from typing import Union

        from replies import Source


        def fetch(source: Source) -> Union[str, bytes]:
            return source
        """
    done = convert(dedent(before), leaves={"replies.Source": "replies.AsyncSource"})
    assert done.files["app.py"].decode() == dedent(before)


def test_a_name_that_is_given_to_several_classes_here(convert):
    """It is written anew where it is given, and goes on to name all of them."""
    before = """\
        from wire import Wire

        Source = Wire | str


        def fetch(source: Source):
            return source.read()
        """
    after = """\
        from wire import AsyncWire

        Source = AsyncWire | str


        async def fetch(source: Source):
            return await source.read()
        """
    assert convert(dedent(before)).files["app.py"].decode() == dedent(after)


CONNECT = """\
class Socket:
    def send(self, text: str) -> None: ...

    def __enter__(self):
        return self

    def __exit__(self, *exc_info): ...


class AsyncSocket:
    async def send(self, text: str) -> None: ...


def dial(url) -> Socket:
    return Socket()


class adial:
    def __init__(self, url): ...

    def __await__(self):
        return self._made().__await__()

    async def _made(self) -> AsyncSocket:
        return AsyncSocket()

    async def __aenter__(self) -> AsyncSocket:
        return await self

    async def __aexit__(self, *exc_info): ...
"""


def test_a_function_whose_async_side_is_awaited_or_entered(convert, tmp_path):
    """What a class with ``__await__`` makes is awaited, or entered as it is."""
    (tmp_path / "sockets.py").write_text(CONNECT)
    before = """\
        from sockets import dial

        def greet(url):
            with dial(url) as socket:
                socket.send("hello")

        def open_one(url):
            socket = dial(url)
            socket.send("hello")
            return socket
        """
    after = """\
        from sockets import adial

        async def greet(url):
            async with adial(url) as socket:
                await socket.send("hello")

        async def open_one(url):
            socket = await adial(url)
            await socket.send("hello")
            return socket
        """
    done = convert(dedent(before), leaves={"sockets.dial": "sockets.adial"})
    assert done.files["app.py"].decode().replace("\n\n\n", "\n\n") == dedent(after)
