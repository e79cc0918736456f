"""Reads the TeX of a formula: finds what is wrong in it, each thing with its place, and
writes it in the way that latex2mathml understands without mistakes of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from pipeline.resolve.formulas import commands
from pipeline.resolve.formulas.reader import Mistake, Reader

LONGEST = 10_000
"""Characters: no formula has more."""

_ARGUMENT = re.compile(r"\s*\{([^{}\\$]*(?:\\[^A-Za-z][^{}\\$]*)*)\}")
_ENVIRONMENT = re.compile(r"\s*\{([A-Za-z]+\*?)\}")
_COLUMNS = re.compile(r"\s*\{([lcr\s]*)\}")
_OPTION = re.compile(r"\s*\[([^\[\]{}\\]*)\]")
_LENGTH = re.compile(r"\s*\{\s*(-?\d*\.?\d+(?:em|ex|pt|mm|cm|mu))\s*\}")
_DELIMITERS = frozenset("()[]|/.<>") | {"\\{", "\\}", "\\|"}
_FENCES = frozenset(
    "langle rangle lceil rceil lfloor rfloor lvert rvert lVert rVert vert Vert lbrace rbrace"
    " lbrack rbrack backslash uparrow downarrow updownarrow Uparrow Downarrow lgroup rgroup"
    " ulcorner urcorner llcorner lrcorner".split()
)

Suggest: TypeAlias = Callable[[str, Iterable[str], str], str]
"""Gives a hint that names what is nearest to a word, with something before it."""


class Reading(NamedTuple):
    """What is wrong with a formula, and the formula as latex2mathml is to have it."""

    mistakes: tuple[Mistake, ...]
    tex: str


def read(tex: str, suggest: Suggest) -> Reading:
    """Read a formula; ``suggest`` is asked what an unknown name may be meant to be."""
    if len(tex) > LONGEST:
        message = f"A formula has {len(tex):,} characters; {LONGEST:,} is the most it may have."
        return Reading((Mistake(message, 0, "Take it apart into several."),), "")
    if not tex.strip():
        return Reading((Mistake("A formula is empty.", 0),), "")
    reader = _Tex(tex, suggest)
    reader.group("")
    found = sorted(reader.mistakes, key=lambda mistake: mistake.at)
    return Reading(tuple(found), "".join(reader.out))


class _Tex(Reader):
    """Reads commands too. ``suggest`` says what a name that is not known may stand for."""

    def __init__(self, tex: str, suggest: Suggest) -> None:
        super().__init__(tex)
        self.suggest = suggest

    def command(self, token: str, at: int) -> None:
        name = token[1:]
        if name.endswith("*") and name != "operatorname*":
            name = name[:-1]
        self.pos += len(name) + 1
        if not commands.is_known(name.removesuffix("*")):
            self.unknown(name, at)
            return
        if (plain := commands.ALIASES.get(name)) is not None:
            self.out.append(plain)
            return
        self.out.append(f"\\{name} ")  # the space keeps \mathrm{d} from losing its font
        if name in ("begin", "end"):
            self.out.pop()
            self.environment(at) if name == "begin" else self.stray(name, at)
        elif name == "left":
            self.fenced(at)
        elif name in ("right", "middle"):
            if name == "right":
                self.stray(name, at)
            self.delimiter(name)
        elif name.removesuffix("*") in commands.TEXTS:
            self.text(name, at)
        elif name == "hspace":
            self.length(at)
        elif name in commands.DELIMITED:
            self.delimiter(name)
        elif name == "sqrt" or name in commands.ARROWS:
            self.option()
            self.argument(token, at)
        else:
            first = len(self.out) - 1
            for _ in range(self.arguments(name)):
                self.argument(token, at, in_table=name == "substack")
            if name in commands.FENCED:
                self.out[first:] = [f"{{{''.join(self.out[first:])}}}"]

    def unknown(self, name: str, at: int) -> None:
        hint = commands.NOT_HERE.get(name, "")
        if not hint:
            hint = self.suggest(name, commands.names(), "\\")
        said = "cannot be used" if name in commands.NOT_HERE else "is not known"
        self.wrong(f"The command `\\{name}` {said}.", at, hint)

    def stray(self, name: str, at: int) -> None:
        first = {"end": "begin", "right": "left"}[name]
        if name == "end" and (found := _ENVIRONMENT.match(self.tex, self.pos)):
            self.pos = found.end()
        self.wrong(f"A `\\{name}` has no `\\{first}` before it.", at)

    def environment(self, at: int) -> None:
        found = _ENVIRONMENT.match(self.tex, self.pos)
        if not found:
            self.wrong("After `\\begin` a name in braces is missing.", at)
            return
        self.pos = found.end()
        name = found[1]
        given = commands.ENVIRONMENTS.get(name, "")
        if not given and name not in commands.WRAPPERS:
            hint = self.suggest(name, commands.ENVIRONMENTS, "")
            self.wrong(f"The environment `{name}` is not known.", at, hint)
        if name == "array":
            columns = self.columns(at)
        elif self.peek() == "[":
            columns = "{}"  # or it would be read as columns
        else:
            columns = ""
        first = len(self.out)
        closed = self.group("\\end", in_table=bool(given))
        ending = _ENVIRONMENT.match(self.tex, self.pos + len("\\end")) if closed else None
        if ending is None or ending[1] != name:
            self.wrong(f"There is no `\\end{{{name}}}` for `\\begin{{{name}}}`.", at)
        if ending:
            self.pos = ending.end()
        content = "".join(self.out[first:]).strip()
        if not content:
            self.wrong(f"The environment `{name}` is empty.", at)
        if given:
            # An empty last cell would take its row along; braces keep the brackets together.
            end = "{}" if content.endswith("&") else ""
            table = f"{{\\begin{{{given}}}{columns}{content}{end}\\end{{{given}}}}}"
            self.out[first:] = [table]

    def columns(self, at: int) -> str:
        found = _COLUMNS.match(self.tex, self.pos)
        if not found:
            hint = "Give a letter for each: `\\begin{array}{lcr}`. Lines cannot be drawn."
            self.wrong("The columns of `array` cannot be read.", at, hint)
            return ""
        self.pos = found.end()
        return f"{{{''.join(found[1].split())}}}"

    def fenced(self, at: int) -> None:
        self.delimiter("left")
        if self.group("\\right"):
            self.pos += len("\\right")
            self.out.append("\\right ")
            self.delimiter("right")
        else:
            self.wrong("There is no `\\right` for `\\left`.", at, "`\\right.` is an empty one.")

    def delimiter(self, name: str) -> None:
        at = self.pos
        token = self.peek()
        if token in _DELIMITERS or token[1:] in _FENCES:
            self.out.append({"<": "\\langle ", ">": "\\rangle "}.get(token, f"{token} "))
            self.pos += len(token)
        else:
            self.wrong(f"After `\\{name}` a bracket is missing.", at)

    def text(self, name: str, at: int) -> None:
        found = _ARGUMENT.match(self.tex, self.pos)
        if not found:
            hint = "In its braces there can be text, but no formula and no further braces."
            self.wrong(f"What `\\{name}` holds cannot be read.", at, hint)
            return
        self.out[-1] = f"\\{name}{{{found[1]}}}"
        self.pos = found.end()

    def length(self, at: int) -> None:
        found = _LENGTH.match(self.tex, self.pos)
        if not found:
            self.wrong("After `\\hspace` a length is missing.", at, "Write `\\hspace{1em}`.")
            return
        self.out[-1] = f"\\hspace{{{found[1]}}}"
        self.pos = found.end()

    def option(self) -> None:
        """What stands in brackets after a command, if anything does."""
        if found := _OPTION.match(self.tex, self.pos):
            self.out.append(f"[{found[1]}]")
            self.pos = found.end()

    def arguments(self, name: str) -> int:
        """How many arguments a command has."""
        if name in commands.TWO_ARGUMENTS:
            return 2
        return 1 if name in commands.ONE_ARGUMENT or name in commands.FONTS else 0
