"""What production showed, and a model that says what it points to."""

from __future__ import annotations

from refactor_agent.domain.plan import Refusal
from refactor_agent.llm.answer import ended, parse_as
from refactor_agent.llm.exchange import Model
from refactor_agent.llm.incident import Incident
from refactor_agent.llm.prompts import Prompts
from refactor_agent.llm.redaction import Vault
from refactor_agent.llm.triage_answer import Hypothesis, TriageAnswer

__all__ = ["ABOUT", "triage_by_model", "triage_text"]

ABOUT = "incident"
"""What the calls are charged to."""
_TRIES = 2
_MOST_HYPOTHESES = 5


async def triage_by_model(
    incident: Incident, model: Model, prompts: Prompts
) -> TriageAnswer | Refusal:
    """Ask ``model`` what the evidence points to; an answer that can't be read is asked for again.

    Frames and findings that do not stand in the incident are taken out of the answer.
    """
    prompt = prompts.triage(incident, Vault(*(piece.text for piece in incident.evidence)))
    problem = ""
    for sample in range(_TRIES):
        reply = await model.ask(prompt, sample=sample, about=ABOUT)
        if isinstance(reply, Refusal):
            return reply
        refused = ended(reply)
        if refused is not None:
            return refused
        answer = parse_as(reply.content, TriageAnswer)
        if isinstance(answer, TriageAnswer):
            return _grounded(answer, incident)
        problem = answer.message
        await model.fault(prompt, answer.check, sample=sample, about=ABOUT)
    return Refusal(reason="triage-unreadable", message=f"{_TRIES} answers: {problem}")


def _grounded(answer: TriageAnswer, incident: Incident) -> TriageAnswer:
    """Keep to what the incident holds: made-up findings would send people to the wrong place."""
    frames = {f"F{number}" for number in range(1, len(incident.frames) + 1)}
    findings = {finding.id for finding in incident.findings}
    kept = [each for each in answer.frames if each.frame in frames]
    return answer.model_copy(
        update={
            "frames": [
                each if each.finding in findings else each.model_copy(update={"finding": None})
                for each in kept
            ],
            "hypotheses": [_told(each, findings) for each in answer.hypotheses[:_MOST_HYPOTHESES]],
        }
    )


def _told(hypothesis: Hypothesis, findings: set[str]) -> Hypothesis:
    """Take out findings that are none, and a mend for what is only open."""
    finding = hypothesis.finding if hypothesis.finding in findings else None
    mend = hypothesis.mend if hypothesis.status == "supported" else None
    return hypothesis.model_copy(update={"finding": finding, "mend": mend})


def triage_text(answer: TriageAnswer, incident: Incident, model: str) -> str:
    """Write the answer down as the incident page does; it is a proposal, and says whose."""
    lines = [f"proposed by {model}, to be checked by a person", ""]
    lines.append(f"impact:     {answer.impact or 'the evidence does not say'}")
    for frame in answer.frames:
        known = incident.frames[int(frame.frame[1:]) - 1]
        where = f"{known.file}:{known.line} {known.function}"
        lines.append(f"frames:     {where} -> {frame.finding or 'no finding'}: {frame.why}")
    for number, each in enumerate(answer.hypotheses, start=1):
        named = f" ({each.finding})" if each.finding else ""
        lines += ["", f"{number}. [{each.status}] {each.claim}{named}"]
        lines += [f"   for:      {text}" for text in each.evidence_for or ["-"]]
        lines += [f"   against:  {text}" for text in each.evidence_against or ["-"]]
        lines.append(f"   test:     {each.test}")
        if each.mend:
            lines.append(f"   mend:     {each.mend}")
    lines.append("")
    for step in answer.needs_approval:
        lines.append(f"approval:   {step.step}; effect: {step.effect}; undone by: {step.undo}")
    lines += [f"unknown:    {text}" for text in answer.unknown]
    return "\n".join(" ".join(line.split("\n")) for line in lines).rstrip() + "\n"
