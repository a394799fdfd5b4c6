"""What a call passes decides which arms of ``isinstance`` run: for a path, or for an object."""

import pytest

CASES = {
    "a path or an object": """
        import subprocess
        from pathlib import Path

        class Repository:
            pass

        class Project:
            def __init__(self, root: "str | Path | Repository"):
                if isinstance(root, str) or isinstance(root, Path):
                    subprocess.run(["git", "init", str(root)])
                    self.repository = Repository()
                elif isinstance(root, Repository):
                    self.repository = root
                else:
                    raise ValueError(root)

        async def by_path():
            Project("here")  #! subprocess.run

        async def by_object():
            Project(Repository())

        async def declared(repository: Repository, other: Repository | None, third: "Repository"):
            Project(repository)
            Project(other)
            Project(third)

        async def open_to_all(root, either: Repository | str):
            Project(root)  #! subprocess.run
            Project(either)  #! subprocess.run
        """,
    "what attributes, properties and functions are declared to be": """
        import time
        from typing import Optional
        from pydantic import BaseModel

        class Message(BaseModel):
            text: str

        class Context:
            last: Optional[Message] = None
            other = None

            @property
            def first(self) -> Message:
                return Message(text="")

            def at(self, number) -> Message:
                return self.first

            def unsaid(self, number):
                return self.first

        def send(message):
            if isinstance(message, (str, bytes)):
                time.sleep(1)

        class Agent:
            def __init__(self, context: Context):
                self.context: Context = context

            async def quiet(self):
                send(self.context.last)
                send(self.context.first)
                send(self.context.at(2))
                mine = self.context.first
                send(mine)

            async def loud(self):
                send(self.context.other)  #! time.sleep
                send(self.context.unsaid(2))  #! time.sleep
        """,
    "an early return, and passing on": """
        import time

        class Job:
            pass

        def run(job, retries=0):
            if not isinstance(job, str):
                return
            time.sleep(retries)

        def submit(job):
            if isinstance(job, bytes):
                return
            run(job)

        async def f():
            run(Job())
            run("name")  #! time.sleep

        async def g(job: Job, either: Job | str):
            submit(job)
            submit(either)  #! time.sleep
        """,
    "classes that may be both": """
        import time
        import vendor

        class Text(str):
            pass

        class Both(dict):
            pass

        class Foreign(vendor.Base):
            pass

        class Plain:
            pass

        class Mixed(Plain, str):
            pass

        class Alone:
            pass

        def show(value):
            if isinstance(value, str):
                time.sleep(1)

        async def f(text: Text, foreign: Foreign, plain: Plain, alone: Alone):
            show(text)  #! time.sleep
            show(foreign)  #! time.sleep
            show(plain)  #! time.sleep
            show(alone)
        """,
    "classes below one another": """
        import time

        class Base:
            pass

        class Middle(Base):
            pass

        class Other(Base):
            pass

        class Shared(Middle, Other):
            pass

        class Far(Base):
            pass

        def show(value):
            if isinstance(value, Middle):
                time.sleep(1)

        async def f(base: Base, middle: Middle, other: Other, far: Far):
            show(base)  #! time.sleep
            show(middle)  #! time.sleep
            show(other)  #! time.sleep
            show(far)
        """,
    "values that may be something else": """
        import time

        class Plain:
            pass

        def show(value):
            if isinstance(value, str):
                time.sleep(1)

        async def f(flag, unknown):
            value = Plain() if flag else unknown
            show(value)  #! time.sleep

        async def g(flag):
            value = Plain()
            if flag:
                value = "text"
            show(value)  #! time.sleep

        async def h(plain: Plain):
            if not plain:
                plain = input_of()
            show(plain)  #! time.sleep

        def input_of():
            return ""
        """,
    "built-in types that are only declared": """
        import time

        class Picture:
            pass

        def to_bytes(image):
            if isinstance(image, str):
                time.sleep(1)
            return image

        async def f(image: bytes, picture: Picture | None, either: Picture | bytes):
            to_bytes(image)  #! time.sleep
            to_bytes(picture)
            to_bytes(either)  #! time.sleep
            to_bytes(None)
            to_bytes("a")  #! time.sleep
        """,
    "protocols and abstract bases are what others are": """
        import time
        from collections.abc import Iterable
        from typing import Protocol, runtime_checkable

        @runtime_checkable
        class Closes(Protocol):
            def close(self): ...

        class Plain:
            def close(self):
                pass

        def show(value):
            if isinstance(value, Closes):
                time.sleep(1)

        def each(value):
            if isinstance(value, Iterable):
                time.sleep(1)

        async def f(plain: Plain):
            show(plain)  #! time.sleep
            each(plain)  #! time.sleep
        """,
}


@pytest.mark.parametrize("name", CASES)
def test_passed_types(name, check):
    check(CASES[name])
