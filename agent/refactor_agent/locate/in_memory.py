"""Files that lie in memory: reading and writing them waits for nothing."""

from __future__ import annotations

from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import External, ExternalMethod, Instance, Value
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

__all__ = ["InMemory"]

_MEMORY = frozenset({"io.BytesIO", "io.StringIO"})
_ARCHIVES = frozenset(
    {"gzip.GzipFile", "tarfile.TarFile", "wave.Wave_read", "wave.Wave_write", "zipfile.ZipFile"}
)
_OPENS = frozenset({*_ARCHIVES, "gzip.open", "tarfile.open", "wave.open"})
_WITHIN = frozenset(
    {
        "addfile", "close", "extractfile", "getmembers", "getnames", "open", "read", "readframes",
        "testzip", "write", "writeframes", "writeframesraw", "writestr",
    }
)  # fmt: skip
"""Methods of archives that wait for nothing but the file that the archive was opened on."""
_ABSTRACT = frozenset(
    {"builtins.object", "io.BufferedIOBase", "io.IOBase", "io.RawIOBase", "io.TextIOBase"}
)
"""Files that do nothing by themselves."""
_MEMBERS = frozenset({"io.BufferedReader", "io.TextIOWrapper", "tarfile.ExFileObject"})
_READ_OR_WRITE = frozenset(
    {
        "PIL.Image.open", "json.dump", "json.load", "numpy.load", "numpy.loadtxt", "numpy.save",
        "numpy.savez", "pickle.dump", "pickle.load", "tarfile.open", "tomllib.load",
        "wave.open", "zipfile.ZipFile", "zipfile.is_zipfile",
        *(f"pandas.read_{kind}" for kind in (
            "csv", "excel", "feather", "html", "json", "parquet", "pickle", "xml",
        )),
        *(f"polars.read_{kind}" for kind in ("csv", "excel", "json", "parquet")),
    }
)  # fmt: skip
"""Library functions that wait for nothing but the file they are given."""
_WRITERS = {
    "PIL.Image.Image": frozenset({"save"}),
    "pandas.DataFrame": frozenset(
        {"to_csv", "to_excel", "to_feather", "to_json", "to_parquet", "to_pickle", "to_xml"}
    ),
    "polars.DataFrame": frozenset({"write_csv", "write_excel", "write_json", "write_parquet"}),
}
"""Methods that wait for nothing but the file they are given."""


class InMemory:
    """Knows what is done with files in memory, and with archives and tables in them."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def holds(self, function: ProjectFunction, call: CallFacts, callee: Value) -> bool:
        """Say whether ``call`` waits for a file alone, and that lies in memory."""
        if _is_about_a_file(callee):
            return self._is_given_memory(function, call)
        if not isinstance(callee, ExternalMethod) or call.func is None or call.func[0] != "a":
            return False
        kind, name = callee.receiver.cls, callee.name
        if kind in _ARCHIVES:
            is_within = name in _WITHIN and (kind, name) != ("zipfile.ZipFile", "write")
            return is_within and self._is_archive_in_memory(function, call.func[1])
        return kind in _MEMBERS and self._is_member_in_memory(function, call.func[1])

    def _is_archive_in_memory(self, function: ProjectFunction, term: Term) -> bool:
        """Say whether an object is an archive that the function has opened on memory."""
        made = _made(function, term)
        if made is None:
            return False
        values = self._evaluator.term(function, made.func)
        opens = any(isinstance(value, External) and value.name in _OPENS for value in values)
        return opens and self._is_given_memory(function, made)

    def _is_member_in_memory(self, function: ProjectFunction, term: Term) -> bool:
        """Say whether an object is a file that such an archive has given."""
        made = _made(function, term)
        if made is None or made.func is None or made.func[0] != "a":
            return False
        within = made.func[2] in _WITHIN
        return within and self._is_archive_in_memory(function, made.func[1])

    def _is_given_memory(self, function: ProjectFunction, call: CallFacts) -> bool:
        given = (*call.args, *(term for _, term in call.keywords))
        return any(self._is_memory(function, term) for term in given)

    def _is_memory(self, function: ProjectFunction, term: Term) -> bool:
        """Say whether an object is a file in memory, or one of the project's own making."""
        cast = _made(function, term)
        if cast is not None and len(cast.args) == 2:
            values = self._evaluator.term(function, cast.func)
            if External("typing.cast") in values:
                term = cast.args[1]
        values = self._evaluator.term(function, term)
        return any(
            isinstance(value, Instance)
            and (value.cls in _MEMORY or self._writes_by_itself(value.cls))
            for value in values
        )

    def _writes_by_itself(self, name: str) -> bool:
        """Say whether a class of the project is a file by its own methods alone."""
        cls = self._evaluator.index.classes.get(name)
        if cls is None or not cls.methods("write"):
            return False
        above = linearise(self._evaluator, cls)[1:]
        return all(isinstance(base, str) and base in _ABSTRACT for base in above)


def _made(function: ProjectFunction, term: Term) -> CallFacts | None:
    """Give the call of this function that makes an object, entered or not."""
    definitions = function.body.definitions
    while term is not None and term[0] in "lw":  # a name may be bound anew by a loop's next round
        term = definitions[term[1]] if term[0] == "l" else term[1]
    return function.body.calls[term[1]] if term is not None and term[0] == "k" else None


def _is_about_a_file(callee: Value) -> bool:
    """Say whether a library call waits for nothing but the file it is given."""
    if isinstance(callee, ExternalMethod):
        return callee.name in _WRITERS.get(callee.receiver.cls, ())
    return isinstance(callee, External) and callee.name in _READ_OR_WRITE
