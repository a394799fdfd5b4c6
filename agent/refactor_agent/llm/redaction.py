"""Keep obvious secrets from leaving the machine, and put them back where they stood."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator

__all__ = ["Vault"]

_WORD = (
    r"(?:password|passwd|pwd|passphrase|secret|token|credentials?"
    r"|(?:api|access|private|secret|signing|encryption|auth)[_-]?key)"
)
_PATTERNS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (
            (
                r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?"
                r"-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
            ),
            re.DOTALL,
        ),
        (r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}", 0),  # JSON Web Token
        (r"\b(?:sk|pk|rk)[-_][\w-]{16,}", 0),  # OpenAI, Anthropic, Stripe
        (r"\b(?:gh[pousr]_|github_pat_)\w{20,}", 0),
        (r"\bglpat-[\w-]{16,}", 0),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", 0),
        (r"\bAIza[\w-]{30,}", 0),
        (r"\bxox[abeoprs]-[\w-]{10,}", 0),
        (r"\b(?:hf|npm)_[A-Za-z0-9]{20,}", 0),
        (r"\bpypi-[\w-]{16,}", 0),
        (r"\bSG\.[\w-]{16,}\.[\w-]{16,}", 0),  # SendGrid
        (r"\bya29\.[\w-]{20,}", 0),  # Google OAuth
        (r"\b(?:hvs|dp\.[a-z]{2})\.[\w-]{20,}", 0),  # HashiCorp Vault, Doppler
        (r"\b(?:dop_v1|dckr_pat|lin_api|glsa|shpat|shpss|sq0atp|sq0csp)[_-][\w-]{16,}", 0),
        (r"\bdapi[0-9a-f]{32}\b", 0),  # Databricks
        (r"\bSK[0-9a-f]{32}\b", 0),  # Twilio
        (r"\bkey-[0-9a-f]{32}\b", 0),  # Mailgun
        (r"\bATATT[\w=-]{30,}", 0),  # Atlassian
        (r"\bNRAK-[A-Z0-9]{20,}", 0),  # New Relic
        (r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}", 0),
        (r"\b\d{8,10}:AA[\w-]{30,}", 0),  # Telegram
        (r"https://hooks\.slack\.com/services/(?P<secret>[\w/]{20,})", 0),
        (r"https://discord(?:app)?\.com/api/webhooks/(?P<secret>\d+/[\w-]{20,})", 0),
        (r"(?i:\bbasic)\s+(?P<secret>(?=[a-z+/]*[A-Z0-9])[A-Za-z0-9+/]{12,}={0,2})(?=[\"'])", 0),
        (r"(?:Account|SharedAccess)Key=(?P<secret>[A-Za-z0-9+/]{20,}={0,2})", 0),  # Azure
        (r"[?&]sig=(?P<secret>[\w%+/-]{20,}=*)", 0),
        (  # inside a connection string
            (
                r"(?i)[\"'](?:[^\"'\n]*[\s;])?(?:password|pwd)="
                r"(?P<secret>[^\s;,'\"(){}%]{6,})(?=[\s;'\"])"
            ),
            0,
        ),
        (  # in output: an environment variable, without quotes
            (
                r"\b[A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY)"
                r"=(?P<secret>(?=[^\s'\"]*\d)(?=[^\s'\"]*[A-Za-z])[^\s'\"(){}\[\],;]{8,})"
            ),
            0,
        ),
        (r"(?i:\bbearer)\s+(?P<secret>[\w.~+/-]{12,}=*)", 0),
        (r"\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*:(?P<secret>[^\s/@'\"{}]+)@", 0),
        (
            (
                rf"(?i)\b[\w-]*{_WORD}[\"']?\s*(?::\s*[\w\[\]. |]+)?\s*[=:]\s*[bru]{{0,2}}"
                r"(?P<quote>[\"'])(?!https?://)(?P<secret>[^\"'\s]{6,})(?P=quote)"
            ),
            0,
        ),
    )
)
_PLACEHOLDER = re.compile(r"REDACTED_SECRET_(\d+)")
_STRONG = re.compile(r"(?=.*[A-Za-z])(?=.*\d).{12,}", re.DOTALL)
"""Long and mixed enough that hiding it everywhere can't hit an innocent word."""


def _holders(code: str) -> Iterator[tuple[str, str]]:
    """Give each placeholder with the token it stands in; how lines are indented says nothing."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        for found in _PLACEHOLDER.finditer(token.string):
            yield found[0], " ".join(token.string.split())


class Vault:
    """The secrets of one request. The same secret gets the same placeholder, in order met."""

    def __init__(self, *texts: str) -> None:
        """Find the secrets of ``texts``, and number past any placeholder they already hold."""
        used = [int(number) for text in texts for number in _PLACEHOLDER.findall(text)]
        self._next = max(used, default=0) + 1
        self._placeholders: dict[str, str] = {}
        for text in texts:
            self.hide(text)

    def hide(self, text: str) -> str:
        """Give ``text`` with a placeholder for each secret, known or new."""
        for pattern in _PATTERNS:
            text = pattern.sub(self._replace, text)
        for secret in sorted(self._placeholders, key=len, reverse=True):
            if _STRONG.fullmatch(secret):
                text = text.replace(secret, self._placeholders[secret])
        return text

    def restore(self, text: str) -> str:
        """Give ``text`` with this vault's secrets in the places of their placeholders."""
        secrets = {placeholder: secret for secret, placeholder in self._placeholders.items()}
        return _PLACEHOLDER.sub(lambda found: secrets.get(found[0], found[0]), text)

    @staticmethod
    def moved(before: str, after: str) -> tuple[str, ...]:
        """Give the placeholders that do not stand in the same strings and comments in both.

        Both are Python code; raises `SyntaxError` or `tokenize.TokenError` when they are not.
        """
        old, new = Counter(_holders(before)), Counter(_holders(after))
        changed = (holder for holder in old.keys() | new.keys() if old[holder] != new[holder])
        return tuple(sorted({name for name, _ in changed}))

    def _replace(self, found: re.Match[str]) -> str:
        whole = found[0]
        part = "secret" if "secret" in found.re.groupindex else 0
        secret = found[part]
        if _PLACEHOLDER.search(secret):
            return whole
        if secret not in self._placeholders:
            self._placeholders[secret] = f"REDACTED_SECRET_{self._next}"
            self._next += 1
        start, end = found.start(part) - found.start(), found.end(part) - found.start()
        return whole[:start] + self._placeholders[secret] + whole[end:]
