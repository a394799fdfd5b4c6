"""Before Python 3.13, `time.sleep` raises no audit event; here it gets one."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["audit_sleep"]

_SINCE = (3, 13)


class _Sleep:
    """Stands for `time.sleep`. No function, for a class that holds it must not bind it."""

    __module__ = "time"
    __name__ = __qualname__ = "sleep"

    def __init__(self, sleep: Any, hook: Any) -> None:
        self._sleep = sleep
        self._hook = hook
        self.__doc__ = sleep.__doc__

    def __call__(self, seconds: Any, /) -> None:
        self._hook("time.sleep", (seconds,), _up=2)
        self._sleep(seconds)

    def __repr__(self) -> str:
        return repr(self._sleep)

    def __reduce__(self) -> str:
        return "sleep"


def audit_sleep(hook: Any) -> None:
    """Have ``hook`` told of each sleep; code that holds the original already is not heard of."""
    if sys.version_info < _SINCE:
        time.sleep = _Sleep(time.sleep, hook)
