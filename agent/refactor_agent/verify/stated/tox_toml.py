"""tox's settings in TOML: ``tox.toml``, and ``[tool.tox]`` in ``pyproject.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refactor_agent.verify.stated.factors import likely_first
from refactor_agent.verify.stated.statement import (
    Statement,
    below_root,
    root_from,
    unknown,
    without_reserved,
)
from refactor_agent.verify.stated.substitution import Around, filled

__all__ = ["read_toml"]

Table = Mapping[str, object]


def read_toml(table: Table, file: str) -> Iterator[Statement]:
    """Give what each environment of the list runs, the likeliest first."""
    own = _table(table, "env")
    listed = [name for name in _items(table.get("env_list")) if isinstance(name, str)]
    names = list(dict.fromkeys([*listed, *own])) or ["py"]
    base = _table(table, "env_run_base")
    for name in likely_first(names):
        settings = {**base, **_table(own, name)}
        around = Around(name, lambda _section, _key: None)
        directory = below_root(_text(settings.get("change_dir", ""), around))
        around = around._replace(root=root_from(directory))
        commands = tuple(_words(line, around) for line in _items(settings.get("commands")))
        if commands:
            variables = _variables(settings.get("set_env"), around)
            yield Statement(f"{file}, {name}", commands, without_reserved(variables), directory)


def _words(line: object, around: Around) -> tuple[str, ...]:
    words: list[str] = []
    for part in _items(line):
        match part:
            case {"replace": "posargs", **rest}:
                words += [_text(word, around) for word in _items(rest.get("default"))]
            case _:
                words.append(_text(part, around))
    return tuple(words)


def _variables(table: object, around: Around) -> Iterator[tuple[str, str]]:
    for name, value in table.items() if isinstance(table, Mapping) else ():
        yield str(name), _text(value, around)


def _text(value: object, around: Around) -> str:
    return filled(value, around) if isinstance(value, str) else unknown(str(value))


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _table(table: Table, name: str) -> Table:
    value = table.get(name)
    return value if isinstance(value, Mapping) else {}
