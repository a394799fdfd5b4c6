"""Reads a rule file: front matter, prose under fixed headings, examples."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import get_args

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import ValidationError

from refactor_agent.errors import UsageError
from refactor_agent.rulebook.rule import Block, Example, Mark, Role, Rule
from refactor_agent.rulebook.schema import FrontMatter
from refactor_agent.tree import sha256

__all__ = ["SECTIONS", "parse_rule"]

SECTIONS = {
    "What it does": "does",
    "Why it blocks": "why",
    "What differs": "differs",
    "Limits": "limits",
    "Examples": "examples",
}
"""The headings of a rule file, in order, with the field of `Rule` each one fills."""

_REQUIRED = ("What it does", "Why it blocks", "Examples")
_FRONT_MATTER = re.compile(r"\A---\r?\n(?P<yaml>.*?)^---[ \t]*\r?\n", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"[ \t]*# <- (?P<rules>[A-Z]{2,6}\d{3}(,\s*[A-Z]{2,6}\d{3})*)[ \t]*$")
_DOC = re.compile(r"\s*\{#doc\}$")
_OPTIONS: dict[str, frozenset[str]] = {
    "before": frozenset({"dependencies"}),
    "after": frozenset({"strategy"}),
    "same": frozenset({"dependencies"}),
    "refuse": frozenset({"reason", "dependencies"}),
    "calls": frozenset({"server", "also"}),
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same as `yaml.safe_load`, ten times as fast; `scan` loads all rules at every start."""
_MARKDOWN = MarkdownIt("commonmark")


@dataclass
class _Part:
    """A heading and what stands under it, up to the next heading."""

    level: int
    title: str
    line: int
    start: int
    end: int = 0
    fences: list[Token] = field(default_factory=list)


def parse_rule(text: str, path: str) -> Rule:
    """Read the rule in ``text``; raises `UsageError` that names ``path`` and what is wrong."""
    return _Reader(text, path).rule()


class _Reader:
    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.text = text
        match = _FRONT_MATTER.match(text)
        if match is None:
            raise self._fault(1, "a rule file starts with YAML front matter between --- lines")
        self.yaml = match["yaml"]
        self.offset = text[: match.end()].count("\n")
        self.body = text[match.end() :]
        self.lines = self.body.splitlines()

    def rule(self) -> Rule:
        front = self._front_matter()
        title, sections, cases = self._parts()
        prose = {SECTIONS[name]: self._prose(part) for name, part in sections.items()}
        prose.pop("examples")
        return Rule(
            **dict(front),
            **prose,
            title=title,
            examples=tuple(self._example(case) for case in cases),
            path=self.path,
            version=sha256(self.text.encode())[:16],
        )

    def _front_matter(self) -> FrontMatter:
        try:
            data = yaml.load(self.yaml, Loader=_LOADER)  # noqa: S506 - a safe one
            return FrontMatter.model_validate(data)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 2 if mark else 1
            problem = getattr(error, "problem", None) or "can't be read"
            raise self._fault(line, f"front matter is not valid YAML: {problem}") from error
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"]) or "front matter"
            message = first["msg"].removeprefix("Value error, ")
            raise self._fault(1, f"{key}: {message[:1].lower()}{message[1:]}") from error

    def _parts(self) -> tuple[str, dict[str, _Part], list[_Part]]:
        title = ""
        sections: dict[str, _Part] = {}
        cases: list[_Part] = []
        for part in self._headings():
            if part.level == 1 and not title:
                title = part.title
            elif part.level == 2 and part.title in SECTIONS and part.title not in sections:
                sections[part.title] = part
            elif part.level == 3 and list(sections)[-1:] == ["Examples"]:
                cases.append(part)
            else:
                known = ", ".join(SECTIONS)
                raise self._fault(
                    part.line, f"heading {part.title!r} is not expected here; headings: {known}"
                )
        self._check_sections(title, sections, cases)
        return title, sections, cases

    def _check_sections(
        self, title: str, sections: dict[str, _Part], cases: Sequence[_Part]
    ) -> None:
        if not title:
            raise self._fault(self.offset + 1, "a rule needs a title: '# ...'")
        for name in _REQUIRED:
            if name not in sections:
                raise self._fault(self.offset + 1, f"heading '## {name}' is missing")
        if list(sections) != [name for name in SECTIONS if name in sections]:
            raise self._fault(self.offset + 1, f"headings go in this order: {', '.join(SECTIONS)}")
        if not cases:
            raise self._fault(sections["Examples"].line, "a rule needs at least one example")
        names = [_DOC.sub("", case.title) for case in cases]
        for name, case in zip(names, cases, strict=True):
            if names.count(name) > 1:
                raise self._fault(case.line, f"example {name!r} is there twice")

    def _headings(self) -> Iterator[_Part]:
        parts: list[_Part] = []
        tokens = _MARKDOWN.parse(self.body)
        for token, following in zip(tokens, [*tokens[1:], None], strict=True):
            if token.map is None:
                continue
            if token.type == "heading_open" and following is not None:
                if parts:
                    parts[-1].end = token.map[0]
                line = token.map[0] + self.offset + 1
                parts.append(_Part(int(token.tag[1:]), following.content, line, token.map[1]))
            elif token.type == "fence" and parts:
                parts[-1].fences.append(token)
        if parts:
            parts[-1].end = len(self.lines)
        yield from parts

    def _prose(self, part: _Part) -> str:
        return "\n".join(self.lines[part.start : part.end]).strip()

    def _example(self, part: _Part) -> Example:
        blocks = tuple(self._block(fence) for fence in part.fences)
        shape = [block.role for block in blocks]
        if shape[-1:] == ["calls"] and "after" in shape:
            self._check_calls(blocks)
            shape.pop()
        converted = shape[:1] == ["before"] and shape[1:] and set(shape[1:]) == {"after"}
        if not (converted or shape in (["same"], ["refuse"])):
            raise self._fault(
                part.line,
                f"example {part.title!r} needs one 'before' and its 'after' (and 'calls' of both), "
                "or one 'same', or one 'refuse' block",
            )
        title, marks = _DOC.subn("", part.title)
        return Example(title=title, doc=marks > 0, blocks=blocks)

    def _check_calls(self, blocks: Sequence[Block]) -> None:
        """What is run where a target runs must be Python, and calls of it one expression each."""
        for block in blocks:
            try:
                body = ast.parse(block.code).body
            except SyntaxError as error:
                line = block.line + (error.lineno or 0)
                raise self._fault(line, f"what has 'calls' is valid Python: {error.msg}") from None
            for node in body if block.role == "calls" else ():
                if not isinstance(node, ast.Expr):
                    raise self._fault(
                        block.line + node.lineno, "a 'calls' block holds calls, and nothing else"
                    )

    def _block(self, fence: Token) -> Block:
        start, _ = fence.map or (0, 0)
        line = start + self.offset + 1
        role, options = self._info(fence.info, line)
        code, marks = _take_marks(fence.content)
        if role in {"before", "refuse"} and not marks:
            raise self._fault(line, f"a {role!r} block marks its finding: '# <- RA101'")
        if role in {"after", "same", "calls"} and marks:
            raise self._fault(line, f"a {role!r} block has no findings to mark")
        if role == "refuse" and "reason" not in options:
            raise self._fault(line, "a 'refuse' block says why: reason=lock-held")
        if role == "calls" and "server" not in options:
            raise self._fault(line, "a 'calls' block says what answers: server=http, server=none")
        return Block(role=role, code=code, marks=marks, options=options, line=line)

    def _info(self, info: str, line: int) -> tuple[Role, dict[str, str]]:
        language, _, rest = info.strip().partition(" ")
        words = rest.split()
        options = dict(word.partition("=")[::2] for word in words[1:])
        for role in get_args(Role):
            if language == "python" and words[:1] == [role]:
                if unknown := sorted(set(options) - _OPTIONS[role]):
                    raise self._fault(line, f"a {role!r} block knows no option {unknown[0]!r}")
                return role, options
        raise self._fault(line, f"fence {info!r} is not 'python {'|'.join(get_args(Role))}'")

    def _fault(self, line: int, message: str) -> UsageError:
        return UsageError(f"{self.path}:{line}: {message}")


def _take_marks(code: str) -> tuple[str, tuple[Mark, ...]]:
    lines = code.splitlines()
    marks: list[Mark] = []
    for index, line in enumerate(lines):
        if match := _MARK.search(line):
            lines[index] = line[: match.start()]
            ids = re.split(r",\s*", match["rules"])
            marks.extend(Mark(index + 1, rule) for rule in ids)
    return "\n".join(lines) + "\n", tuple(marks)
