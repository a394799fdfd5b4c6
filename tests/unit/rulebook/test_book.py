from __future__ import annotations

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.rulebook import Arguments, RuleBook
from refactor_agent.rulebook.parse import parse_rule

DATA = """\
  - {call: "slow.Client.get(key, *, cache=None)", weight: 3}
  - call: slow.Client.wait(timeout=None) -> Self
    unless: {timeout: "0"}
  - slow.Base.*(*args, **kwargs) -> list[Self]
returns:
  slow.Client.sub: slow.Sub
  slow.Client.copy: Self
  slow.Base.name: str
  slow.make: slow.Client
bases:
  slow.Client: [slow.Base]
  slow.Special: [slow.Client]
threads:
  slow.Base: bound
aliases:
  slow.impl: slow
  slow_stubs_*.*Client: slow.Client
twins: {slower: ">=2,<3"}
native:
  distribution: slow
  versions: ">=1,<2"
  calls:
    slow.call: slow.aio.Client.call
  opened:
    slow.aio.Client: {add: {timeout: "None"}}
  types:
    slow.Client: slow.aio.Client
    slow.make: slow.aio.make
  methods:
    slow.Client.wait: await_all
  streams: [slow.Client.scan]
  missing: [slow.Client.pipe, slow.Result.ok]
  arguments:
    slow.Client: {refuse: [pool]}
    slow.Client.*: {rename: {cache: cached}}
  exceptions:
    slow.Error: [slow.aio.Error, ValueError]
    slow.errors.*: slow.errors.*
"""


@pytest.fixture
def rule(rule_text):
    return parse_rule(rule_text(DATA), "slow.md")


@pytest.fixture
def book(rule):
    return RuleBook([rule])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("slow.call", "slow.call"),
        ("slow.impl.call", "slow.call"),
        ("slower.call", "slower.call"),
        ("slow.Client.get", "slow.Client.get"),
        ("slow.Special.get", "slow.Client.get"),
        ("slow.Special.anything", "slow.Base.*"),
        ("slow.impl.Special.anything", "slow.Base.*"),
        ("slow_stubs_one.OneClient.get", "slow.Client.get"),
        ("slow_stubs_one.deep.OneClient.get", "slow.Client.get"),
        ("slow_stubs_one.OneClients.get", None),
        ("slow.Special._private", None),
        ("slow.Special.copy", None),
        ("slow.Special.name", None),
        ("slow.other", None),
        ("call", None),
    ],
)
def test_blocking_calls_are_found_through_bases_aliases_and_wildcards(book, name, found):
    result = book.blocking(name)

    assert (result[1].name if result else None) == found


def test_weights_and_arguments_that_make_a_call_harmless(book):
    rule, call = book.blocking("slow.Client.get")
    _, wait = book.blocking("slow.Client.wait")

    assert (rule.weight_of(call), rule.weight_of(wait)) == (3, 7)
    assert (wait.unless, wait.parameters) == ({"timeout": "0"}, "timeout=None")


@pytest.mark.parametrize(
    ("name", "type_name"),
    [
        ("slow.call", "slow.Result"),
        ("slow.Client", "slow.Client"),
        ("slow.Special", "slow.Special"),
        ("slow.Client.sub", "slow.Sub"),
        ("slow.Special.copy", "slow.Special"),
        ("slow.Special.wait", "slow.Special"),
        ("slow.Special.anything", "list[slow.Special]"),
        ("slower.make", "slower.Client"),
        ("slow.Client.get", "list[slow.Client]"),
        ("slow_stubs_one.OneClient", "slow.Client"),
        ("slow.unknown", None),
    ],
)
def test_types_of_results(book, name, type_name):
    assert book.returns(name) == type_name


def test_threads_are_inherited(book):
    assert book.thread("slow.Special") == "bound"
    assert book.thread("elsewhere.Thing") == "any"
    assert book.bases("slow.impl.Special") == ("slow.Client",)


def test_a_method_becomes_a_method_of_the_async_type(book):
    native = book.native("slow.Client.get")

    assert native.target == "slow.aio.Client.get"
    assert native.types == ("slow.Client", "slow.aio.Client")
    assert native.arguments == Arguments(rename={"cache": "cached"})
    assert (native.opened, native.awaited, native.distribution) == (None, True, "slow")


def test_rules_of_one_package_need_what_each_of_them_says(rule_text):
    other = """\
  - slow.queue.Queue.get() -> object
native:
  distribution: slow-queue
  types: {slow.queue.Queue: slow.queue.aio.Queue}
"""
    queue = (
        rule_text(other).replace("XY101", "XY102").replace("slow.call(seconds", "slow.queue.of(s")
    )
    book = RuleBook([parse_rule(rule_text(DATA), "a.md"), parse_rule(queue, "b.md")])

    assert book.native("slow.Client.get").distribution == "slow"
    assert book.native("slow.queue.Queue.get").distribution == "slow-queue"
    assert book.async_type("slow.Client").distribution == "slow"


def test_what_is_said_of_a_base_holds_for_a_class_with_an_async_side_of_its_own(rule_text):
    data = DATA.replace("  methods:\n", "    slow.Special: slow.aio.Special\n  methods:\n")
    native = RuleBook([parse_rule(rule_text(data), "slow.md")]).native("slow.Special.scan")

    assert native.target == "slow.aio.Special.scan"
    assert (native.awaited, native.iterator) == (False, True)
    assert native.arguments == Arguments(rename={"cache": "cached"})


def test_a_client_with_two_halves(rule_text):
    data = DATA.replace("  methods:\n", "    slow.Sub: slow.aio.Sub\n  methods:\n")
    data = data.replace(
        "  methods:\n", "  halves: {slow.Client: aio}\n  leaks: [httpx]\n  methods:\n"
    )
    data = data.replace("returns:\n", "  - slow.Sub.get(key) -> object\nreturns:\n", 1)
    book = RuleBook([parse_rule(rule_text(data), "slow.md")])
    native = book.native("slow.Sub.get")

    assert (native.target, native.half) == ("slow.aio.Sub.get", "aio")
    assert book.half("slow.impl.Client") == "aio"
    assert book.door(native.rule, "sub") == "slow.Sub"
    assert book.door(native.rule, "name") is None
    assert book.leaks("slow.Sub.get") == ("httpx",)


def test_a_function_becomes_a_method_of_a_client_opened_for_it(book):
    native = book.native("slow.call")

    assert native.target == "slow.aio.Client.call"
    assert native.opened == ("slow.aio.Client", Arguments(add={"timeout": "None"}))
    assert native.types is None


@pytest.mark.parametrize(
    ("name", "target", "versions"),
    [
        ("slow.Client.wait", "slow.aio.Client.await_all", ">=1,<2"),
        ("slower.Client.wait", "slower.aio.Client.await_all", ">=2,<3"),
        ("slow.Client.pipe", None, None),
        ("slow.other", None, None),
    ],
)
def test_native_targets(book, name, target, versions):
    native = book.native(name)

    assert (native.target if native else None) == target
    assert (native.versions if native else None) == versions


def test_streams_are_read_and_not_awaited(book):
    native = book.native("slow.Client.scan")

    assert (native.awaited, native.iterator) == (False, True)


def test_async_types_with_what_their_constructor_needs(book):
    assert book.async_type("slow.impl.Client").arguments.refuse == ("pool",)
    assert book.async_type("slow.make").name == "slow.aio.make"
    assert book.async_type("slower.Client").versions == ">=2,<3"
    assert book.async_type("slow.Sub") is None


def test_exceptions_and_what_is_missing(book):
    assert book.exception("slow.Error") == ("slow.aio.Error", "ValueError")
    assert book.exception("slow.errors.Timeout") == ("slow.errors.Timeout",)
    assert book.exception("slow.impl.errors.Timeout") == ("slow.impl.errors.Timeout",)
    assert book.exception("slower.Error") == ("slower.aio.Error", "ValueError")
    assert book.exception("other.Error") is None
    assert book.lacks("slow.Result.ok")
    assert not book.lacks("slow.Result.text")


def test_a_disabled_rule_finds_nothing_but_knows_its_types(rule):
    book = RuleBook([rule], disabled=["XY101"])

    assert book.rules == ()
    assert book.blocking("slow.call") is None
    assert book.native("slow.call") is None
    assert book.async_type("slow.Client") is None
    assert book.returns("slow.Client.sub") == "slow.Sub"


def test_an_unknown_id_names_its_neighbours(book):
    assert book.rule("XY101").name == "slow-call"
    with pytest.raises(UsageError, match="no rule 'XY110'; did you mean XY101"):
        book.rule("XY110")


def test_the_fingerprint_follows_the_rules(rule, rule_text):
    other = parse_rule(rule_text(DATA).replace("They wait.", "They sleep."), "slow.md")

    assert RuleBook([rule]).fingerprint != RuleBook([other]).fingerprint
    assert RuleBook([rule]).fingerprint != RuleBook([rule], disabled=["XY101"]).fingerprint


def test_two_rules_must_not_contradict_each_other(rule, rule_text):
    text = rule_text("returns:\n  slow.make: slow.Other\n").replace("id: XY101", "id: XY102")
    other = parse_rule(text, "other.md")

    with pytest.raises(UsageError, match=r"other\.md: .* is already given by XY101 \(slow\.md\)"):
        RuleBook([rule, other])
