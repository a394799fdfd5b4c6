"""Small plots as SVG, drawn without a library so that a report needs nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

__all__ = ["Bar", "Parts", "bars", "curve", "stacked"]

_COLOURS = {"right": "#2a7", "refused": "#bbb", "wrong": "#c33", "error": "#846"}
_LABEL, _WIDTH, _ROW = 320, 420, 20
_LETTERS = 46
"""As many fit before the bars, in the widest of common fonts."""


class Bar(NamedTuple):
    """A share with its interval, from 0 to 1."""

    label: str
    share: float
    low: float
    high: float


class Parts(NamedTuple):
    """A row of counts by outcome."""

    label: str
    counts: dict[str, int]


def bars(rows: Sequence[Bar]) -> str:
    """Draw one bar a row, a whisker over its interval."""
    drawn = []
    for number, row in enumerate(rows):
        top, middle = number * _ROW + 4, number * _ROW + 10
        low, high = (_LABEL + _WIDTH * share for share in (row.low, row.high))
        width = _WIDTH * min(max(row.share, 0), 1)
        drawn.append(
            f'{_text(row.label, middle)}<rect x="{_LABEL}" y="{top}" width="{width:.1f}"'
            f' height="12" fill="#48a"/><path d="M{low:.1f} {middle}H{high:.1f}"'
            f' stroke="#222" stroke-width="1.5"/>'
            f'<text x="{_LABEL + _WIDTH + 8}" y="{middle + 4}">{row.share:.0%}</text>'
        )
    return _svg("".join(drawn), len(rows) * _ROW + 4)


def stacked(rows: Sequence[Parts]) -> str:
    """Draw each row's counts as parts of one bar, named when one points at them."""
    drawn = []
    for number, row in enumerate(rows):
        top, left = number * _ROW + 4, float(_LABEL)
        total = sum(row.counts.values()) or 1
        drawn.append(_text(row.label, top + 6))
        for name, colour in _COLOURS.items():
            width = _WIDTH * row.counts.get(name, 0) / total
            drawn.append(
                f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="12" fill="{colour}">'
                f"<title>{name}: {row.counts.get(name, 0)} of {total}</title></rect>"
            )
            left += width
    return _svg("".join(drawn), len(rows) * _ROW + 4)


def curve(points: Sequence[tuple[float, float]], across: str, up: str) -> str:
    """Draw points on two logarithmic axes."""
    logs = [(math.log10(max(x, 1e-3)), math.log10(max(y, 1e-3))) for x, y in points]
    xs, ys = ([pair[axis] for pair in logs] for axis in (0, 1))
    dots = "".join(
        f'<circle cx="{_LABEL + _at(x, xs) * _WIDTH:.1f}" cy="{140 - _at(y, ys) * 120:.1f}" r="3"'
        f' fill="#48a"><title>{across} {px:g}, {up} {py:g}</title></circle>'
        for (x, y), (px, py) in zip(logs, points, strict=True)
    )
    low, high = (f"{10 ** edge(xs):.3g}" for edge in (min, max))
    least, most = (f"{10 ** edge(ys):.3g}" for edge in (min, max))
    axes = (
        f'<path d="M{_LABEL} 10V145H{_LABEL + _WIDTH}" fill="none" stroke="#888"/>'
        f'<text x="{_LABEL}" y="160">{escape(across)}: {low} to {high}, logarithmic</text>'
        f"{_text(f'{up}: {least} to {most}', 76)}"
    )
    return _svg(axes + dots, 166)


def _at(value: float, values: Sequence[float]) -> float:
    low, high = min(values), max(values)
    return (value - low) / (high - low) if high > low else 0.5


def _text(label: str, middle: float) -> str:
    shown = escape(label if len(label) <= _LETTERS else label[: _LETTERS - 1] + "…")
    return f'<text x="{_LABEL - 8}" y="{middle + 4}" text-anchor="end">{shown}</text>'


def _svg(body: str, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LABEL + _WIDTH + 60}"'
        f' height="{height}" font-family="sans-serif" font-size="12">{body}</svg>'
    )
