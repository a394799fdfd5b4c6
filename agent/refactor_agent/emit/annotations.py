"""Regions as GitHub workflow commands, which become annotations on a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from refactor_agent.domain.region import Located, Region
from refactor_agent.domain.suppression import Remark
from refactor_agent.emit.severity import GITHUB_LEVELS
from refactor_agent.locate import notes

__all__ = ["as_annotations"]


def as_annotations(located: Located, remarks: Iterable[Remark] = (), prefix: str = "") -> str:
    """Render one workflow command per region and remark; empty when there are none.

    ``prefix`` is the project's path inside its repository, as annotations name files from there.
    """
    commands = [
        *(_region(region, prefix) for region in located.regions),
        *(_remark(remark, prefix) for remark in remarks),
    ]
    return "".join(f"{command}\n" for command in commands)


def _region(region: Region, prefix: str) -> str:
    site = region.hops[0].site
    places = " → ".join(f"{hop.callee} ({prefix}{hop.site})" for hop in region.hops)
    return _command(
        GITHUB_LEVELS[region.severity],
        {
            "file": prefix + site.file,
            "line": str(site.span.line),
            "endLine": str(site.span.end_line),
            "title": region.rule,
        },
        "; ".join((f"{region.entry} blocks the event loop: {places}", *notes(region))),
    )


def _remark(remark: Remark, prefix: str) -> str:
    properties = {
        "file": prefix + remark.file,
        "line": str(remark.line),
        "title": remark.name,
    }
    return _command("warning", properties, remark.text)


def _command(level: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    return f"::{level} {given}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
