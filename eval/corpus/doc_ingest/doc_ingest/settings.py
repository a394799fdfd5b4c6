"""Service settings."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

EXTRACTOR = (sys.executable, "-I", "-S", str(Path(__file__).with_name("extractor.py")))


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments."""

    data_dir: Path
    extractor: tuple[str, ...] = EXTRACTOR
    extract_timeout: float = 10.0
    chunk_words: int = 40

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the deployment's `INGEST_*` variables."""
        return cls(
            data_dir=Path(env.get("INGEST_DATA_DIR", "data")),
            extract_timeout=float(env.get("INGEST_TIMEOUT", "10")),
        )

    @property
    def inbox(self) -> Path:
        return self.data_dir / "inbox"

    @property
    def originals(self) -> Path:
        return self.data_dir / "originals"

    @property
    def index(self) -> Path:
        return self.data_dir / "index"
