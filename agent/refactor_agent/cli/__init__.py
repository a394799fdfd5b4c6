"""The command line: one file per command, found by itself.

A command imports what it needs when it runs, so that `--help` and `scan` start fast.
"""

from refactor_agent.cli.app import main

__all__ = ["main"]
