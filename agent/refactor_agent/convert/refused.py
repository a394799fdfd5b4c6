"""How a refusal leaves the depths of a conversion."""

from __future__ import annotations

from typing import NoReturn

from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Refusal

__all__ = ["Refused", "refuse"]


class Refused(Exception):  # noqa: N818
    """Carries a refusal up to `propose`, which gives it as a value; it never gets further."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refuse(reason: str, message: str, site: Site | None = None) -> NoReturn:
    """End the conversion of this attempt."""
    raise Refused(Refusal(reason=reason, message=message, site=site))
