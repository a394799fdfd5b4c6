"""Service settings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments."""

    data_dir: Path
    subscriber_url: str
    secret: str
    attempts: int = 3
    backoff: float = 0.2
    timeout: float = 5.0

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the deployment's `RELAY_*` variables."""
        return cls(
            data_dir=Path(env.get("RELAY_DATA_DIR", "data")),
            subscriber_url=env.get("RELAY_SUBSCRIBER_URL", "http://127.0.0.1:8001"),
            secret=env.get("RELAY_SECRET", "secret"),
            backoff=float(env.get("RELAY_BACKOFF", "0.2")),
        )

    @property
    def database(self) -> Path:
        return self.data_dir / "relay.sqlite3"

    @property
    def dead_letters(self) -> Path:
        return self.data_dir / "dead-letters.jsonl"
