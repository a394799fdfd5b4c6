"""What models were told and what they answered, in the run's own audit record."""

from __future__ import annotations

from pathlib import Path

from refactor_agent.domain.values import Value
from refactor_agent.emit.audit import AuditLog
from refactor_agent.llm.exchange import Exchange, Sent
from refactor_agent.llm.ledger import Entry
from refactor_agent.store import Store

__all__ = ["ModelRecord"]

_PLACE = "exchanges"


class ModelRecord:
    """Hears of every entry of the ledger: a line in the audit log, and a file for each text.

    The files are named by the SHA-256 of what they hold. Their names stand in the log, whose lines
    hang together by hashes: so nothing of what was sent can be changed unseen.
    """

    def __init__(self, results: Path, store: Store, audit: AuditLog) -> None:
        self._results = results
        self._store = store
        self._audit = audit

    def __call__(self, entry: Entry) -> None:
        """Record one entry."""
        facts: dict[str, object] = {
            "change_set": entry.about,
            "model": entry.model,
            "question": entry.question,
        }
        if entry.kind == "asked":
            facts |= self._sent(entry)
        elif entry.exchange:
            facts |= {
                "answer": self._write(entry.exchange, Exchange),
                "usage": entry.usage.model_dump() if entry.usage else None,
                "seconds": entry.seconds,
                "cost": entry.cost if entry.kind == "answered" else 0.0,
            }
        else:
            facts["reason"] = entry.reason
        self._audit.append(f"model:{entry.kind}", **facts)

    def _sent(self, entry: Entry) -> dict[str, object]:
        sent = self._store.get(entry.sent, Sent)
        return {
            "sent": self._write(entry.sent, Sent),
            "base_url": sent.base_url,
            "parameters": dict(sent.parameters),
            "template": sent.prompt.template,
            "prompt": sent.prompt.digest,
        }

    def _write(self, key: str, kind: type[Value]) -> str:
        """Copy a stored value into the run, byte for byte; give its path there."""
        name = f"{_PLACE}/{key}.json"
        path = self._results / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(self._store.get(key, kind).model_dump_json(), encoding="utf-8")
        return name
