"""A service of the corpus: what its manifest says of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from eval.runs.manifest import read_toml, validated
from eval.runs.values import Split
from pydantic import Field

from refactor_agent.domain.values import Value

__all__ = ["CORPUS", "Load", "Service", "Site", "read_services"]

CORPUS = Path(__file__).parents[2] / "corpus"

Expect = Literal["native", "offload", "demote", "leave", "quiet"]


class Site(Value):
    """A place where a coroutine enters a path that blocks, labelled by reading."""

    id: str
    file: str
    line: int
    function: str
    callee: str
    kind: Literal["direct", "transitive", "negative"]
    chain: tuple[str, ...]
    expect: Expect | tuple[Expect, ...]
    reason: str

    @property
    def allowed(self) -> frozenset[str]:
        """What a person would accept to become of it."""
        return frozenset({self.expect} if isinstance(self.expect, str) else self.expect)

    @property
    def must_change(self) -> bool:
        """It blocks, and leaving it is no answer."""
        return not self.allowed & {"leave", "quiet"}

    @property
    def key(self) -> tuple[str, str]:
        """What a scan knows it by: the coroutine, and the last name of the callee."""
        return self.function, self.callee.rpartition(".")[2]


class Load(Value):
    """How it is driven: an ASGI application, requests, and what must be there for them."""

    app: str
    backend: tuple[str, ...]
    """A program that serves what the service needs, until its standard input ends; it prints the
    variables for the service as JSON."""
    requests: tuple[str, ...]


class Service(Value):
    """One of `CORPUS`."""

    name: str
    summary: str
    split: Split
    sites: tuple[Site, ...] = Field(min_length=1)
    load: Load

    root: Path
    """Where it lies."""

    def files(self) -> Sequence[Path]:
        """Give its files, in order."""
        found = (path for path in sorted(self.root.rglob("*")) if path.is_file())
        return [p for p in found if "__pycache__" not in p.parts and p.suffix != ".pyc"]


def read_services(directory: Path = CORPUS) -> dict[str, Service]:
    """Give every service of ``directory`` by its name; raises `ValueError` for a bad manifest."""
    found = (_read(path) for path in sorted(directory.glob("*/case.toml")))
    return {service.name: service for service in found}


def _read(path: Path) -> Service:
    told = read_toml(path)
    about = told.get("case")
    named = about if isinstance(about, dict) else {}
    data = {name: named[name] for name in ("name", "summary", "split") if name in named}
    data |= {"sites": told.get("site", ()), "load": told.get("load"), "root": path.parent}
    return validated(Service, path, data)
