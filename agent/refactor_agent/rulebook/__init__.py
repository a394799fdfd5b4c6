"""Rules: their schema, their files, and the look-ups that the stages ask of them."""

from refactor_agent.rulebook.book import CHEAP, AsyncType, NativeCall, RuleBook
from refactor_agent.rulebook.load import load_rulebook, read_rules
from refactor_agent.rulebook.rule import Block, Example, Mark, Rule
from refactor_agent.rulebook.schema import Arguments, BlockingCall, FrontMatter, Native, Thread

__all__ = [
    "CHEAP",
    "Arguments",
    "AsyncType",
    "Block",
    "BlockingCall",
    "Example",
    "FrontMatter",
    "Mark",
    "Native",
    "NativeCall",
    "Rule",
    "RuleBook",
    "Thread",
    "load_rulebook",
    "read_rules",
]
