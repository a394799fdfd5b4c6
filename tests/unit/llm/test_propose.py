"""The whole way from a request to a proposal, through the real client and a scripted server."""

from __future__ import annotations

import json

import pytest

from refactor_agent.boundary import BOUNDARY_MODULE, boundary_source
from refactor_agent.domain.plan import FunctionRef, Refusal
from refactor_agent.domain.proposal import ImportEdit, NewFile, Proposal, Usage
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.edit import apply_proposal, function_source
from refactor_agent.llm import Offload, Policy, failed_round
from refactor_agent.tree import Tree
from support.model_server import Said, ScriptedModelServer, answer
from support.model_session import ModelSession, function_request

POLL = "async def poll(job):\n    time.sleep(0.5)\n    return job"
GOOD = "async def poll(job):\n    await asyncio.sleep(0.5)\n    return job\n"
NAME = "app.jobs.poll"
GOOD_ANSWER = answer({NAME: GOOD}, imports=["import asyncio"])
SAYS_DONE = {"status": "done", "imports": [], "assumptions": [], "refusal": None}


def propose(tmp_path, script, request=None, **settings):
    """Run one proposal and give it with the session and the requests that were made."""
    with ScriptedModelServer(script) as server:
        session = ModelSession(tmp_path, server.base_url)
        outcome = session.propose(request or function_request(POLL), **settings)
    return outcome, session, server.requests


def test_a_good_answer_becomes_a_proposal(tmp_path):
    """Code, imports both ways, and an author that says which prompt made it."""
    proposal, session, requests = propose(tmp_path, [GOOD_ANSWER])
    assert isinstance(proposal, Proposal)
    assert proposal.strategy == "native"
    assert [edit.code for edit in proposal.functions] == [GOOD]
    assert proposal.imports == (
        ImportEdit(file="app/jobs.py", module="asyncio"),
        ImportEdit(file="app/jobs.py", module="time", action="drop_unused"),
    )
    assert proposal.author.kind == "model"
    assert proposal.author.model == "scripted"
    assert proposal.author.usage == Usage(prompt_tokens=100, completion_tokens=20)
    assert len(requests) == 1
    assert session.ledger.spent.calls == 1


def test_a_proposal_fits_the_tree(tmp_path):
    """The code of a method goes back to its own indentation, strings untouched."""
    file = tmp_path / "jobs.py"
    file.write_text(
        "import time\n\n\nclass Jobs:\n    async def poll(self):\n        time.sleep(1)\n"
        '        return """\n  a\nb"""\n\n    def other(self): ...\n'
    )
    tree = Tree(tmp_path)
    source = function_source(tree, FunctionRef(file="jobs.py", name="jobs.Jobs.poll"))
    request = function_request(source.code, name="jobs.Jobs.poll")
    request = request.model_copy(
        update={
            "functions": (
                request.functions[0].model_copy(
                    update={"ref": source.function, "before": source.before_hash}
                ),
            ),
            "files": (request.files[0].model_copy(update={"file": "jobs.py"}),),
        }
    )
    code = 'async def poll(self):\n    await asyncio.sleep(1)\n    return """\n      a\n    b"""'
    said = answer({"jobs.Jobs.poll": code}, imports=["import asyncio"])
    proposal, _, _ = propose(tmp_path / "state", [said], request)
    changed = apply_proposal(tree, proposal)["jobs.py"].decode()
    assert changed == (
        "import asyncio\n\n\nclass Jobs:\n    async def poll(self):\n"
        '        await asyncio.sleep(1)\n        return """\n  a\nb"""\n\n'
        "    def other(self): ...\n"
    )


def test_a_twin_follows_the_unchanged_original(tmp_path):
    sync = "def poll(job):\n    time.sleep(0.5)\n    return job"
    request = function_request(sync, change="twin", new_name="apoll")
    twin = GOOD.replace("poll", "apoll")
    proposal, _, _ = propose(tmp_path, [answer({NAME: twin}, imports=["import asyncio"])], request)
    assert proposal.functions[0].code == f"{sync}\n\n\n{twin}"


def test_an_offload_brings_its_module(tmp_path):
    """The import is added even when the model forgets it, and the boundary is a new file."""
    file = NewFile(file=f"app/{BOUNDARY_MODULE}.py", text=boundary_source())
    offload = Offload(module=f"app.{BOUNDARY_MODULE}", new_file=file)
    code = "async def poll(job):\n    await offload(time.sleep, 0.5)\n    return job\n"
    request = function_request(POLL, offload=offload)
    proposal, _, requests = propose(tmp_path, [answer({NAME: code})], request)
    assert proposal.strategy == "offload"
    assert proposal.new_files == (file,)
    wanted = ImportEdit(file="app/jobs.py", module="app._async_adapters", name="offload")
    assert proposal.imports == (wanted,)
    assert "from app._async_adapters import offload" in requests[0].prompt


def test_a_wrong_answer_is_mended_by_repair(tmp_path):
    """The gate's exact words and the latest code go back, and the mended answer counts."""
    wrong = GOOD.replace("await ", "")
    mended = function_request(POLL)
    with ScriptedModelServer([answer({NAME: wrong}), GOOD_ANSWER]) as server:
        session = ModelSession(tmp_path, server.base_url)
        first = session.propose(mended)
        failure = CheckFailure(
            check="colour", message="asyncio.sleep is never awaited\nin line 2", hazards=("H-B1",)
        )
        second = session.propose(mended, [failed_round(first, [failure])])
    assert second.functions[0].code == GOOD
    repair = server.requests[1].prompt
    assert repair.startswith(server.requests[0].prompt), "the first question stays a shared prefix"
    assert "asyncio.sleep is never awaited\nin line 2" in repair
    assert wrong in repair
    assert first.author.template != second.author.template


def test_earlier_rounds_are_told_in_brief(tmp_path):
    rounds = [
        failed_round(
            propose(tmp_path / "first", [GOOD_ANSWER])[0],
            [CheckFailure(check="tests", message=f"round {number}: assert 1 == 2")],
        )
        for number in (1, 2)
    ]
    _, _, requests = propose(tmp_path, [GOOD_ANSWER], previous=rounds)
    assert "Attempt 1 failed:\n\n- tests: round 1: assert 1 == 2" in requests[0].prompt
    assert requests[0].prompt.count(GOOD) == 1


FAULTS = {
    "empty": Said(""),
    "empty content": Said(None),
    "no-json": Said("I would rather describe it: await the sleep."),
    "wrong-schema": Said('{"status": "done"}'),
    "wrong-schema for another type": Said(json.dumps({**SAYS_DONE, "functions": "poll"})),
    "syntax-error": answer({NAME: "async def poll(job):\n    return ("}),
    "syntax-error on misplaced await": answer({NAME: "def poll(job):\n    await x()"}),
    "outside-plan": answer({"app.jobs.other": GOOD}),
    "duplicate-function": Said(
        json.dumps({**SAYS_DONE, "functions": [{"name": NAME, "code": GOOD}] * 2})
    ),
    "renamed-function": answer({NAME: GOOD.replace("poll", "poll_async")}),
    "changed-signature": answer({NAME: GOOD.replace("job)", "job, timeout=5)")}),
    "changed-signature by annotation": answer({NAME: GOOD.replace("):", ") -> str:")}),
    "changed-decorators": answer({NAME: f"@retry\n{GOOD}"}),
    "changed-colour": answer({NAME: POLL.removeprefix("async ")}),
    "changed-generator": answer({NAME: GOOD.replace("return job", "yield job")}),
    "extra-statement": answer({NAME: f"CLIENT = object()\n{GOOD}"}),
    "extra-statement after it": answer({NAME: f"{GOOD}\nasync def helper(): ..."}),
    "extra-statement instead": answer({NAME: "class poll: ..."}),
    "elided-code": answer(
        {NAME: GOOD.replace("    return", "    # ... existing code ...\n    return")}
    ),
    "elided-code in a statement": answer({NAME: GOOD.replace("    return job", "    ...")}),
    "syntax-error by depth": answer(
        {NAME: f"async def poll(job):\n    return {'(' * 300}{')' * 300}"}
    ),
    "wrong-schema by half a character": Said(
        GOOD_ANSWER.content.replace('"assumptions": []', '"assumptions": ["\\ud800"]')
    ),
    "no-json by depth": Said('{"a":' * 20_000),
    "bad-import": answer({NAME: GOOD}, imports=["asyncio"]),
    "bad-import of everything": answer({NAME: GOOD}, imports=["from asyncio import *"]),
    "bad-import of the future": answer({NAME: GOOD}, imports=["from __future__ import print"]),
    "bad-import that is no Python": answer({NAME: GOOD}, imports=["import"]),
    "bad-import that hides another": answer(
        {NAME: GOOD.replace("asyncio.sleep", "time")}, imports=["from asyncio import sleep as time"]
    ),
    "new-dependency": answer({NAME: GOOD}, imports=["import trio"]),
    "new-dependency inside": answer(
        {NAME: GOOD.replace("    await", "    import trio\n    await")}
    ),
    "unchanged": answer({NAME: POLL}),
    "unchanged for want of functions": answer({}),
}


@pytest.mark.parametrize("case", FAULTS)
def test_an_answer_of_no_use_is_repaired(tmp_path, case):
    """Each fault goes back once with its reason, is charged, and a good second answer counts."""
    proposal, session, requests = propose(tmp_path, [FAULTS[case], GOOD_ANSWER])
    assert isinstance(proposal, Proposal)
    code = case.partition(" ")[0]
    assert f"answer/{code}" in requests[1].prompt
    spent = session.ledger.spent
    assert (spent.calls, spent.faults) == (2, 1)
    assert (spent.prompt_tokens, spent.completion_tokens) == (200, 40)


@pytest.mark.parametrize("case", FAULTS)
def test_an_answer_that_stays_of_no_use_is_a_refusal(tmp_path, case):
    refusal, session, requests = propose(tmp_path, lambda _: FAULTS[case])
    assert isinstance(refusal, Refusal)
    assert refusal.reason == f"answer-{case.partition(' ')[0]}"
    assert refusal.message.startswith("2 answers of the model could not be used: ")
    assert len(requests) == 2
    assert session.ledger.spent.faults == 2


def test_repairs_are_bounded_by_the_caller(tmp_path):
    _, _, requests = propose(tmp_path, lambda _: Said("no"), policy=Policy(repairs=0))
    assert len(requests) == 1
    _, _, requests = propose(tmp_path / "b", lambda _: Said("no"), policy=Policy(repairs=3))
    assert len(requests) == 4


ENDS = {
    "model-refused": Said(None, refusal="I can't help\nwith that."),
    "content-filter": Said("", finish_reason="content_filter"),
    "answer-truncated": Said('{"status": "do', finish_reason="length"),
    "model-refused in words": Said(
        json.dumps({**SAYS_DONE, "status": "refused", "functions": [], "refusal": "a lock is held"})
    ),
}


@pytest.mark.parametrize("case", ENDS)
def test_some_answers_end_the_matter(tmp_path, case):
    """Asking the same again would only cost the same again."""
    refusal, session, requests = propose(tmp_path, [ENDS[case]])
    assert refusal.reason == case.partition(" ")[0]
    assert "\n" not in refusal.message
    assert len(requests) == 1
    assert session.ledger.spent.prompt_tokens == 100


WRAPPED = {
    "fenced": "Here you are:\n```json\n{}\n```\nAnything else?",
    "prose around it": "Sure! {} Hope that helps {{smile}}.",
    "thought first": '<think>maybe {"status": "refused"}</think>{}',
    "a draft first": '{"status": "draft"}\n{}',
}


@pytest.mark.parametrize("case", WRAPPED)
def test_an_answer_is_found_in_what_surrounds_it(tmp_path, case):
    """For endpoints that ignore the response format."""
    before, _, after = WRAPPED[case].partition("{}")
    said = Said(before + GOOD_ANSWER.content + after)
    proposal, _, _ = propose(tmp_path, [said])
    assert proposal.functions[0].code == GOOD


def test_raw_line_breaks_in_json_strings_are_read(tmp_path):
    said = Said(GOOD_ANSWER.content.replace("\\n", "\n"))
    assert propose(tmp_path, [said])[0].functions[0].code == GOOD


LENIENT = {
    "bare name": {"poll": GOOD},
    "quoted name": {f"`{NAME}`": GOOD},
    "imports before the function": {NAME: f"import asyncio\n\n\n{GOOD}"},
    "indented": {NAME: "".join(f"    {line}\n" for line in GOOD.splitlines())},
    "other newlines": {NAME: GOOD.replace("\n", "\r\n")},
}


@pytest.mark.parametrize("case", LENIENT)
def test_harmless_liberties_are_put_right(tmp_path, case):
    proposal, _, requests = propose(tmp_path, [answer(LENIENT[case], imports=["import asyncio"])])
    assert [edit.code for edit in proposal.functions] == [GOOD]
    assert proposal.imports[0] == ImportEdit(file="app/jobs.py", module="asyncio")
    assert len(requests) == 1


def test_an_unused_import_is_dropped(tmp_path):
    said = answer({NAME: GOOD}, imports=["import asyncio", "import os", "from app import thing"])
    proposal, _, _ = propose(tmp_path, [said])
    assert [edit.module for edit in proposal.imports] == ["asyncio", "time"]
