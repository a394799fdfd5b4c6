"""tox's settings in the manner of INI files: ``tox.ini``, ``setup.cfg``, ``legacy_tox_ini``."""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Iterator

from refactor_agent.verify.stated.factors import expanded, likely_first, lines_for
from refactor_agent.verify.stated.statement import (
    Statement,
    Unread,
    below_root,
    root_from,
    without_reserved,
)
from refactor_agent.verify.stated.substitution import Around, filled

__all__ = ["read_ini"]

_BASE = "testenv"


def read_ini(text: str, file: str, core: str = "tox") -> Iterator[Statement | Unread]:
    """Give what each environment of the list runs, the likeliest first; ``core``: tox's section."""
    try:
        settings = configparser.RawConfigParser(strict=False, interpolation=None)
        settings.read_string(text)
    except configparser.Error as error:
        if core == "tox" or f"[{core}]" in text:
            yield Unread(file, f"it can't be parsed: {str(error).splitlines()[0]}")
        return
    if not any(name.partition(":")[0] == _BASE for name in settings.sections()):
        return
    for environment in _environments(settings, core):
        reader = _Reader(settings, environment)
        source = f"{file}, {environment}"
        try:
            statement = reader.statement(source)
        except ValueError as error:  # of `shlex`
            yield Unread(source, str(error))
        else:
            if statement.commands:
                yield statement


def _environments(settings: configparser.RawConfigParser, core: str) -> list[str]:
    listed = ""
    for key in ("env_list", "envlist"):
        listed = listed or settings.get(core, key, fallback="")
    own = [name.partition(":")[2] for name in settings.sections() if name.startswith(f"{_BASE}:")]
    names = list(dict.fromkeys([*expanded(listed), *own])) or ["py"]
    return likely_first(names)


class _Reader:
    """Reads the settings of one environment."""

    def __init__(self, settings: configparser.RawConfigParser, environment: str) -> None:
        self._settings = settings
        self._environment = environment
        self._around = Around(environment, self._look_up)
        directory = self._filled(self._raw("change_dir", "changedir")).strip()
        self._directory = below_root(directory)
        self._around = self._around._replace(root=root_from(self._directory))

    def statement(self, source: str) -> Statement:
        """Give what it runs; raises `ValueError` for what is no command."""
        commands = tuple(self._words(line) for line in self._lines("commands"))
        return Statement(
            source,
            tuple(words for words in commands if words),
            without_reserved(self._variables()),
            self._directory,
        )

    def _words(self, line: str) -> tuple[str, ...]:
        if line.startswith(("- ", "! ")):
            line = line[2:]
        return tuple(shlex.split(self._filled(line)))

    def _lines(self, *keys: str) -> list[str]:
        """A line that is nothing but a reference stands for the lines of what it names."""
        found: list[str] = []
        for line in lines_for(self._raw(*keys), self._environment):
            if line.startswith("{[") and line.endswith("}") and line.count("{") == 1:
                section, _, key = line[2:-1].partition("]")
                named = self._look_up(section, key)
                found += [line] if named is None else lines_for(named, self._environment)
            else:
                found.append(line)
        return found

    def _variables(self) -> Iterator[tuple[str, str]]:
        for line in self._lines("set_env", "setenv"):
            name, equals, value = line.partition("=")
            if equals:
                yield name.strip(), self._filled(value.strip())

    def _raw(self, *keys: str) -> str:
        for section in (f"{_BASE}:{self._environment}", _BASE):
            for key in keys:
                if self._settings.has_option(section, key):
                    return self._settings.get(section, key)
        return ""

    def _filled(self, text: str) -> str:
        return filled(text, self._around)

    def _look_up(self, section: str, key: str) -> str | None:
        return self._settings.get(section, key, fallback=None)
