"""A case of `convert`, and how one is read from its file; `README.md` describes the format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from eval.attacks.patching import patched
from eval.runs.values import Split

__all__ = ["CASES", "Conversion", "Project", "Strategy", "read_project", "read_projects"]

CASES = Path(__file__).parent / "cases"

Strategy = Literal["native", "offload", "demote", "leave"]

_FENCE = re.compile(r"^```(\w+) *(\S*)\s*$")
_FIELD = re.compile(r"^- (hazard|strategy|split|area|needs|ci|entry): *(.+)$")


@dataclass(frozen=True)
class Conversion:
    """An answer that a person wrote: the files that differ from the project's."""

    title: str
    files: Mapping[str, str]


@dataclass
class Project:
    """One case: a project, tests that no converter sees, and answers written by hand."""

    id: str
    text: str
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    right: Conversion = field(default_factory=lambda: Conversion("as it was", {}))
    """Nothing differs where the only right answer is to leave the code as it is."""
    wrong: list[Conversion] = field(default_factory=list)

    @property
    def strategy(self) -> Strategy:
        """How a person would convert it."""
        return cast("Strategy", self.fields["strategy"])

    @property
    def options(self) -> tuple[str, ...]:
        """Give the options that name entry points, where sync code is to become async."""
        entries = self.fields.get("entry", "").split()
        named = tuple(option for entry in entries for option in ("--entry", entry))
        return (*named, "--in-place") if named else ()

    @property
    def split(self) -> Split:
        """Held out, or not."""
        return "held-out" if self.fields.get("split") == "held-out" else "dev"


def read_projects(directory: Path = CASES) -> list[Project]:
    """Read every file of ``directory``, in the order of their names; raises `ValueError`."""
    return [read_project(path) for path in sorted(directory.glob("*.md"))]


def read_project(path: Path) -> Project:
    """Read one file; raises `ValueError` that says what is missing or does not fit."""
    project = Project(path.stem, path.read_text(encoding="utf-8"))
    section, changed = "", {}
    for kind, target, text in _parts(project.text):
        if kind == "field":
            project.fields[target] = text
        elif kind == "section":
            section, changed = text, {}
            _begin(path, project, section, changed)
        elif section == "hidden":
            project.hidden[target] = text
        elif not section:
            project.files[target] = text
        else:
            changed[target] = _changed(path, project, kind, target, text)
    _checked(path, project)
    project.files = {**_implied(project.files), **project.files}
    return project


def _implied(files: Mapping[str, str]) -> dict[str, str]:
    """Give what a case need not spell out: packages' empty files, and a name for the project."""
    packages = {file.partition("/")[0] for file in files if file.endswith(".py")} - {"tests"}
    name = min(packages)
    made = {f"{package}/__init__.py": "" for package in packages}
    return {"pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\n', **made}


def _begin(path: Path, project: Project, section: str, files: dict[str, str]) -> None:
    if section == "right":
        project.right = Conversion(section, files)
    elif section.startswith("wrong: "):
        project.wrong.append(Conversion(section.removeprefix("wrong: "), files))
    elif section != "hidden":
        raise ValueError(f"{path.name}: what is `## {section}`?")


def _changed(path: Path, project: Project, kind: str, target: str, text: str) -> str:
    if kind != "diff":
        return text
    try:
        return patched(project.files[target], text)
    except (KeyError, ValueError) as error:
        raise ValueError(f"{path.name}: {target}: {error}") from error


def _checked(path: Path, project: Project) -> None:
    if project.fields.get("strategy") not in get_args(Strategy):
        raise ValueError(f"{path.name} needs a strategy: {', '.join(get_args(Strategy))}")
    if not {"hazard", "area"} <= project.fields.keys():
        raise ValueError(f"{path.name} needs a hazard and an area")
    if not (project.files and project.hidden and project.wrong):
        raise ValueError(f"{path.name} needs files, `## hidden` and at least one `## wrong: …`")
    if bool(project.right.files) == (project.strategy == "leave"):
        raise ValueError(f"{path.name} has a `## right`, or is to be left: one of both")


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """Give fields, sections, and fenced blocks with their language and file."""
    opened: tuple[str, str] | None = None
    body: list[str] = []
    for line in text.splitlines():
        if opened is not None and line == "```":
            yield (*opened, "".join(f"{one}\n" for one in body))
            opened = None
        elif opened is not None:
            body.append(line)
        elif match := _FENCE.match(line):
            opened, body = (match[1], match[2]), []
        elif line.startswith("## "):
            yield "section", "", line.removeprefix("## ")
        elif match := _FIELD.match(line):
            yield "field", match[1], match[2]
