"""Short names for functions, for people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import PurePosixPath

from refactor_agent.domain.plan import FunctionRef

__all__ = ["local_name", "short_name", "subject"]

_SUBJECT_AT_MOST = 72


def local_name(function: FunctionRef) -> str:
    """Give ``Stock.count`` for ``shop.stock.Stock.count`` of ``src/shop/stock.py``."""
    return ".".join(_split(function)[1])


def short_name(function: FunctionRef) -> str:
    """Give ``stock.Stock.count`` for ``shop.stock.Stock.count`` of ``src/shop/stock.py``."""
    module, name = _split(function)
    return ".".join((*module[-1:], *name))


def subject(entries: Sequence[FunctionRef]) -> str:
    """Give the first line of a commit message: ASCII, and at most 72 characters."""
    first = entries[0]
    if len(entries) > 1:
        package = _common([_split(entry)[0] for entry in entries])
        many = f"Unblock {len(entries)} functions"
        texts = [f"{many} in {package}", many] if package else [many]
    else:
        bare = first.name.rpartition(".")[2]
        texts = [f"Unblock {short_name(first)}", f"Unblock {local_name(first)}", f"Unblock {bare}"]
    ascii_texts = [text.encode("ascii", "backslashreplace").decode() for text in texts]
    fitting = (text for text in ascii_texts if len(text) <= _SUBJECT_AT_MOST)
    return next(fitting, ascii_texts[-1][:_SUBJECT_AT_MOST])


def _common(modules: Sequence[Sequence[str]]) -> str:
    """Give the package, or the module, that all of them lie in."""
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*modules, strict=False))
    return ".".join(parts[0] for parts in shared)


def _split(function: FunctionRef) -> tuple[list[str], list[str]]:
    """Part a qualified name into its module and its name in there, by the file's path."""
    path = PurePosixPath(function.file).with_suffix("")
    places = list(path.parent.parts if path.name == "__init__" else path.parts)
    parts = function.name.split(".")
    for count in range(min(len(places), len(parts) - 1), 0, -1):
        if parts[:count] == places[-count:]:
            return parts[:count], parts[count:]
    return [], parts
