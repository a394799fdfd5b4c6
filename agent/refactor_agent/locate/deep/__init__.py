"""Finds blocking calls of libraries that no rule names, by reading the libraries' own code.

Each installed distribution is summarised once: which of its functions lead to a call that a rule
knows to block, and which types they give.
"""

from refactor_agent.locate.deep.evidence import with_evidence
from refactor_agent.locate.deep.installed import Installed, installed_beside
from refactor_agent.locate.deep.libraries import Libraries, Loaded
from refactor_agent.locate.deep.library_rules import LibraryRules

__all__ = [
    "Installed",
    "Libraries",
    "LibraryRules",
    "Loaded",
    "installed_beside",
    "with_evidence",
]
