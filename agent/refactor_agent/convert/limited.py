"""Waits that an argument limits, where the async side has no such argument.

``asyncio.wait_for`` limits them, and raises another exception when time is up: so a handler of the
old one must be in sight.
"""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.arguments import argument
from refactor_agent.convert.handlers import caught_by, handlers_around
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.domain.place import Site

__all__ = ["limited"]

_CATCH_ALL = {"builtins.BaseException", "builtins.Exception"}


def limited(job: Job, work: FileWork, call: cst.Call, parameters: str) -> Change | None:
    """Give the change that limits the wait of ``call`` otherwise; `None` where nothing limits it.

    Raises `Refused` where the limit may be none, or nothing here handles that time is up.
    """
    edit = work.edits[call]
    native = job.rulebook.native(edit.callee)
    wanted = native.arguments if native is not None else None
    if wanted is None or wanted.limit is None:
        return None
    value = argument(call, wanted.limit, parameters)
    if value is None or (isinstance(value, cst.Name) and value.value == "None"):
        return None
    _check_number(value, wanted.limit, edit.site)
    expiry = job.rulebook.expiry(edit.callee)
    _check_handled(work, call, expiry, edit.site)
    work.expiring[call] = expiry
    wait = work.names.spell("asyncio", "wait_for", call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.BaseExpression)  # noqa: S101 - calls stay calls
        gap = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        return cst.Call(wait, [cst.Arg(node, comma=gap), cst.Arg(value)])

    return change


def _check_number(value: cst.BaseExpression, name: str, site: Site) -> None:
    """Refuse a limit that may be 0: before Python 3.12 `wait_for` does not even look then."""
    if not isinstance(value, cst.Integer | cst.Float) or not float(value.evaluated_value) > 0:
        refuse(
            "argument", f"the argument {name!r} is no number above 0 that can be read here", site
        )


def _check_handled(work: FileWork, call: cst.Call, expiry: str, site: Site) -> None:
    others = {other for other in work.expiring.values() if other != expiry}
    for handler, body in handlers_around(work, call):
        names = _names(work, handler)
        if expiry in names or not names or names & _CATCH_ALL:
            inside = (c for c, kind in work.expiring.items() if kind in others)
            if any(body in work.source.ancestors(one) for one in inside):
                refuse("unmapped-exception", "two kinds of waits are limited in one `try`", site)
            return
    message = f"nothing here handles {expiry}, and another exception is raised when time is up"
    refuse("unmapped-exception", message, site)


def _names(work: FileWork, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> set[str]:
    if handler.type is None:
        return set()
    return {work.names.qualified(kind) or "" for kind in caught_by(handler.type)}
