"""Service settings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments."""

    data_dir: Path
    model_url: str
    shop_url: str
    model: str = "small"
    max_steps: int = 6
    max_attempts: int = 3
    backoff: float = 0.2
    tool_timeout: float = 10.0

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the deployment's `AGENT_*` variables."""
        return cls(
            data_dir=Path(env.get("AGENT_DATA_DIR", "data")),
            model_url=env.get("AGENT_MODEL_URL", "http://127.0.0.1:8001/v1"),
            shop_url=env.get("AGENT_SHOP_URL", "http://127.0.0.1:8002"),
            backoff=float(env.get("AGENT_BACKOFF", "0.2")),
        )

    @property
    def notes_dir(self) -> Path:
        return self.data_dir / "notes"

    @property
    def memory_dir(self) -> Path:
        return self.data_dir / "memory"
