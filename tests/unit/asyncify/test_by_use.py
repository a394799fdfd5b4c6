"""Objects of which nothing is known but how they are used, kept or handed on."""

from __future__ import annotations

from textwrap import dedent

import pytest

LEAVES = {
    "wire.Wire": "wire.AsyncWire",
    "queue.Queue": "asyncio.Queue",
    "threading.Event": "asyncio.Event",
    "threading.Thread": "asyncio.create_task",
}

USED = [
    pytest.param(
        """\
        class Worker:
            def __init__(self, parts):
                self.jobs = parts["jobs"]()

            def add(self, job):
                self.jobs.put(job)

            def take(self):
                job = self.jobs.get()
                self.jobs.task_done()
                return job
        """,
        """\
        class Worker:
            def __init__(self, parts):
                self.jobs = parts["jobs"]()

            async def add(self, job):
                await self.jobs.put(job)

            async def take(self):
                job = await self.jobs.get()
                self.jobs.task_done()
                return job
        """,
        id="what has jobs that are done is a queue",
    ),
    pytest.param(
        """\
        def follow(going, stopped):
            while not stopped.is_set():
                going.wait()
                stopped.wait()
        """,
        """\
        async def follow(going, stopped):
            while not stopped.is_set():
                going.wait()
                await stopped.wait()
        """,
        id="what may be set is an event, what only waits may be anything",
    ),
    pytest.param(
        """\
        class Shelf:
            def __init__(self, session):
                self.session = session

            def swap(self, address):
                self.session.put(address)
                return self.session.get(address)
        """,
        None,
        id="put and get are not enough",
    ),
    pytest.param(
        """\
        class Shelf:
            def __init__(self, made):
                self.jobs = made()

            def swap(self, job):
                self.jobs.put(job)
                self.jobs.task_done()
                self.jobs.commit()
        """,
        None,
        id="a queue has no commit",
    ),
]


@pytest.mark.parametrize(("before", "after"), USED)
def test_the_methods_that_are_called_say_what_it_is(convert, before, after):
    """Where nothing else does, and the pair was asked for."""
    done = convert(dedent(before), leaves=LEAVES)
    assert done.files["app.py"].decode() == dedent(after or before)
    assert not done.refusals


def test_a_base_class_reads_what_a_subclass_keeps(convert):
    """The dict is empty where it is made; the subclass puts wires into it."""
    before = """\
        from wire import Wire

        class Base:
            def __init__(self):
                self.wires = {}

            def find(self, key):
                return self.wires[key]

        class Hub(Base):
            def open(self, key):
                self.wires[key] = Wire()

            def read(self, key):
                return self.find(key).read()
        """
    done = convert(dedent(before), leaves=LEAVES)
    made = done.files["app.py"].decode()
    assert "async def read(self, key):\n        return await self.find(key).read()" in made
    assert "    def find(self, key):" in made
    assert not done.refusals


def test_a_class_that_is_looked_up_makes_a_thread(convert):
    """It is given a target with arguments, and started."""
    before = """\
        from wire import Wire

        class Hub:
            def __init__(self, parts):
                self.parts = parts

            def begin(self, target, *args):
                task = self.parts["thread"](target=target, args=args)
                task.start()
                return task

            def listen(self, wire: Wire):
                return self.begin(read, wire)

        def read(wire: Wire):
            return wire.read()
        """
    done = convert(dedent(before), leaves=LEAVES)
    made = done.files["app.py"].decode()
    assert "        task = asyncio.create_task(target(*args))\n        return task\n" in made
    assert not done.refusals


HANDED_ON = [
    pytest.param("self.parts['socket'](self.read)", True, id="to something that is looked up"),
    pytest.param("self.kept(self.read)", False, id="to a function that is known"),
]


@pytest.mark.parametrize(("call", "is_told"), HANDED_ON)
def test_an_async_function_is_handed_on(convert, call, is_told):
    """Whether it will be awaited is not known where the receiver isn't."""
    before = f"""\
        from wire import Wire

        class Hub:
            def __init__(self, parts, wire: Wire):
                self.parts = parts
                self.wire = wire

            def read(self):
                return self.wire.read()

            def kept(self, function):
                self.function = function

            def begin(self):
                return {call}
        """
    done = convert(dedent(before), leaves=LEAVES)
    assert [refusal.reason for refusal in done.refusals] == ["handed-on"] * is_told


KEPT = [
    pytest.param("", "await HANDLERS[name](wire)", id="all of them wait"),
    pytest.param(
        '@on("length")\ndef length(wire):\n    return 1\n',
        "await _settled(HANDLERS[name](wire))",
        id="some of them wait",
    ),
]


@pytest.mark.parametrize(("other", "call"), KEPT)
def test_handlers_that_are_kept_in_a_table(convert, other, call):
    """What is called may be any of them."""
    head = """\
        from wire import Wire

        HANDLERS = {}

        def on(name):
            def keep(function):
                HANDLERS[name] = function
                return function
            return keep

        @on("read")
        def read(wire: Wire):
            return wire.read()

        def dispatch(name, wire: Wire):
            return HANDLERS[name](wire)

        """
    done = convert(dedent(head) + other, leaves=LEAVES)
    made = done.files["app.py"].decode()
    assert f"async def dispatch(name, wire: AsyncWire):\n    return {call}\n" in made


def test_handlers_that_are_kept_in_lists(convert):
    """Each name has a list of its own."""
    before = """\
        from wire import Wire

        class Hub:
            def __init__(self, wire: Wire):
                self.handlers = {}
                self.wire = wire
                self.on("read", self.read)

            def on(self, name, handler):
                self.handlers.setdefault(name, []).append(handler)

            def read(self):
                return self.wire.read()

            def fire(self, name):
                return [handler() for handler in self.handlers[name]]
        """
    made = convert(dedent(before), leaves=LEAVES).files["app.py"].decode()
    assert "    async def fire(self, name):" in made
    assert "return [await handler() for handler in self.handlers[name]]" in made


def test_a_generator_that_is_read_from_an_object_of_unknown_type(convert):
    """All that have a method of this name give async generators, one through the other."""
    before = """\
        from wire import Wire

        class Proxy:
            def __init__(self, wire: Wire):
                self.wire = wire

            def replicas(self):
                yield self.wire.read()

        class Pool:
            def __init__(self, wire: Wire):
                self.proxy = Proxy(wire)

            def replicas(self):
                return self.proxy.replicas()

        class Link:
            def __init__(self, **settings):
                self.pool = settings.pop("pool")

            def connect(self):
                for replica in self.pool.replicas():
                    return replica
        """
    done = convert(before).files["app.py"].decode()
    assert "async def connect(self):\n        async for replica in self.pool.replicas():" in done
