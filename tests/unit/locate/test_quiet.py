"""Where the loop is not blocked, or nobody can know, nothing is said."""

import pytest

CASES = {
    "sockets that raise instead of waiting": """
        import socket
        import ssl

        class Peer:
            def __init__(self, address):
                self.sock = socket.socket()
                self.sock.setblocking(False)
                self.other = socket.socket()
                self.other.settimeout(5)
                self.third = socket.socket()
                self.third.setblocking(False)

            async def receive(self):
                self.sock.recv(1)
                self.other.recv(1)  #! socket.socket.recv

            async def wait(self):
                self.third.setblocking(True)
                self.third.recv(1)  #! socket.socket.recv

        async def tried(sock: socket.socket, safe: ssl.SSLSocket):
            try:
                sock.recv(1)
            except (InterruptedError, BlockingIOError):
                pass
            try:
                safe.recv(1)
            except ssl.SSLWantReadError:
                sock.recv(1)  #! socket.socket.recv

        async def made(path):
            sock = socket.socket()
            sock.settimeout(0)
            sock.connect(path)
            blocking = socket.socket()
            blocking.connect(path)  #! socket.socket.connect
    """,
    "references handed to offloads": """
        import asyncio
        import functools
        import threading
        import time
        from concurrent.futures import ThreadPoolExecutor

        import anyio
        import requests
        from asgiref.sync import sync_to_async
        from starlette.concurrency import run_in_threadpool

        pool = ThreadPoolExecutor()
        session = requests.Session()
        fetch = sync_to_async(session.get)

        async def f(loop):
            await asyncio.to_thread(time.sleep, 1)
            await loop.run_in_executor(None, functools.partial(session.get, "u"))
            await anyio.to_thread.run_sync(lambda: time.sleep(1))
            await run_in_threadpool(session.get, "u")
            await sync_to_async(time.sleep)(1)
            await fetch("u")
            pool.submit(time.sleep, 1)
            threading.Thread(target=time.sleep, args=(1,)).start()

            def work():
                time.sleep(1)

            await asyncio.to_thread(work)
    """,
    "arguments of an offload are worked out on the loop": """
        import asyncio
        import time
        from pathlib import Path

        def resolve(path):
            time.sleep(1)
            return path

        async def f(path: Path, load):
            await asyncio.to_thread(load, resolve(path))  #! time.sleep
            await asyncio.to_thread(load, path.resolve())  #! pathlib.Path.resolve
            await asyncio.to_thread(lambda: resolve(path))
    """,
    "offloading decorators of the project": """
        import asyncio
        import functools
        import time

        def threaded(function):
            @functools.wraps(function)
            async def wrapper(*args):
                return await asyncio.to_thread(function, *args)
            return wrapper

        @threaded
        def slow():
            time.sleep(1)

        async def f():
            await slow()
    """,
    "wrappers of the project": """
        import asyncio
        import time

        async def in_thread(function, *args):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(None, function, *args)

        async def f():
            await in_thread(time.sleep, 1)
            await in_thread(lambda: time.sleep(1))
    """,
    "async look-alikes": """
        import asyncio
        import aiofiles
        import aiohttp
        import requests
        from anyio import Path

        class Client:
            def __init__(self):
                self.session = requests.Session()
                self.queue = asyncio.Queue()
                self.event = asyncio.Event()

            async def f(self, upload):
                async with aiohttp.ClientSession() as session:
                    await session.get("u")
                    async with session.get("u") as response:
                        await response.read()
                await self.queue.get()
                await asyncio.wait_for(self.event.wait(), 1)
                await Path("x").read_text()
                await upload.read()
                async with aiofiles.open("x") as file:
                    await file.read()
                process = await asyncio.create_subprocess_exec("x")
                await asyncio.wait_for(process.communicate(), 1)
    """,
    "same names elsewhere": """
        import os
        import time
        from typing import get_args

        class Profile:
            def get_args(self):
                time.sleep(1)

            def get(self):
                time.sleep(1)

        class Box:
            def __init__(self):
                time.sleep(1)

        def pick(name):
            return name

        async def f(mapping, thing):
            get_args(int)
            mapping.get("x")
            {}.get("x")
            thing.get()
            Box = pick("Box")
            Box()
            os.environ.get("x")
    """,
    "names that only look like library calls": """
        class time:
            @staticmethod
            def sleep(n):
                return n

        def open(name):
            return name

        async def f():
            time.sleep(1)
            open("x")
    """,
    "code that no async function runs": """
        import time

        def handler():
            time.sleep(1)

        time.sleep(1)

        if __name__ == "__main__":
            time.sleep(1)

        class Body:
            time.sleep(1)
    """,
    "definitions are not calls": """
        import time

        def slow():
            time.sleep(1)

        async def f():
            keep = slow
            table = {"a": slow, "b": lambda: time.sleep(1)}
            return keep, table
    """,
    "arguments that say it does not wait": """
        import queue
        import threading

        lock = threading.Lock()
        jobs = queue.Queue()

        async def f():
            lock.acquire(blocking=False)
            lock.acquire(False)
            jobs.get(block=False)
    """,
    "iterators that somebody else reads": """
        import requests
        from starlette.responses import StreamingResponse

        def rows():
            yield requests.get("u")

        async def f(response: requests.Response, other: requests.Response):
            list(other.iter_content(10))  #! requests.Response.iter_content
            StreamingResponse(rows())
            return StreamingResponse(response.iter_content(10))
    """,
    "waits that are over": """
        import asyncio
        import queue
        import threading
        from concurrent.futures import Future

        class Jobs:
            def __init__(self):
                self.open = queue.Queue()
                self.bounded = queue.Queue(maxsize=3)

            async def f(self, future: Future, other: Future):
                self.open.put(1)
                self.bounded.put(1)  #! queue.Queue.put
                if future.done():
                    future.result()
                other.result()  #! concurrent.futures.Future.result
                fresh = threading.Lock()
                fresh.acquire()
                task = asyncio.create_task(asyncio.sleep(1))
                done, _ = await asyncio.wait({task})
                [task.result() for task in done]
    """,
    "tests give no regions": """
        # file: tests/test_app.py
        import time

        async def test_it():
            time.sleep(1)

        # file: tests/conftest.py
        import time

        async def fixture():
            time.sleep(1)
    """,
    "containers, tables and states that only look alike": """
        import asyncio
        import time
        from enum import Enum
        from typing import Any, Protocol
        import requests
        from fastapi import FastAPI, Request

        class Slow:
            def __getitem__(self, key):
                time.sleep(1)
            def __len__(self):
                time.sleep(1)

        async def f(table: dict[str, Slow], rows: list[Slow], request: Request, any: Any):
            table["a"]
            len(rows)
            "x" in rows
            any["a"]
            if rows:
                pass
            request.state.session.get("u")
            request.app.name.get("u")

        async def g(app: FastAPI, session: requests.Session):
            app.other = session
            return app.state.other.get("u")

        class HandlerKind(Enum):
            A = "a"

        def quick(): ...
        def slow():
            time.sleep(1)

        TABLE = {"q": quick, "s": slow}

        async def h(name):
            TABLE["q"]()
            TABLE.get("q")()
            return TABLE

        def outer(fn):
            def inner():
                return fn()
            return inner

        async def i():
            outer(slow)

        @outer
        def decorated():
            return 1

        @outer
        def loud():
            time.sleep(1)

        async def j():
            decorated()

        async def k(loop, tasks):
            task = loop.create_task(asyncio.sleep(1))
            task.result().get("u")
            done, pending = await asyncio.wait(tasks)
            for one in done:
                one.result()
    """,
    "awaited calls that a decorator sends to the async side": """
        import asyncio, functools, time, uuid

        def both(other):
            def decorator(function):
                @functools.wraps(function)
                def wrapper(*args, **kwargs):
                    try:
                        asyncio.get_running_loop()
                    except RuntimeError:
                        return function(*args, **kwargs)
                    return other(*args, **kwargs)
                return wrapper
            return decorator

        class Client:
            async def acreate(self) -> uuid.UUID:
                return uuid.uuid4()

            @both(acreate)
            def create(self) -> uuid.UUID:
                time.sleep(1)
                return uuid.uuid4()

            @both(acreate)
            def task(self):
                time.sleep(1)
                return asyncio.create_task(self.acreate())

        async def made(client: Client):
            await client.create()
            client.create()  #! time.sleep
            await client.task()  #! time.sleep
    """,
    "files in memory": """
        import io, json, pickle, tarfile, zipfile
        from PIL import Image

        async def packed(data: bytes):
            buffer = io.BytesIO(data)
            zipfile.ZipFile(buffer)
            tarfile.open(fileobj=io.BytesIO(data))
            Image.open(io.BytesIO(data))
            pickle.load(io.BytesIO(data))
            text = io.StringIO()
            json.dump({}, text)
            with open("a") as file:  #! builtins.open
                json.load(file)  #! json.load
    """,
    "archives in memory": """
        import io, tarfile, wave, zipfile
        from typing import BinaryIO, cast

        class Chunks(io.RawIOBase):
            def __init__(self):
                self.chunks = []

            def write(self, data):
                self.chunks.append(data)
                return len(data)

        async def pack(texts):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                for name, text in texts.items():
                    archive.writestr(name, text)
            with zipfile.ZipFile(cast(BinaryIO, Chunks()), "w") as archive:
                archive.writestr("a", "b")
                archive.write("a.txt")  #! zipfile.ZipFile.write
            return buffer.getvalue()

        async def unpack(data, path):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    archive.read(name)
                    with archive.open(name) as member:
                        member.read()
                archive.extractall(path)  #! zipfile.ZipFile.extractall
            with wave.open(io.BytesIO(data), "rb") as sound:
                sound.readframes(16)
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                archive.extractfile("a").read()
            with zipfile.ZipFile(path) as archive:  #! zipfile.ZipFile
                archive.read("a")  #! zipfile.ZipFile.read
    """,
    "tables and images in memory": """
        import io
        import numpy, pandas, polars
        from PIL import Image

        async def read(text: str, data: bytes, path):
            table = pandas.read_csv(io.StringIO(text))
            pandas.read_excel(io.BytesIO(data), sheet_name=0)
            polars.read_csv(io.BytesIO(data))
            numpy.load(io.BytesIO(data))
            pandas.read_csv(path)  #! pandas.read_csv
            return table

        async def write(table: pandas.DataFrame, other: polars.DataFrame, image: Image.Image, path):
            buffer = io.BytesIO()
            image.save(buffer, format="PNG")
            image.save(path)  #! PIL.Image.Image.save
            table.to_excel(buffer)
            table.to_csv()
            table.to_csv(index=False)
            table.to_csv(None)
            table.to_csv(path)  #! pandas.DataFrame.to_csv
            table.to_json(orient="records")
            table.to_json(path)  #! pandas.DataFrame.to_json
            table.to_parquet()
            table.to_parquet(path)  #! pandas.DataFrame.to_parquet
            other.write_csv()
            other.write_csv(path)  #! polars.DataFrame.write_csv
    """,
    "flags with which a call does not wait": """
        import fcntl, os, socket

        async def asked(pid, file):
            os.waitpid(pid, os.WNOHANG)
            os.waitpid(pid, 0)  #! os.waitpid
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_EX)  #! fcntl.flock
            socket.getaddrinfo("::1", 1, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV)
            socket.getaddrinfo("a", 1, flags=socket.AI_CANONNAME)  #! socket.getaddrinfo
    """,
    "what async for and async with take is no sync client's": """
        import redis
        import redis.asyncio
        from redis.sentinel import Sentinel

        def connect(is_async):
            return redis.asyncio.Redis() if is_async else redis.Redis()

        client = connect(True)

        async def f():
            pubsub = client.pubsub()
            async for message in pubsub.listen():
                print(message)
            seen = [message async for message in pubsub.listen()]
            for message in pubsub.listen():  #! redis.client.PubSub.listen
                print(message, seen)
    """,
    "a queue by its annotation, where all queues of the project have no bound": """
        import queue
        from dataclasses import dataclass

        @dataclass
        class State:
            jobs: queue.Queue[int]
            last: queue.LifoQueue[int]

        def make():
            return State(queue.Queue(), queue.LifoQueue(3))

        async def f(state: State):
            state.jobs.put(1)
            state.last.put(1)  #! queue.LifoQueue.put
            state.jobs.get()  #! queue.Queue.get
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_quiet(text: str, check) -> None:
    check(text)
