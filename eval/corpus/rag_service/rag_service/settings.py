"""Service settings."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_EXTRACTOR = (sys.executable, "-I", str(Path(__file__).with_name("extractor.py")))


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments."""

    data_dir: Path
    model_url: str
    embedding_url: str
    vector_store_url: str
    collection: str = "documents"
    webhook_url: str = ""
    api_key_file: Path = Path("/run/secrets/model-api-key")
    admin_token_file: Path = Path("/run/secrets/admin-token")
    extractor: tuple[str, ...] = DEFAULT_EXTRACTOR
    extract_timeout: float = 20.0
    request_timeout: float = 10.0
    startup_timeout: float = 30.0
    max_attempts: int = 4
    backoff: float = 0.25
    stream_delay: float = 0.03
    top_k: int = 3
    chunk_chars: int = 800
    max_upload_bytes: int = 10_000_000

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the deployment's `RAG_*` variables."""
        return cls(
            data_dir=Path(env.get("RAG_DATA_DIR", "data")),
            model_url=env.get("RAG_MODEL_URL", "http://127.0.0.1:8001"),
            embedding_url=env.get("RAG_EMBEDDING_URL", "http://127.0.0.1:8002"),
            vector_store_url=env.get("RAG_VECTOR_STORE_URL", "http://127.0.0.1:6333"),
            collection=env.get("RAG_COLLECTION", "documents"),
            webhook_url=env.get("RAG_WEBHOOK_URL", ""),
            backoff=float(env.get("RAG_BACKOFF", "0.25")),
        )

    @property
    def documents_dir(self) -> Path:
        return self.data_dir / "documents"

    @property
    def prompts_dir(self) -> Path:
        return self.data_dir / "prompts"

    @property
    def history_path(self) -> Path:
        return self.data_dir / "history.sqlite3"

    @property
    def feedback_log(self) -> Path:
        return self.data_dir / "feedback.jsonl"

    @property
    def api_key(self) -> str:
        """The model server's key; the secret manager rotates the file."""
        return self.api_key_file.read_text(encoding="utf-8").strip()
