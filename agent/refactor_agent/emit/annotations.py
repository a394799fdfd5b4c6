"""Regions as GitHub workflow commands, which become annotations on a pull request."""

from __future__ import annotations

from refactor_agent.domain.region import Located, Region
from refactor_agent.emit.severity import is_warning

__all__ = ["as_annotations"]


def as_annotations(located: Located) -> str:
    """Render one workflow command per region; empty when nothing blocks."""
    return "".join(f"{_command(region)}\n" for region in located.regions)


def _command(region: Region) -> str:
    level = "warning" if is_warning(region.weight) else "notice"
    site = region.hops[0].site
    places = " → ".join(f"{hop.callee} ({hop.site})" for hop in region.hops)
    message = _escaped(f"{region.entry} blocks the event loop: {places}")
    properties = (
        f"file={_property(site.file)},line={site.span.line},endLine={site.span.end_line}"
        f",title={_property(region.rule)}"
    )
    return f"::{level} {properties}::{message}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
