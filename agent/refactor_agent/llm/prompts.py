"""Prompts from templates: the same request gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from refactor_agent.data import data_dir
from refactor_agent.errors import UsageError
from refactor_agent.llm.exchange import Message, Prompt
from refactor_agent.llm.incident import Incident
from refactor_agent.llm.redaction import Vault
from refactor_agent.llm.request import ModelRequest, Round
from refactor_agent.llm.review_request import ReviewRequest
from refactor_agent.tree import sha256

__all__ = ["PAGES", "STANDARD", "TEMPLATES", "Prompts", "load_prompts", "template_version"]

STANDARD = "CLAUDE.code-review.md"
"""The review template: what answers are reviewed against, so they are told so beforehand."""
INCIDENT = "CLAUDE.incident-response.md"
ARCHITECTURE = "CLAUDE.architecture.md"
PAGES = (STANDARD, INCIDENT, ARCHITECTURE)
"""For people's own use as well; prompts quote them as they stand."""
TEMPLATES = (
    "propose.md.j2", "repair.md.j2", "review.md.j2", "triage.md.j2", "incident.md.j2",
)  # fmt: skip
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
        environment.filters |= {
            "fenced": fenced,
            "code": _code,
            "line": _line,
            "numbered": numbered,
        }
        self._texts = texts
        self._templates = {name: environment.get_template(name) for name in TEMPLATES}

    def propose(self, request: ModelRequest, rounds: Sequence[Round], vault: Vault) -> Prompt:
        """Render the first question, or with ``rounds`` that failed the repair of the last one."""
        task = self._task("propose.md.j2", vault, request=request)
        used = ["propose.md.j2", STANDARD, ARCHITECTURE]
        if rounds:
            last = rounds[-1]
            task += "\n" + self._task("repair.md.j2", vault, rounds=tuple(rounds), latest=last)
            used.append("repair.md.j2")
        return self._prompt(used, task, vault)

    def review(self, review: ReviewRequest, vault: Vault) -> Prompt:
        """Render the question whether a patch can be refuted."""
        task = self._task("review.md.j2", vault, review=review)
        prompt = self._prompt(["review.md.j2", STANDARD], task, vault)
        return prompt.model_copy(update={"form": "review"})

    def triage(self, incident: Incident, vault: Vault) -> Prompt:
        """Render the question what an incident's evidence points to."""
        task = self._task("triage.md.j2", vault, incident=incident)
        prompt = self._prompt(["triage.md.j2", INCIDENT, ARCHITECTURE], task, vault)
        return prompt.model_copy(update={"form": "triage"})

    def document(self, incident: Incident) -> str:
        """Render the page that a person works from, without secrets, so that it may go on."""
        vault = Vault(*(piece.text for piece in incident.evidence))
        facts = _block(self._templates["triage.md.j2"], "task", incident=incident)
        page = self._texts[INCIDENT]
        template = self._templates["incident.md.j2"]
        text = _block(template, "document", incident=incident, facts=facts, page=page)
        return vault.hide(text)

    def page(self, name: str) -> str:
        """Give one of `PAGES`, as the prompts quote it."""
        return self._texts[name]

    def _task(self, name: str, vault: Vault, **values: object) -> str:
        return vault.hide(_block(self._templates[name], "task", **values))

    def _prompt(self, used: Sequence[str], task: str, vault: Vault) -> Prompt:
        """Put the instructions of the first template of ``used`` before ``task``."""
        system = _block(
            self._templates[used[0]],
            "instructions",
            standard=self._texts[STANDARD],
            incident=self._texts[INCIDENT],
            architecture=self._texts[ARCHITECTURE],
        )
        return Prompt(
            messages=(
                Message(role="system", content=vault.hide(system)),
                Message(role="user", content=task),
            ),
            template=sha256("\0".join(self._texts[name] for name in used).encode()),
        )


def load_prompts(team: Path | None = None) -> Prompts:
    """Read the templates; those in the directory ``team`` take the place of the packaged ones.

    Raises `UsageError` for a template of the team's that can't be read.
    """
    directories = [*([team] if team else []), data_dir("prompts")]
    try:
        return Prompts({name: _read(name, directories) for name in (*TEMPLATES, *PAGES)})
    except (TemplateError, OSError, UnicodeDecodeError) as error:
        raise UsageError(f"a prompt in {directories[0]} can't be used: {error}") from error


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


def numbered(text: str, first: int = 1) -> str:
    """Put its number before each line of ``text``."""
    lines = text.rstrip("\n").split("\n")
    width = len(str(first + len(lines) - 1))
    return "\n".join(f"{number:{width}}  {line}" for number, line in enumerate(lines, first))


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
