"""Entry points whose waiting is done by what was handed to the object."""

from __future__ import annotations

from textwrap import dedent

import pytest

CASES = [
    pytest.param(
        """
        class Operation:
            def __init__(self, state, refresh, on_done):
                self.state = state
                self._refresh = refresh
                self.on_done = on_done

            def _update(self):
                if not self.state.done:
                    self.state = self._refresh()

            def done(self):
                self._update()
                return self.state.done
        """,
        ("Operation.done",),
        """
        class Operation:
            def __init__(self, state, refresh, on_done):
                self.state = state
                self._refresh = refresh
                self.on_done = on_done

            async def _update(self):
                if not self.state.done:
                    self.state = await self._refresh()

            async def done(self):
                await self._update()
                return self.state.done
        """,
        id="a callable that the constructor was given",
    ),
    pytest.param(
        """
        from calls import wrap

        class Client:
            def __init__(self, stub):
                self._get = wrap(stub.get)
                self._put = wrap(stub.put)
                self._name = str(stub)

            def get(self, key):
                return self._get(key)

            def put(self, key, value):
                self._put(key, value)

            def name(self):
                return self._name.strip()
        """,
        ("Client.get",),
        """
        from calls import wrap

        class Client:
            def __init__(self, stub):
                self._get = wrap(stub.get)
                self._put = wrap(stub.put)
                self._name = str(stub)

            async def get(self, key):
                return await self._get(key)

            async def put(self, key, value):
                await self._put(key, value)

            def name(self):
                return self._name.strip()
        """,
        id="a callable made as one that an entry point waits for",
    ),
    pytest.param(
        """
        from functools import partial


        def _refresh_over_http(send, name):
            return send(name)


        class Operation:
            def __init__(self, state, refresh):
                self.state = state
                self._refresh = refresh

            def _update(self):
                self.state = self._refresh()

            def done(self):
                self._update()
                return self.state.done


        def over_http(state, send, name):
            return Operation(state, partial(_refresh_over_http, send, name))
        """,
        ("Operation.done",),
        """
        import inspect
        from functools import partial


        async def _settled(value):
            \"\"\"Give what ``value`` is, or what awaiting it gives.\"\"\"
            return await value if inspect.isawaitable(value) else value


        def _refresh_over_http(send, name):
            return send(name)


        class Operation:
            def __init__(self, state, refresh):
                self.state = state
                self._refresh = refresh

            async def _update(self):
                self.state = await _settled(self._refresh())

            async def done(self):
                await self._update()
                return self.state.done


        def over_http(state, send, name):
            return Operation(state, partial(_refresh_over_http, send, name))
        """,
        id="a callable of which the project knows one, and a caller may give another",
    ),
    pytest.param(
        """
        class Board:
            def __init__(self):
                self.notes = []

            def pin(self, note):
                self.notes.append(note)
                self._tell(note)

            def _tell(self, note):
                raise NotImplementedError("for each kind of board to say")

            def take_down(self, note):
                self.notes.remove(note)


        class Corner:
            def __init__(self):
                self.board = None

            def pin(self, note):
                return self.board.pin(note)
        """,
        ("Board.pin",),
        """
        class Board:
            def __init__(self):
                self.notes = []

            async def pin(self, note):
                self.notes.append(note)
                await self._tell(note)

            async def _tell(self, note):
                raise NotImplementedError("for each kind of board to say")

            def take_down(self, note):
                self.notes.remove(note)


        class Corner:
            def __init__(self):
                self.board = None

            async def pin(self, note):
                return await self.board.pin(note)
        """,
        id="a method that is left to others, and one that hands on to its like",
    ),
]


@pytest.mark.parametrize(("before", "entries", "after"), CASES)
def test_entry(convert, before, entries, after):
    """What the entry point must wait for is awaited, all the way to it."""
    done = convert(before.lstrip("\n"), leaves={}, entries=entries)
    assert done.files["app.py"].decode() == dedent(after.lstrip("\n"))
    assert not done.refusals


def test_callables_made_by_a_submodule(convert, tmp_path):
    """A package that imports its own submodule: what is made by it is made alike."""
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "__init__.py").write_text("from calls import method\n")
    (tmp_path / "calls" / "method.py").write_text(
        "def wrap(call):\n    return _wrappers[call](call)\n"
    )
    before = """
        import calls

        class Client:
            def __init__(self, stub):
                self._get = calls.method.wrap(stub.get)
                self._put = calls.method.wrap(stub.put)

            def get(self, key):
                return self._get(key)

            def put(self, key, value):
                self._put(key, value)
        """
    done = convert(dedent(before.lstrip("\n")), leaves={}, entries=("Client.get",))
    made = done.files["app.py"].decode()
    assert "return await self._get(key)" in made
    assert "await self._put(key, value)" in made


def test_a_method_looked_up_by_name(convert):
    """What words say of handlers holds for a method that is looked up by ``handler_name``."""
    before = """
        class Desk:
            def dispatch(self, event, *args):
                handler_name = "on_" + event
                return getattr(self, handler_name)(*args)
        """
    leaves = {"event handlers (handler)": "may be coroutine functions"}
    made = convert(dedent(before.lstrip("\n")), leaves=leaves).files["app.py"].decode()
    assert "async def dispatch" in made
    assert "return await _settled(getattr(self, handler_name)(*args))" in made


def test_a_stream_that_is_left_to_others(convert, tmp_path):
    """An abstract method that generators elsewhere override is read, not awaited."""
    (tmp_path / "tape.py").write_text(
        "from app import Board\n\n\nclass Tape(Board):\n    def _notes(self):\n        yield 'a'\n"
    )
    before = """
        class Board:
            def __init__(self, show):
                self._show = show

            def run(self):
                for note in self._notes():
                    self._show(note)

            def _notes(self):
                raise NotImplementedError("for each kind of board to say")
        """
    after = """
        class Board:
            def __init__(self, show):
                self._show = show

            async def run(self):
                async for note in self._notes():
                    await self._show(note)

            def _notes(self):
                raise NotImplementedError("for each kind of board to say")
        """
    done = convert(dedent(before.lstrip("\n")), leaves={}, entries=("Board.run",))
    assert done.files["app.py"].decode() == dedent(after.lstrip("\n"))


STORE = """
    import time
    from abc import ABC, abstractmethod

    class Store(ABC):
        @abstractmethod
        def get(self, key): ...

        @abstractmethod
        def has(self, key): ...

        @classmethod
        @abstractmethod
        def kind(cls): ...

    class Memory(Store):
        def __init__(self):
            self.items = {}

        def get(self, key):
            time.sleep(0)
            return self.items[key]

        def has(self, key):
            return key in self.items

        @classmethod
        def kind(cls):
            return "memory"
    """

USERS = [
    pytest.param("def both(s: Store):\n    return s.has(1)", True, id="its users can wait"),
    pytest.param(
        "class All:\n    def __len__(self):\n        return int(Store().has(1))",
        False,
        id="one of its users can't",
    ),
]


@pytest.mark.parametrize(("user", "is_async"), USERS)
def test_an_interface_is_of_one_colour(convert, user, is_async):
    """What waits in some implementations only is async in all, where everybody can wait for it."""
    text = f"{dedent(STORE.lstrip(chr(10)))}\n{user}\n"
    done = convert(text, leaves={"time.sleep": "asyncio.sleep"}, entries=("Store.get",))
    made = done.files["app.py"].decode()
    assert made.count("async def get") == 2
    assert made.count("async def has") == (2 if is_async else 0)
    assert "async def kind" not in made
    assert not done.refusals


def test_what_subclasses_are_to_do_may_wait_as_well(convert):
    """Abstract methods of one class are one interface, those of its own use as well."""
    text = """
        import time
        from abc import ABC, abstractmethod

        class Tokens(ABC):
            def get(self):
                return self._kept() or self._asked()

            @abstractmethod
            def _kept(self): ...

            @abstractmethod
            def _asked(self): ...

            def _named(self):
                raise NotImplementedError

        class Slow(Tokens):
            def _kept(self):
                return None

            def _asked(self):
                time.sleep(0)
                return "token"
        """
    leaves = {"time.sleep": "asyncio.sleep"}
    made = convert(dedent(text), leaves=leaves, entries=("Tokens.get",)).files["app.py"].decode()
    assert "return await self._kept() or await self._asked()" in made
    assert "    def _named(self):" in made
