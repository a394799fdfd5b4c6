"""Service settings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments."""

    data_dir: Path
    upstream_url: str
    page_pause: float = 0.05
    batch_size: int = 50
    max_attempts: int = 3

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the deployment's `ETL_*` variables."""
        return cls(
            data_dir=Path(env.get("ETL_DATA_DIR", "data")),
            upstream_url=env.get("ETL_UPSTREAM_URL", "http://127.0.0.1:8001"),
            page_pause=float(env.get("ETL_PAGE_PAUSE", "0.05")),
        )

    @property
    def store_path(self) -> Path:
        return self.data_dir / "events.sqlite3"

    @property
    def rejects_path(self) -> Path:
        return self.data_dir / "rejects.jsonl"
