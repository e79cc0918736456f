r"""Commands that a document defines for its formulas: ``\newcommand`` and related commands, read
where they occur, and expanded where they are used."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.features.formulas.tex_reader import Mistake
from pipeline.model.late import late
from pipeline.model.removal import closing_brace

LONGEST = 10_000
"""The maximum length of a formula, as written and after expansion."""

MOST = 1_000
"""The maximum number of uses in a formula: more would never end."""

_COMMAND = late(r"\\(?:[A-Za-z]+|.|$)", re.DOTALL)
_DEFINING = late(r"\\((?:new|renew|provide)command|(?:g|e|x)?def|let|DeclareMathOperator)(\*?)")
_NAME = late(r"\s*(?:\{\s*\\([A-Za-z]+)\s*\}|\\([A-Za-z]+))")
_COUNT = late(r"\s*\[(\d)\]")
_DEFAULT = late(r"\s*\[([^\[\]]*)\]")
_PARAMETERS = late(r"\s*((?:#\d)*)")
_LET = late(r"\s*+(?:=\s*+)?(\\[A-Za-z]+|\S)")
_ARGUMENT = late(r"\s*(\\(?:[A-Za-z]+|.)|[^\\{}\s])", re.DOTALL)
_PLACE = late(r"#(\d)")


class Macro(NamedTuple):
    """A command's replacement, with ``#1`` and so on; the first may have a ``default``."""

    body: str
    arguments: int = 0
    default: str | None = None


class _Expansion(NamedTuple):
    """A formula without commands of its own, and where each of its characters comes from."""

    tex: str
    origins: tuple[int, ...] | None = None
    mistake: Mistake | None = None

    def origin(self, at: int) -> int:
        if not self.origins:
            return at
        return self.origins[min(at, len(self.origins) - 1)]


def defines(tex: str) -> bool:
    """Return whether a formula defines commands."""
    return _DEFINING.search(tex) is not None


def write_out(tex: str, macros: dict[str, Macro]) -> _Expansion:
    """The formula with ``macros`` expanded; its own definitions are added to them."""
    if not (macros or defines(tex)):
        return _Expansion(tex)
    return _Writer(tex, macros).run()


class _Writer:
    def __init__(self, tex: str, macros: dict[str, Macro]) -> None:
        self.tex = tex
        self.macros = macros
        self.out: list[str] = []
        self.origins: list[int] = []
        self.uses = 0

    def run(self) -> _Expansion:
        # Texts to be read, the next one last, with their own position if they are expanded.
        waiting: list[tuple[str, int, int | None]] = [(self.tex, 0, None)]
        while waiting:
            text, pos, place = waiting.pop()
            command = _COMMAND.search(text, pos)
            end = command.start() if command else len(text)
            self.copy(text, pos, end, place)
            if len(self.origins) > LONGEST or self.uses > MOST:
                message = "The document's own commands expand endlessly, or to something too long."
                hint = "A command must not be part of its own definition."
                return _Expansion("", None, Mistake(message, place or 0, hint))
            if not command:
                continue
            at = command.start() if place is None else place
            name = command[0][1:]
            if defining := _DEFINING.match(text, end):
                after = self.define(text, defining)
                if after is None:
                    message = f"The definition `\\{defining[1]}` cannot be read."
                    hint = r"Write `\newcommand{\name}{what it stands for}`."
                    return _Expansion("", None, Mistake(message, at, hint))
                waiting.append((text, after, place))
            elif macro := self.macros.get(name):
                self.uses += 1
                body, after = _filled(macro, text, command.end())
                waiting.append((text, after, place))
                waiting.append((body, 0, at))
                if len(body) > LONGEST:
                    self.uses = MOST
            else:
                self.copy(text, end, command.end(), place)
                waiting.append((text, command.end(), place))
        return _Expansion("".join(self.out), tuple(self.origins))

    def copy(self, text: str, start: int, end: int, place: int | None) -> None:
        self.out.append(text[start:end])
        places = range(start, end) if place is None else [place] * (end - start)
        self.origins.extend(places)

    def define(self, text: str, defining: re.Match[str]) -> int | None:
        """Record a definition, and return its end; None if it is invalid."""
        name_match = _NAME.match(text, defining.end())
        if not name_match:
            return None
        kind, name, pos = defining[1], name_match[1] or name_match[2], name_match.end()
        if kind == "let":
            if not (equivalent := _LET.match(text, pos)):
                return None
            macro = self.macros.get(equivalent[1][1:]) if equivalent[1][0] == "\\" else None
            self.macros[name] = macro or Macro(equivalent[1])
            return equivalent.end()
        count, default = 0, None
        if kind.endswith("def"):
            parameters = _PARAMETERS.match(text, pos)
            assert parameters is not None  # it may be empty
            count, pos = len(parameters[1]) // 2, parameters.end()
        elif counted := _COUNT.match(text, pos):
            count, pos = int(counted[1]), counted.end()
            if default_match := _DEFAULT.match(text, pos):
                default, pos = default_match[1], default_match.end()
        body, pos = _argument(text, pos)
        if body is None:
            return None
        if kind == "DeclareMathOperator":
            body = f"\\operatorname{defining[2]}{{{body}}}"
        if not (kind == "providecommand" and name in self.macros):
            self.macros[name] = Macro(body, count, default)
        return pos


def _filled(macro: Macro, text: str, pos: int) -> tuple[str, int]:
    """The expansion of a command that ends at ``pos``, and the end of its arguments."""
    arguments: list[str] = []
    if macro.default is not None:
        default_match = _DEFAULT.match(text, pos)
        arguments.append(default_match[1] if default_match else macro.default)
        pos = default_match.end() if default_match else pos
    while len(arguments) < macro.arguments:
        argument, pos = _argument(text, pos)
        arguments.append(argument or "")
    if not arguments:
        return macro.body + ("" if macro.body[-1:] != "\\" else " "), pos

    def argument_of(place: re.Match[str]) -> str:
        number = int(place[1])
        return arguments[number - 1] if 0 < number <= len(arguments) else ""

    return _PLACE.sub(argument_of, macro.body[:LONGEST]), pos


def _argument(text: str, pos: int) -> tuple[str | None, int]:
    """The content of braces at ``pos``, or the single token there, and its end."""
    while text[pos : pos + 1].isspace():
        pos += 1
    if text[pos : pos + 1] != "{":
        match = _ARGUMENT.match(text, pos)
        return (match[1], match.end()) if match else (None, pos)
    end = closing_brace(text, pos)
    return (None, pos) if end is None else (text[pos + 1 : end], end + 1)
