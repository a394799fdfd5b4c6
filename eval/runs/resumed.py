"""What a run that goes on was asked when it began."""

from __future__ import annotations

import argparse

from eval.runs.options import parser
from eval.runs.results import RunError, read_run

__all__ = ["with_first_options"]

_FREE = frozenset({"resume", "jobs", "cache", "results"})
"""What may be another when a run goes on: nothing of it decides what comes out."""


def with_first_options(options: argparse.Namespace) -> argparse.Namespace:
    """Give ``options``; those that the run to be resumed began with, where one is.

    Raises `RunError` where an option was given again and is another: one result holds what one
    set of options asked.
    """
    if options.resume is None:
        return options
    told = read_run(options.resume).header.get("arguments")
    if not isinstance(told, list):
        raise RunError(f"{options.resume} does not say what it was asked; start anew")
    first, defaults = parser().parse_args(told), parser().parse_args([])
    for name, default in vars(defaults).items():
        now, then = getattr(options, name), getattr(first, name)
        if name in _FREE:
            setattr(first, name, then if now == default else now)
        elif now not in (default, then):
            option = f"--{name.replace('_', '-')}"
            raise RunError(
                f"{options.resume} was begun with another {option}; without it, --resume goes on "
                "with what it was begun with"
            )
    return first
