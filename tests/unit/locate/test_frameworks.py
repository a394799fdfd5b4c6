"""What frameworks hand in, and what tasks and async generators give."""

import pytest

CASES = {
    "FastAPI dependencies": """
        # file: pkg/deps.py
        import requests
        from typing import Annotated
        from fastapi import Depends, Request
        class Service:
            def __init__(self):
                self.session = requests.Session()
            def run(self):
                self.session.get("u")
        def get_service():
            return Service()
        def get_state(request: Request) -> Service:
            return request.app.state.service
        async def get_async():
            yield Service()
        ServiceDep = Annotated[Service, Depends(get_service)]
        AnyDep = Annotated[object, Depends(get_service)]
        # file: pkg/app.py
        from typing import Annotated, Any
        from fastapi import Depends, APIRouter
        import fastapi
        from pkg.deps import ServiceDep, AnyDep, Service, get_service, get_state, get_async
        router = APIRouter()
        @router.get("/")
        async def f(
            a: ServiceDep,
            b: Annotated[Any, Depends(get_service)],
            c: Service = Depends(),
            d=Depends(get_async),
            e=Depends(get_state),
            g=fastapi.Depends(get_service),
            h: Annotated[Service, Depends()] = None,
            i: AnyDep = None,
            j: Any = Depends(get_service),
            k: Annotated[Any, "doc"] = None,
        ):
            a.run()  #! requests.Session.get
            b.run()  #! requests.Session.get
            c.run()  #! requests.Session.get
            d.run()  #! requests.Session.get
            e.run()  #! requests.Session.get
            g.run()  #! requests.Session.get
            h.run()  #! requests.Session.get
            i.run()  #! requests.Session.get
            j.run()  #! requests.Session.get
            k.run()
    """,
    "cached factories and singletons": """
        # file: pkg/clients.py
        from functools import cache, lru_cache, cached_property
        import requests
        @cache
        def client():
            return requests.Session()
        @lru_cache(maxsize=1)
        def other() -> "requests.Session":
            return requests.Session()
        class Meta(type):
            _instances = {}
            def __call__(cls, *args):
                if cls not in cls._instances:
                    cls._instances[cls] = super().__call__(*args)
                return cls._instances[cls]
        class Settings(metaclass=Meta):
            def __init__(self):
                self.session = requests.Session()
        class Single:
            _instance = None
            def __new__(cls):
                if cls._instance is None:
                    cls._instance = super().__new__(cls)
                return cls._instance
            @classmethod
            def get_instance(cls):
                if cls._instance is None:
                    cls._instance = cls()
                return cls._instance
            def fetch(self):
                requests.get("u")
        settings = Settings()
        # file: pkg/use.py
        from pkg.clients import client, other, settings, Single, Settings
        async def f():
            client().get("u")  #! requests.Session.get
            other().get("u")  #! requests.Session.get
            settings.session.get("u")  #! requests.Session.get
            Settings().session.get("u")  #! requests.Session.get
            Single.get_instance().fetch()  #! requests.get
            Single().fetch()  #! requests.get
    """,
    "gather of coroutine calls": """
        import asyncio
        import requests
        async def make(x):
            return requests.Session()
        async def f(xs):
            a, b = await asyncio.gather(make(1), make(2))
            a.get("u")  #! requests.Session.get
            all_of = await asyncio.gather(*[make(x) for x in xs])
            all_of[0].get("u")  #! requests.Session.get
            for s in await asyncio.gather(*(make(x) for x in xs)):
                s.get("u")  #! requests.Session.get
            tasks = [asyncio.create_task(make(x)) for x in xs]
            for task in asyncio.as_completed(tasks):
                s = await task
                s.get("u")  #! requests.Session.get
            s = await asyncio.wait_for(make(1), 3)
            s.get("u")  #! requests.Session.get
            done, pending = await asyncio.wait(tasks)
            for t in done:
                t.result().get("u")  #! requests.Session.get
            async with asyncio.TaskGroup() as group:
                t = group.create_task(make(1))
            t.result().get("u")  #! requests.Session.get
    """,
    "async generators": """
        import requests
        from typing import AsyncIterator
        async def sessions():
            yield requests.Session()
        async def stated() -> AsyncIterator[requests.Session]:
            yield make()
        class Source:
            def __aiter__(self):
                return self
            async def __anext__(self):
                return requests.Session()
        class Wrapped:
            async def __aiter__(self):
                async for s in sessions():
                    yield s
        async def f():
            async for s in sessions():
                s.get("u")  #! requests.Session.get
            async for s in stated():
                s.get("u")  #! requests.Session.get
            async for s in Source():
                s.get("u")  #! requests.Session.get
            async for s in Wrapped():
                s.get("u")  #! requests.Session.get
            [s.get("u") async for s in sessions()]  #! requests.Session.get
            s = await anext(sessions())
            s.get("u")  #! requests.Session.get
            s = await sessions().__anext__()
            s.get("u")  #! requests.Session.get
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_framework(text: str, check) -> None:
    check(text)
