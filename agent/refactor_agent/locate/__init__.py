"""Finds the paths from async code to calls that block, with a call graph by stdlib `ast`."""

from refactor_agent.locate.cache import shared_cache
from refactor_agent.locate.locator import is_test_file, locate
from refactor_agent.locate.render import regions_as_json, render_text

__all__ = ["is_test_file", "locate", "regions_as_json", "render_text", "shared_cache"]
