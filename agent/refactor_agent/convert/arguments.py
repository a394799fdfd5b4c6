"""Arguments that must be written out, renamed or refused when a call changes library."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence

import libcst as cst

from refactor_agent.convert.names import expression
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.wording import Speller
from refactor_agent.domain.place import Site
from refactor_agent.rulebook import Arguments

__all__ = ["TIGHT", "adapt_arguments", "argument", "given", "new_arguments"]

TIGHT = cst.AssignEqual(
    whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace("")
)
"""Between a keyword and its argument."""


def adapt_arguments(  # noqa: PLR0913 - two of them are for few callers
    call: cst.Call,
    wanted: Arguments,
    parameters: str,
    site: Site,
    *,
    without: Collection[str] = (),
    spell: Speller = expression,
) -> Change:
    """Give the change of a call's arguments that ``wanted`` asks for; raises `Refused`.

    ``parameters`` is the callee's parameter list, so that positional arguments have names.
    Keywords in ``without`` are not added.
    """
    names = given(call, parameters)
    differs = (
        wanted.add or wanted.rename or wanted.refuse or wanted.plain or wanted.numbers
        or wanted.made or wanted.need or wanted.drop or wanted.positional is not None
    )  # fmt: skip
    if differs and any(arg.star for arg in call.args):
        refuse("unknown-arguments", "starred arguments may hold some that differ there", site)
    for name in names:
        if name in wanted.refuse:
            refuse("argument", f"the argument {name!r} means something else there", site)
    _check_dropped(call, wanted, parameters, site)
    _check_needed(call, wanted, parameters, site)
    _check_plain(call, wanted, parameters, site)
    _check_numbers(call, wanted, names, site)
    order = parameter_names(parameters)
    gone = {*wanted.drop, *([wanted.limit] if wanted.limit else [])}
    if wanted.positional is not None and len(_positional(call)) > len(order):
        refuse("unknown-arguments", "nobody knows the names of all its arguments", site)
    renamed = {wanted.rename.get(name, name) for name in names}
    missing = {k: v for k, v in wanted.add.items() if k not in renamed and k not in without}

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)  # noqa: S101
        args = _without(node.args, gone, order)
        args = [_renamed(arg, wanted) for arg in _named(args, wanted, order)]
        args = [_number(arg, wanted, spell) for arg in args]
        return node.with_changes(args=_appended(node, args, new_arguments(missing, spell)))

    return change


def _check_dropped(call: cst.Call, wanted: Arguments, parameters: str, site: Site) -> None:
    for name, literal in wanted.drop.items():
        value = argument(call, name, parameters)
        if value is not None and not (isinstance(value, cst.Name) and value.value == literal):
            refuse("argument", f"the argument {name!r} means something else there", site)


def _without(args: Sequence[cst.Arg], gone: Collection[str], order: Sequence[str]) -> list[cst.Arg]:
    """Leave out what is not given there; behind a positional one no other may follow."""
    names = [
        arg.keyword.value if arg.keyword is not None else "".join(order[at : at + 1])
        for at, arg in enumerate(args)
    ]
    left = [arg for arg, name in zip(args, names, strict=True) if name not in gone]
    if left and len(left) < len(args):
        left[-1] = left[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return left


def _check_needed(call: cst.Call, wanted: Arguments, parameters: str, site: Site) -> None:
    for name in wanted.need:
        value = argument(call, name, parameters)
        if value is None or (isinstance(value, cst.Name) and value.value == "None"):
            refuse("argument", f"without the argument {name!r} the async call blocks, too", site)


def _check_plain(call: cst.Call, wanted: Arguments, parameters: str, site: Site) -> None:
    """Refuse where an argument's text can't be read, or means something else there."""
    for name, pattern in wanted.plain.items():
        value = argument(call, name, parameters)
        if value is None:
            continue
        text = _text(value)
        if text is None:
            refuse("argument", f"the argument {name!r} can't be read here", site)
        if re.search(pattern, text):
            refuse("argument", f"what the argument {name!r} says means something else there", site)


def _check_numbers(call: cst.Call, wanted: Arguments, names: Collection[str], site: Site) -> None:
    """Refuse what should be a number and may be anything: a name, a pair, `None`."""
    written = {
        arg.keyword.value
        for arg in call.args
        if arg.keyword is not None and isinstance(arg.value, cst.Integer | cst.Float)
    }
    for name in wanted.numbers:
        if name in names and name not in written:
            refuse("argument", f"the argument {name!r} is no number that can be read here", site)


def _number(arg: cst.Arg, wanted: Arguments, spell: Speller) -> cst.Arg:
    text = wanted.numbers.get(arg.keyword.value) if arg.keyword is not None else None
    if text is None or not isinstance(arg.value, cst.Integer | cst.Float):
        return arg
    return arg.with_changes(value=spell(text.replace("{}", arg.value.value)))


def _text(node: cst.BaseExpression) -> str | None:
    if not isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        return None
    value = node.evaluated_value
    return value if isinstance(value, str) else None


def argument(call: cst.Call, name: str, parameters: str) -> cst.BaseExpression | None:
    """Give what ``call`` is given for the parameter ``name``, by name or by position."""
    positional = dict(zip(parameter_names(parameters), _positional(call), strict=False)).get(name)
    named = (arg for arg in call.args if arg.keyword is not None and arg.keyword.value == name)
    found = next(named, positional)
    return found.value if found is not None else None


def given(call: cst.Call, parameters: str) -> set[str]:
    """Name the arguments of a call, positional ones by their parameter."""
    keywords = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    names = zip(parameter_names(parameters), _positional(call), strict=False)
    return keywords | {name for name, _ in names}


def parameter_names(parameters: str) -> list[str]:
    """Name the parameters that may be given by position, in order."""
    signature = ast.parse(f"def f({parameters}): ...").body[0]
    assert isinstance(signature, ast.FunctionDef)  # noqa: S101 - the line above says so
    return [name.arg for name in (*signature.args.posonlyargs, *signature.args.args)]


def _positional(call: cst.Call) -> list[cst.Arg]:
    return [arg for arg in call.args if arg.keyword is None and not arg.star]


def _named(args: Sequence[cst.Arg], wanted: Arguments, order: Sequence[str]) -> list[cst.Arg]:
    """Write by name what may not be given by position there."""
    if wanted.positional is None:
        return list(args)
    found = []
    for index, arg in enumerate(args):
        named = arg.keyword is None and index >= wanted.positional
        keyword = cst.Name(order[index]) if named else arg.keyword
        found.append(arg.with_changes(keyword=keyword, equal=TIGHT if named else arg.equal))
    return found


def new_arguments(wanted: dict[str, str], spell: Speller = expression) -> list[cst.Arg]:
    """Make keyword arguments from source texts."""
    return [
        cst.Arg(keyword=cst.Name(name), value=spell(text), equal=TIGHT)
        for name, text in wanted.items()
    ]


def _renamed(arg: cst.Arg, wanted: Arguments) -> cst.Arg:
    if arg.keyword is None or arg.keyword.value not in wanted.rename:
        return arg
    return arg.with_changes(keyword=cst.Name(wanted.rename[arg.keyword.value]))


def _appended(call: cst.Call, args: Sequence[cst.Arg], new: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Append arguments, one a line where the call is written so."""
    if not new or not args:
        return [*args, *new]
    last = args[-1]
    if not isinstance(last.comma, cst.Comma):
        return [*args, *new]
    between = cst.Comma(whitespace_after=call.whitespace_before_args)
    spread = [arg.with_changes(comma=between) for arg in (last, *new[:-1])]
    return [*args[:-1], *spread, new[-1].with_changes(comma=last.comma)]
