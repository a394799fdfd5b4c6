"""Names that come from elsewhere, however they are imported."""

import pytest

CASES = {
    "names for type checkers only": """
        # file: pkg/models.py
        from pathlib import Path
        class Model:
            def load(self):
                Path("x").read_text()

        # file: pkg/use.py
        from __future__ import annotations
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from pathlib import Path
            from pkg.models import Model
            import requests

        class Holder:
            model: Model
            def __init__(self, session: "requests.Session"):
                self.session = session
            async def f(self, where: Path | None):
                self.model.load()  #! pathlib.Path.read_text
                self.session.get("u")  #! requests.Session.get
                where.exists()  #! pathlib.Path.exists
        async def g(models: "list[Model]", m: 'Model'):
            m.load()  #! pathlib.Path.read_text
            for model in models:
                model.load()  #! pathlib.Path.read_text
    """,
    "modules imported late": """
        # file: pkg/deep.py
        import time
        def wait():
            time.sleep(1)
        # file: pkg/use.py
        import importlib
        from importlib import import_module
        async def f(name):
            from pkg import deep
            deep.wait()  #! time.sleep
            importlib.import_module("pkg.deep").wait()  #! importlib.import_module, time.sleep
            import_module(".deep", "pkg").wait()  #! importlib.import_module, time.sleep
            import_module(".deep", __package__).wait()  #! importlib.import_module, time.sleep
            import_module("time").sleep(1)  #! importlib.import_module, time.sleep
            getattr(import_module("time"), "sleep")(1)  #! importlib.import_module, time.sleep
            __import__("time").sleep(1)  #! builtins.__import__, time.sleep
            import_module(name).sleep(1)  #! importlib.import_module
        _module = None
        def load():
            global _module
            if _module is None:
                import time
                _module = time
            return _module
        async def g():
            load().sleep(1)  #! time.sleep
    """,
    "lazy re-exports": """
        # file: pkg/lazy/deep.py
        import time
        def wait():
            time.sleep(1)
        def other():
            time.sleep(1)
        class Client:
            def get(self):
                time.sleep(1)
        # file: pkg/lazy/__init__.py
        import importlib
        _WHERE = {"wait": "pkg.lazy.deep", "Client": "pkg.lazy.deep"}
        def __getattr__(name):
            if name in _WHERE:
                return getattr(importlib.import_module(_WHERE[name]), name)
            raise AttributeError(name)
        # file: pkg/rel/__init__.py
        import importlib
        _import_structure = {".inner": ["wait"]}
        _lookup = {"pause": ".inner"}
        def __getattr__(name: str):
            if name in _lookup:
                module = importlib.import_module(_lookup[name], __name__)
                return getattr(module, name)
            raise AttributeError(name)
        # file: pkg/rel/inner.py
        import time
        def pause():
            time.sleep(1)
        # file: pkg/cond/__init__.py
        def __getattr__(name):
            if name == "wait":
                from pkg.lazy.deep import wait
                return wait
            raise AttributeError(name)
        # file: pkg/use.py
        from pkg.lazy import wait, Client
        from pkg import lazy
        from pkg.rel import pause
        from pkg.cond import wait as third
        async def f():
            wait()  #! time.sleep
            lazy.wait()  #! time.sleep
            Client().get()  #! time.sleep
            pause()  #! time.sleep
            third()  #! time.sleep
            lazy.other()
    """,
    "star imports and __all__": """
        # file: pkg/a.py
        import time
        __all__ = ["one"]
        __all__ += ["two"]
        __all__.append("three")
        __all__.extend(["four"])
        def one(): time.sleep(1)
        def two(): time.sleep(1)
        def three(): time.sleep(1)
        def four(): time.sleep(1)
        def hidden(): time.sleep(1)
        # file: pkg/b.py
        from .a import *
        from . import a
        __all__ = a.__all__ + ["own"]
        def own(): pass
        # file: pkg/use.py
        from pkg.a import *
        from pkg import b
        async def f():
            one()  #! time.sleep
            two()  #! time.sleep
            three()  #! time.sleep
            four()  #! time.sleep
            hidden()
            b.one()  #! time.sleep
        # file: pkg/third.py
        from pkg.b import *
        async def g():
            one()  #! time.sleep
    """,
    "relative and conditional imports": """
        # file: pkg/sub/deep.py
        import time
        def wait(): time.sleep(1)
        # file: pkg/sub/mod.py
        from . import deep
        from .deep import wait as w
        from ..sub import deep as d2
        from .. import sub
        try:
            import fast as engine
        except ImportError:
            from pkg.sub import deep as engine
        import pkg.sub.deep
        import pkg.sub.deep as d3
        import sys
        if sys.version_info > (3, 9):
            from time import sleep
        else:
            def sleep(x): pass
        async def f():
            deep.wait()  #! time.sleep
            w()  #! time.sleep
            d2.wait()  #! time.sleep
            sub.deep.wait()  #! time.sleep
            engine.wait()  #! time.sleep
            pkg.sub.deep.wait()  #! time.sleep
            d3.wait()  #! time.sleep
            sleep(1)  #! time.sleep
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_import(text: str, check) -> None:
    check(text)
