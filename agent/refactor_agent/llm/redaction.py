"""Keep obvious secrets from leaving the machine, and put them back where they stood."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["Vault"]

_WORD = (
    r"(?:password|passwd|pwd|passphrase|secret|token|credentials?"
    r"|(?:api|access|private|secret|signing|encryption|auth)[_-]?key)"
)
_PATTERNS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL),
        (r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}", 0),  # JSON Web Token
        (r"\b(?:sk|pk|rk)[-_][\w-]{16,}", 0),  # OpenAI, Anthropic, Stripe
        (r"\b(?:gh[pousr]_|github_pat_)\w{20,}", 0),
        (r"\bglpat-[\w-]{16,}", 0),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", 0),
        (r"\bAIza[\w-]{30,}", 0),
        (r"\bxox[abeoprs]-[\w-]{10,}", 0),
        (r"\b(?:hf|npm)_[A-Za-z0-9]{20,}", 0),
        (r"\bpypi-[\w-]{16,}", 0),
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
        """Give the placeholders that occur more or less often in ``after`` than in ``before``."""
        counts = [Counter(f[0] for f in _PLACEHOLDER.finditer(text)) for text in (before, after)]
        names = counts[0].keys() | counts[1].keys()
        return tuple(sorted(name for name in names if counts[0][name] != counts[1][name]))

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
