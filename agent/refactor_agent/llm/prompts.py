"""Prompts from templates: the same request gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import DictLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from refactor_agent.data import data_dir
from refactor_agent.errors import UsageError
from refactor_agent.llm.exchange import Message, Prompt
from refactor_agent.llm.redaction import Vault
from refactor_agent.llm.request import ModelRequest, Round
from refactor_agent.tree import sha256

__all__ = ["STANDARD", "Prompts", "load_prompts", "template_version"]

STANDARD = "CLAUDE.code-review.md"
"""The review template: what answers are reviewed against, so they are told so beforehand."""
_NAMES = ("propose.md.j2", "repair.md.j2", STANDARD)
_FENCE = re.compile("^`{3,}")
_VERSION = re.compile(r"^(?:\{#|<!--) refactor-agent template: (?P<name>[\w.-]+), version (\d+)")


class Prompts:
    """The templates of a run, read once."""

    def __init__(self, texts: dict[str, str]) -> None:
        """Take template texts by file name."""
        environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(texts),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"fenced": fenced, "code": _code, "line": _line}
        self._texts = texts
        self._propose = environment.get_template("propose.md.j2")
        self._repair = environment.get_template("repair.md.j2")

    def propose(self, request: ModelRequest, rounds: Sequence[Round], vault: Vault) -> Prompt:
        """Render the first question, or with ``rounds`` that failed the repair of the last one."""
        system = _block(self._propose, "instructions", standard=self._texts[STANDARD])
        task = vault.hide(_block(self._propose, "task", request=request))
        used = ["propose.md.j2", STANDARD]
        if rounds:
            repair = _block(self._repair, "task", rounds=tuple(rounds), latest=rounds[-1])
            task += "\n" + vault.hide(repair)
            used.append("repair.md.j2")
        return Prompt(
            messages=(
                Message(role="system", content=vault.hide(system)),
                Message(role="user", content=task),
            ),
            template=sha256("\0".join(self._texts[name] for name in used).encode()),
        )


def load_prompts(team: Path | None = None) -> Prompts:
    """Read the templates; those in the directory ``team`` take the place of the packaged ones."""
    directories = [*([team] if team else []), data_dir("prompts")]
    return Prompts({name: _read(name, directories) for name in _NAMES})


def template_version(text: str) -> tuple[str, int]:
    """Give the name and version in a template's header; raises `UsageError` without one."""
    found = _VERSION.match(text)
    if found is None:
        raise UsageError(
            "the template has no header; start it with "
            "<!-- refactor-agent template: NAME, version N -->"
        )
    return found["name"], int(found[2])


def fenced(text: str, language: str = "") -> str:
    """Put ``text`` between fences that no run of backticks inside can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _read(name: str, directories: Sequence[Path]) -> str:
    path = next(path / name for path in directories if (path / name).is_file())
    return path.read_text(encoding="utf-8")


def _block(template: Template, name: str, **values: object) -> str:
    text = "".join(template.blocks[name](template.new_context(values)))
    return _tidy(text)


def _tidy(text: str) -> str:
    """Leave one blank line where the template left more; what is fenced stays as it is."""
    lines: list[str] = []
    fence: str | None = None
    for line in text.strip("\n").split("\n"):
        if fence is not None:
            fence = None if line == fence else fence
        elif opened := _FENCE.match(line):
            fence = opened[0]
        elif not line and lines and not lines[-1]:
            continue
        lines.append(line)
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    """Quote a name or a path, which a hostile project may have chosen."""
    return f"`{_line(text.replace('`', '?'))}`"


def _line(text: str, width: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
