"""Classes that are found by a name they were entered under."""

import pytest

CASES = {
    "a decorator of a module": """
        import time

        TOOLS: dict[str, type] = {}

        def tool(name):
            def enter(cls):
                TOOLS[name] = cls
                return cls
            return enter

        @tool("slow")
        class Slow:
            def run(self):
                time.sleep(1)

        class Other:
            def run(self):
                open("x")

        async def f(name):
            TOOLS[name]().run()  #! time.sleep
    """,
    "a decorator of an object and of a class": """
        import time

        class Registry:
            def __init__(self):
                self.classes = {}

            def register(self, name):
                def enter(cls):
                    self.classes[name] = cls
                    return cls
                return enter

            def create(self, name):
                return self.classes[name]()

        class Shelf:
            kept: dict = {}

            @classmethod
            def register(cls, kind):
                cls.kept[kind.__name__] = kind
                return kind

            @classmethod
            def get(cls, name):
                return cls.kept[name]

        registry = Registry()

        @registry.register("x")
        class Tool:
            def run(self):
                time.sleep(1)

        @Shelf.register
        class Book:
            def read(self):
                open("x")

        async def f(name):
            registry.create(name).run()  #! time.sleep
            Shelf.get(name)().read()  #! builtins.open
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_registry(text: str, check) -> None:
    check(text)
