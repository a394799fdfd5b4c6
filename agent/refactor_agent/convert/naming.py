"""Names for the functions that blocks become, as a person would choose them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["block_name"]

_VERBS = (
    ("load", {"load"}),
    ("save", {"dump"}),
    ("query", {"fetchone", "fetchmany", "fetchall"}),
    ("write", {"write", "writelines", "write_text", "write_bytes", "truncate"}),
    ("move", {"move", "rename", "replace"}),
    ("remove", {"unlink", "remove", "removedirs", "rmdir", "rmtree"}),
    ("read", {"read", "readline", "readlines", "readall", "readinto", "read_text", "read_bytes"}),
    ("update", {"commit", "execute", "executemany", "executescript"}),
    ("unpack", {"extract", "extractall", "unpack_archive"}),
    ("copy", {"copy", "copyfileobj", "copytree"}),
    ("fetch", {"urlopen", "get", "request"}),
    ("run", {"Popen", "communicate", "wait"}),
    ("make", {"mkdir", "makedirs", "touch"}),
    ("check", {"exists", "is_dir", "is_file", "isdir", "isfile", "lstat", "stat"}),
)
_NOUNS = (
    (
        "file",
        (
            "builtins.open",
            "codecs.",
            "io.",
            "json.",
            "os.",
            "pathlib.",
            "pickle.",
            "shutil.",
            "tomllib.",
        ),
    ),
    ("database", ("sqlite3.", "psycopg2.", "psycopg.")),
    ("response", ("urllib.", "http.", "requests.", "httpx.")),
    ("process", ("subprocess.",)),
    ("socket", ("socket.",)),
)
_VAGUE = {
    "conn", "connection", "cur", "cursor", "data", "handle", "item", "out", "res", "result",
    "results", "ret", "text", "tmp", "val", "value",
}  # fmt: skip


_LISTINGS = {"glob", "iglob", "iterdir", "listdir", "rglob", "scandir", "walk"}


def block_name(callees: Sequence[str], results: Sequence[str], opened: str | None) -> str:
    """Name a block by what it calls (``read``) and what that is about (``config``).

    ``results`` are the variables the block gives; ``opened`` holds what it works with.
    """
    verb = _verb(callees)
    listed = _LISTINGS.intersection(callee.rpartition(".")[2] for callee in callees)
    if listed and verb in {"remove", "use"}:
        return "remove_files" if verb == "remove" else "list_files"
    words = [*(results if len(results) == 1 else ()), *([opened] if opened else ())]
    clear = [w for w in words if len(w) > 2 and w.isidentifier() and w.lower() not in _VAGUE]
    noun = clear[0].strip("_") if clear else _noun(callees)
    return verb if noun.startswith(f"{verb}_") else f"{verb}_{noun}"


def _verb(callees: Sequence[str]) -> str:
    called = {callee.rpartition(".")[2] for callee in callees}
    found = next((verb for verb, names in _VERBS if names & called), None)
    return found or ("read" if called & {"open", "__next__", "fdopen"} else "use")


def _noun(callees: Sequence[str]) -> str:
    for callee in callees:
        for noun, prefixes in _NOUNS:
            if callee.startswith(prefixes):
                return noun
    return "block"
