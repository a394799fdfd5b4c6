"""A view or a task is not made async for a framework that runs one at a time."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, fresh_decorations
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module, dotted

__all__ = ["CHECK"]

_ROUTES = frozenset(
    {"route", "get", "post", "put", "patch", "delete", "before_request", "after_request",
     "before_app_request", "after_app_request", "errorhandler", "app_errorhandler"}
)  # fmt: skip
_TASKS = frozenset({"task", "shared_task", "periodic_task", "db_task", "db_periodic_task", "job"})
_OWN_LOOP = (
    "Flask runs an async view on a loop of its own, while the worker waits for it: nothing runs "
    "beside it, and clients kept for the next call break"
)
_NOT_AWAITED = "{} calls it and awaits nothing: its work is not done, and what it gives is lost"
_FRAMEWORKS: Mapping[str, tuple[frozenset[str], str]] = {
    "flask": (_ROUTES, _OWN_LOOP),
    "bottle": (_ROUTES, _NOT_AWAITED.format("bottle")),
    "celery": (_TASKS, _NOT_AWAITED.format("Celery's worker")),
    "huey": (_TASKS, _NOT_AWAITED.format("huey's worker")),
    "rq": (_TASKS, _NOT_AWAITED.format("rq's worker")),
}
"""Package to the decorators it calls functions by, and what becomes of an async one."""


def _find(context: Context) -> Iterator[Objection]:
    yield from fresh_decorations(context, _why_not)


def _why_not(change: FunctionChange, decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    last = (dotted(called) or "").rpartition(".")[2]
    for package, (names, why) in _FRAMEWORKS.items():
        if last in names and package in _packages(change.module_after):
            return why
    return ""


def _packages(module: Module) -> set[str]:
    return {name.partition(".")[0] for name in module.imported.values()}


def _view(colour: str, head: str, decorator: str) -> str:
    wait = "await " if colour else ""
    return f"{head}\n\n\n@{decorator}\n{colour}def show(key):\n    return {wait}load(key)\n"


def _example(title: str, head: str, decorator: str, says: str = "") -> Example:
    return Example(title, _view("", head, decorator), _view("async ", head, decorator), says)


_FLASK = "from flask import Flask\n\napp = Flask(__name__)"
_CELERY = "from celery import Celery\n\napp = Celery()"

CHECK = Check(
    name="loop-per-call",
    hazards=("H-W7", "H-B5"),
    reason="It costs more than it did, and not one more request is served at a time.",
    level="doubtful",
    find=_find,
    examples=(
        _example("a Flask view", _FLASK, "app.get('/<key>')", "on a loop of its own"),
        _example("a view of a blueprint", "from flask import request\n\nfrom .shop import shop",
                 "shop.route('/<key>')", "on a loop of its own"),
        _example("a Celery task", _CELERY, "app.task(bind=False)", "Celery's worker calls it"),
        _example("Quart", _FLASK.replace("flask", "quart"), "app.get('/<key>')"),
        _example("FastAPI", _FLASK.replace("flask", "fastapi"), "app.get('/<key>')"),
        _example("something else of the file", _FLASK, "cached"),
        Example("a view that was async", _view("async ", _FLASK, "app.get('/<key>')"),
                _view("async ", _FLASK, "app.get('/<key>')").replace("load", "fetch")),
    ),
)  # fmt: skip
