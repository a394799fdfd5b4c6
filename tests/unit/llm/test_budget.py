"""A prompt that is too long says less, in a stated order."""

from __future__ import annotations

import pytest

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm import Policy, load_prompts
from refactor_agent.llm.budget import DROPS, estimated_tokens, fit
from refactor_agent.llm.redaction import Vault
from refactor_agent.llm.request import Callee, Caller, FilePart, NamedCode, Round, RuleCard
from support.model_server import ScriptedModelServer, answer
from support.model_session import ModelSession, function_request

POLL = "async def poll(job):\n    time.sleep(0.5)\n    return job"
GOOD = {"app.jobs.poll": POLL.replace("time.sleep", "await asyncio.sleep")}
LONG = {  # what only this part of the prompt says
    "the rules' examples": "EXAMPLE " * 100,
    "the rules' limits": "LIMIT " * 100,
    "attempts before the latest": "FIRST " * 40,
    "the middle of long failures": "x" * 6000 + "yMIDDLE" + "y" * 6000,
    "callers outside the task": "app.outside." + "CALLER" * 100,
    "functions they call": "app.helper." + "CALLEE" * 40,
    "types of other files": "TYPE = 1\n" * 100,
    "definitions around the functions": "CONTEXT = 1\n" * 100,
    "what differs between libraries": "DIFFERS " * 100,
}
KEPT = ["time.sleep(0.5)", "import time", "def inside", "LAST", "Stop poll from blocking"]


def request():
    card = RuleCard(
        id="RA101",
        title="sleep",
        blocks="It sleeps.",
        differs=LONG["what differs between libraries"],
        limits=LONG["the rules' limits"],
        before=LONG["the rules' examples"],
        after="after",
    )
    made = function_request(POLL)
    callers = (
        Caller(name="def inside", is_async=True, planned=True),
        Caller(name=LONG["callers outside the task"], is_async=True, planned=False),
    )
    callee = Callee(name=LONG["functions they call"], is_async=False)
    update = {"callers": callers, "callees": (callee,)}
    part = made.functions[0].model_copy(update=update)
    context, types = LONG["definitions around the functions"], LONG["types of other files"]
    file = FilePart(file="app/jobs.py", imports="import time", context=context, types=types)
    return made.model_copy(update={"rules": (card,), "functions": (part,), "files": (file,)})


def rounds():
    first = CheckFailure(check="tests", message=LONG["attempts before the latest"])
    last = CheckFailure(check="tests", message=LONG["the middle of long failures"] + "LAST")
    code = (NamedCode(name="app.jobs.poll", code=POLL),)
    return Round(functions=(), failures=(first,)), Round(functions=code, failures=(last,))


def fitted(budget: int):
    prompts, vault = load_prompts(), Vault()
    return fit(request(), rounds(), lambda *told: prompts.propose(*told, vault), budget)


def test_what_fits_is_left_whole():
    assert fitted(1_000_000).dropped == ()


WORDS = {
    "the rules' examples": "EXAMPLE",
    "the rules' limits": "LIMIT",
    "attempts before the latest": "FIRST",
    "the middle of long failures": "yMIDDLE",
    "callers outside the task": "CALLER",
    "functions they call": "app.helper." + "CALLEE" * 40,
    "types of other files": "TYPE = 1\n" * 100,
    "definitions around the functions": "CONTEXT",
    "what differs between libraries": "DIFFERS",
}
"""What is gone from the prompt with each."""


def test_things_are_dropped_in_the_stated_order_and_no_more_than_it_takes():
    names = [name for name, _ in DROPS]
    made = fitted(1_000_000)
    for count, name in enumerate(names, start=1):
        assert WORDS[name] in made.prompt.messages[1].content
        made = fitted(estimated_tokens(made.prompt.size) - 1)
        assert made.dropped == tuple(names[:count])
        assert WORDS[name] not in made.prompt.messages[1].content
    assert set(names) == WORDS.keys()


def test_the_core_is_never_dropped():
    least = fitted(1)
    assert not least.fits
    assert least == fitted(1)
    for text in KEPT:
        assert text in least.prompt.messages[1].content


def test_a_prompt_that_can_not_fit_is_not_sent(tmp_path):
    with ScriptedModelServer([answer(GOOD)]) as server:
        session = ModelSession(tmp_path, server.base_url)
        refusal = session.propose(request(), policy=Policy(prompt_tokens=50))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "prompt-too-long"
    assert not server.requests


def test_the_proposal_says_what_was_not_told(tmp_path):
    whole = estimated_tokens(load_prompts().propose(request(), (), Vault()).size)
    with ScriptedModelServer([answer(GOOD)]) as server:
        session = ModelSession(tmp_path, server.base_url)
        made = session.propose(request(), policy=Policy(prompt_tokens=whole - 1))
    assert isinstance(made, Proposal)
    assert made.notes == ("for want of room the model was not told: the rules' examples",)
    assert "EXAMPLE" not in server.requests[0].prompt


@pytest.mark.parametrize(("characters", "tokens"), [(0, 0), (1, 1), (4, 1), (5, 2)])
def test_tokens_are_estimated_upwards(characters, tokens):
    assert estimated_tokens(characters) == tokens
