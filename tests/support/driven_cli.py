"""Runs the real command line as a program, under the eye of a test.

python driven_cli.py '{"kill_at": "verify:finished", "nth": 1}' run PATH ...

With ``kill_at`` the process kills itself, with a signal that nothing can catch, when its reporter
hears that event for the ``nth`` time. With ``modules`` it writes the names of all imported modules
to that file when it ends.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
from pathlib import Path

from refactor_agent.cli import main


def kill_at(event: str, nth: int) -> None:
    """Wrap the reporter that the commands use."""
    from refactor_agent.cli import _progress

    class Killing(_progress.Progress):
        heard = 0

        def event(self, name: str, /, **fields: str | float) -> None:
            self.heard += name == event
            if self.heard == nth and name == event:
                os.kill(os.getpid(), signal.SIGKILL)
            super().event(name, **fields)

    _progress.Progress = Killing


def note_modules(file: str) -> None:
    """Write the imported modules at the end, a name a line."""
    atexit.register(lambda: Path(file).write_text("\n".join(sorted(sys.modules))))


def drive() -> None:
    """Run the command line that ``sys.argv`` holds behind the settings."""
    # Whatever started the tests may ignore it, and what it starts would, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings = json.loads(sys.argv.pop(1))
    if "kill_at" in settings:
        kill_at(settings["kill_at"], settings.get("nth", 1))
    if "modules" in settings:
        note_modules(settings["modules"])
    main()


if __name__ == "__main__":
    drive()
