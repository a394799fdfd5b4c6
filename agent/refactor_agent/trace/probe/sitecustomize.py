"""Starts the tracer in every Python that inherits the path, then makes way for the real module.

Standard library only, Python 3.9 on; never imported here.
"""

from __future__ import annotations

import os
import sys


def _begin() -> None:
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib is slow here
    __import__("refactor_agent_tracer.begin", fromlist=["begin"]).begin()
    # The program's own search path must look as if this directory had never been there.
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)


def _make_way() -> None:
    """Import the `sitecustomize` that would have run; whatever it raises is for `site` to tell."""
    sys.modules.pop("sitecustomize", None)
    __import__("sitecustomize")


_begin()
_make_way()
