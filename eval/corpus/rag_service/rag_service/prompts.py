"""Prompt templates."""

from collections.abc import Sequence
from pathlib import Path

from rag_service.vector_store import Match

ANSWER_TEMPLATE = "answer.txt"


def load_prompt(path: Path) -> str:
    """Read a template, without its comment lines."""
    with open(path, encoding="utf-8") as handle:
        return "".join(line for line in handle if not line.startswith("#"))


def render_answer_prompt(
    directory: Path, question: str, matches: Sequence[Match], transcript: Sequence[str]
) -> str:
    """Fill in the answer template."""
    template = load_prompt(directory / ANSWER_TEMPLATE)
    return template.format(
        question=question,
        passages="\n".join(f"- {match.text}" for match in matches),
        transcript="\n".join(transcript),
    )


class PromptLibrary:
    """The canned questions that clients may offer, by name."""

    def __init__(self, directory: Path) -> None:
        self._texts = {
            path.stem: path.read_text(encoding="utf-8").strip()
            for path in sorted(directory.glob("*.prompt"))
        }

    def names(self) -> list[str]:
        return list(self._texts)

    def get(self, name: str) -> str | None:
        return self._texts.get(name)
