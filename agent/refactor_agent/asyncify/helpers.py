"""Definitions that a converted file gets beside its own."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

__all__ = ["with_helpers"]


def with_helpers(module: cst.Module, helpers: Mapping[str, str]) -> cst.Module:
    """Put the code of ``helpers`` before the first function or class of ``module``."""
    if not helpers:
        return module
    body = list(module.body)
    definition = (cst.FunctionDef, cst.ClassDef)
    at = next((i for i, node in enumerate(body) if isinstance(node, definition)), len(body))
    config = module.config_for_parsing
    made = [
        cst.parse_statement(code, config=config).with_changes(
            leading_lines=[cst.EmptyLine(indent=False)] * 2
        )
        for code in helpers.values()
    ]
    return module.with_changes(body=[*body[:at], *made, *body[at:]])
