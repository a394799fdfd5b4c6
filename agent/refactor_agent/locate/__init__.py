"""Finds the paths from async code to calls that block, with a call graph by stdlib `ast`."""

from refactor_agent.kept import shared_cache
from refactor_agent.locate.advice import advice, notes
from refactor_agent.locate.graph import Uses
from refactor_agent.locate.incremental import Nearby
from refactor_agent.locate.locator import evaluate, locate
from refactor_agent.locate.palette import Palette
from refactor_agent.locate.records import json_parts, regions_as_json
from refactor_agent.locate.remarks import remarks_on
from refactor_agent.locate.render import Shown, render_text
from refactor_agent.locate.signing import signs
from refactor_agent.locate.since import regions_since
from refactor_agent.locate.sources import SourceLines
from refactor_agent.locate.test_code import is_test_file

__all__ = [
    "Nearby",
    "Palette",
    "Shown",
    "SourceLines",
    "Uses",
    "advice",
    "evaluate",
    "is_test_file",
    "json_parts",
    "locate",
    "notes",
    "regions_as_json",
    "regions_since",
    "remarks_on",
    "render_text",
    "shared_cache",
    "signs",
]
