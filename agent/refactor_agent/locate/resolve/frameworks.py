"""What web frameworks hand out: the one application behind every request.

Sources: the reference pages of Starlette (requests, websockets), FastAPI, aiohttp (web), Sanic
and Quart.
"""

from __future__ import annotations

__all__ = ["OBJECTS", "SAME"]

_STARLETTE = "starlette.applications.Starlette"

OBJECTS = {
    **{
        f"{home}.app": _STARLETTE
        for home in (
            "fastapi.Request", "fastapi.requests.Request", "fastapi.WebSocket",
            "fastapi.websockets.WebSocket", "fastapi.requests.HTTPConnection",
            "starlette.requests.Request", "starlette.requests.HTTPConnection",
            "starlette.websockets.WebSocket",
        )
    },
    "aiohttp.web.Request.app": "aiohttp.web.Application",
    "aiohttp.web.Request.config_dict": "aiohttp.web.Application",
    "sanic.Request.app": "sanic.Sanic",
    "sanic.request.Request.app": "sanic.Sanic",
    "quart.current_app": "quart.Quart",
}  # fmt: skip
"""Attributes to the classes of the objects they hold."""

SAME = {
    "fastapi.FastAPI": _STARLETTE,
    "fastapi.applications.FastAPI": _STARLETTE,
    **{f"{home}.Request": "starlette.requests.Request" for home in ("fastapi", "fastapi.requests")},
    **{
        f"{home}.WebSocket": "starlette.requests.Request"
        for home in ("fastapi", "fastapi.websockets", "starlette.websockets")
    },
}
"""Classes to the one under which what a project puts into their objects is kept."""
