from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

RULE = """---
id: XY101
name: slow-call
since: "0.1"
weight: 7
applicability: review
library: slow
blocks:
  - slow.call(seconds, /) -> slow.Result
{data}---
# Slow calls

## What it does

Finds them.

## Why it blocks

They wait.

## Examples

### In a handler {{#doc}}

```python before
import slow as snail


async def run():
    snail.call(1)  # <- XY101
```

```python after
import fast


async def run():
    await fast.call(1)
```

### Left alone

```python same
import slow


def run():
    slow.call(1)
```
"""


@pytest.fixture
def rule_text() -> Callable[..., str]:
    """Give the text of a rule that is well, with front matter added and parts replaced."""

    def make(data: str = "", **replaced: str) -> str:
        text = RULE.format(data=data)
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        return text

    return make


@pytest.fixture
def rules_directory(tmp_path: Path) -> Callable[..., Path]:
    """Write rule files and give their directory."""

    def make(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
        return tmp_path

    return make
