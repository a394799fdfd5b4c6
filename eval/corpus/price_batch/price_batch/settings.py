"""Settings of the job and of the service."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments."""

    data_dir: Path
    rates_url: str
    workers: int = 4
    pause: float = 0.02

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the deployment's `PRICES_*` variables."""
        return cls(
            data_dir=Path(env.get("PRICES_DATA_DIR", "data")),
            rates_url=env.get("PRICES_RATES_URL", "http://127.0.0.1:8001"),
            pause=float(env.get("PRICES_PAUSE", "0.02")),
        )

    @property
    def catalogue(self) -> Path:
        return self.data_dir / "catalogue.csv"

    @property
    def reports(self) -> Path:
        return self.data_dir / "reports"
