"""Methods that a class of the standard library calls itself: an override that waits would not run.

Source: the references of the modules named here, as of Python 3.13.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["called_by_base"]

_CALLED = {
    "threading.Thread": ("run",),
    "threading.Timer": ("run",),
    "multiprocessing.Process": ("run",),
    "multiprocessing.process.BaseProcess": ("run",),
    "socketserver.BaseRequestHandler": ("setup", "handle", "finish"),
    "socketserver.StreamRequestHandler": ("setup", "handle", "finish"),
    "socketserver.BaseServer": ("process_request", "verify_request", "handle_error"),
    "http.server.BaseHTTPRequestHandler": ("do_*", "setup", "handle", "finish", "log_*"),
    "logging.Handler": ("emit", "handle", "flush", "close", "format"),
    "logging.StreamHandler": ("emit", "handle", "flush", "close", "format"),
    "logging.Filter": ("filter",),
    "logging.Formatter": ("format*",),
    "json.JSONEncoder": ("default", "encode", "iterencode"),
    "argparse.Action": ("__call__",),
    "html.parser.HTMLParser": ("handle_*",),
    "ast.NodeVisitor": ("visit*", "generic_visit"),
    "ast.NodeTransformer": ("visit*", "generic_visit"),
    "cmd.Cmd": ("do_*", "default", "emptyline", "precmd", "postcmd", "preloop", "postloop"),
    "queue.Queue": ("_init", "_qsize", "_put", "_get"),
    "io.RawIOBase": ("read*", "write*", "seek", "close", "flush"),
    "io.TextIOBase": ("read*", "write*", "seek", "close", "flush"),
    "xml.sax.handler.ContentHandler": ("start*", "end*", "characters"),
}
"""Class to the names of the methods that it calls."""


def called_by_base(evaluator: Evaluator, function: ProjectFunction) -> str | None:
    """Give the library class that calls the method ``function``; ``None`` where none does."""
    owner = function.owner
    for base in linearise(evaluator, owner) if owner is not None else ():
        name = evaluator.libraries.canonical(base) if isinstance(base, str) else ""
        bare = function.facts.bare
        if any(fnmatchcase(bare, pattern) for pattern in _CALLED.get(name, ())):
            return name
    return None
