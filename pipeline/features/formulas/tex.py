"""Reads the TeX of a formula: finds all problems with their positions, and writes it in a form that
latex2mathml converts correctly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from pipeline.features.formulas import commands
from pipeline.features.formulas.macros import LONGEST, Macro, write_out
from pipeline.features.formulas.special import EquationLabel, Special
from pipeline.features.formulas.table_lines import DASHED, DISPLAY, column_lines
from pipeline.features.formulas.tex_reader import Mistake
from pipeline.model.late import late

_ENVIRONMENT = late(r"\s*\{([A-Za-z]+\*?)\}")
_COLUMNS = late(r"\s*\{((?:[^{}\\]|\{[^{}]*\})*)\}")
_REPEATED = late(r"\*\{(\d)\}\{([^{}]*)\}")
_OPTION = late(r"\s*\[([^\[\]{}\\]*)\]")
_COUNT = late(r"\s*+\{\s*+\d*+\s*+\}")
_DELIMITERS = frozenset("()[]|/.<>") | {"\\{", "\\}", "\\|"}
_FENCES = frozenset(
    "langle rangle lceil rceil lfloor rfloor lvert rvert lVert rVert vert Vert lbrace rbrace"
    " lbrack rbrack backslash uparrow downarrow updownarrow Uparrow Downarrow lgroup rgroup"
    " ulcorner urcorner llcorner lrcorner".split()
)
_AROUND = {
    "p": ("(", ")"), "b": ("[", "]"), "v": ("|", "|"), "B": ("\\{", "\\}"), "V": ("\\|", "\\|"),
}  # fmt: skip
"""The brackets around matrices, by the first letter of their names."""


Suggest: TypeAlias = Callable[[str, Iterable[str], str], str]
"""Creates a hint with the nearest candidate for a word, after a prefix."""


class Reading(NamedTuple):
    """The mistakes in a formula, and the formula as latex2mathml needs it; its number and label."""

    mistakes: tuple[Mistake, ...]
    tex: str
    tag: str = ""
    labels: tuple[EquationLabel, ...] = ()

    @property
    def is_set(self) -> bool:
        """True if the formula can be set in spite of its mistakes."""
        return all(mistake.harmless for mistake in self.mistakes)


def read(tex: str, suggest: Suggest, macros: dict[str, Macro] | None = None) -> Reading:
    """Read a formula; ``suggest`` proposes replacements for unknown names. ``macros`` are the
    document's, to which the formula's definitions are added."""
    if len(tex) > LONGEST:
        message = f"A formula has {len(tex):,} characters; {LONGEST:,} is the maximum."
        return Reading((Mistake(message, 0, "Divide it into several."),), "")
    if not tex.strip():
        return Reading((Mistake("A formula is empty.", 0),), "")
    expansion = write_out(tex, {} if macros is None else macros)
    if expansion.mistake:
        return Reading((expansion.mistake,), "")
    if not expansion.tex.strip():  # only definitions
        return Reading((), "")
    reader = _Tex(_ROW_END.sub(r"\1\\\\ ", expansion.tex), suggest)
    reader.lines("")
    ordered = sorted(reader.mistakes, key=lambda mistake: mistake.at)
    mistakes = tuple(mistake._replace(at=expansion.origin(mistake.at)) for mistake in ordered)
    return Reading(mistakes, *reader.tagged("".join(reader.out)))


_ROW_END = late(r"(?<!\\)((?:\\\\)*)\\cr(?![A-Za-z])")
"""Plain TeX's end of a row, ``\\cr``: the same as two backslashes, and as long with a space."""


class _Tex(Special):
    """Reads commands too. ``suggest`` proposes replacements for unknown names."""

    def __init__(self, tex: str, suggest: Suggest) -> None:
        super().__init__(tex)
        self.suggest = suggest

    def within(self, tex: str, at: int) -> str:
        inner = _Tex(tex, self.suggest)
        inner.depth, inner.tags, inner.labels = self.depth, self.tags, self.labels
        inner.group("")
        self.mistakes.extend(mistake._replace(at=at) for mistake in inner.mistakes)
        return "".join(inner.out)

    def lines(self, end: str) -> bool:
        """Read a group that may have lines without an environment, which MathJax breaks."""
        first = len(self.out)
        outside, self.marks = self.marks, set()
        closed = self.group(end, in_table=True)
        if self.marks:
            kind = "align*" if "&" in self.marks else "matrix"
            self.table(first, kind)
        self.marks = outside
        return closed

    def table(self, first: int, kind: str, columns: str = "") -> None:
        content = "".join(self.out[first:]).strip()
        # An empty last cell would take its row along; braces keep the brackets together.
        end = "{}" if content.endswith("&") or not content else ""
        self.out[first:] = [f"{{\\begin{{{kind}}}{columns}{content}{end}\\end{{{kind}}}}}"]

    def command(self, token: str, at: int) -> None:
        name = token[1:]
        if name.endswith("*") and name not in ("operatorname*", "tag*"):
            name = name[:-1]
        self.pos += len(name) + 1
        if not commands.is_known(name.removesuffix("*")):
            self.unknown(name, at)
            return
        if (plain := commands.ALIASES.get(name)) is not None:
            name = plain[1:]
            if name not in commands.STRUCTURE and name != "operatorname*":
                self.out.append(plain and f"{plain} ")
                return
        self.out.append(f"\\{name} ")  # the space keeps the font of \mathrm{d}
        if name in ("begin", "end"):
            self.out.pop()
            self.environment(at) if name == "begin" else self.stray(name, at)
        elif name == "left":
            self.fenced(at)
        elif name in ("right", "middle"):
            if name == "right":
                self.stray(name, at)
            self.delimiter(name)
        elif name in commands.DELIMITED:
            self.delimiter(name)
        elif name == "sqrt" or name in commands.ARROWS:
            self.option()
            self.argument(token, at)
        elif not self.special(name, at):
            first = len(self.out) - 1
            for _ in range(self.arguments(name)):
                self.argument(token, at, in_table=name == "substack")
            if name in commands.FENCED:
                self.out[first:] = [f"{{{''.join(self.out[first:])}}}"]

    def unknown(self, name: str, at: int) -> None:
        hint = commands.NOT_HERE.get(name, "")
        if not hint:
            hint = self.nearest(name)
        problem = "cannot be used" if name in commands.NOT_HERE else "is not known"
        self.wrong(f"The command `\\{name}` {problem}.", at, hint)

    def nearest(self, name: str) -> str:
        """The command that the name begins with, or that it is like: first letters are right."""
        names = commands.names()
        begins = [word for word in names if name.startswith(word) and 2 * len(word) >= len(name)]
        if begins and len(longest := max(begins, key=len)) > 2:
            return self.suggest(longest, (longest,), "\\")
        alike = [word for word in names if word[:1] == name[:1]]
        return self.suggest(name, alike, "\\") or self.suggest(name, names, "\\")

    def stray(self, name: str, at: int) -> None:
        first = {"end": "begin", "right": "left"}[name]
        if name == "end" and (environment := _ENVIRONMENT.match(self.tex, self.pos)):
            self.pos = environment.end()
        self.wrong(f"A `\\{name}` has no `\\{first}` before it.", at)

    def environment(self, at: int) -> None:
        match = _ENVIRONMENT.match(self.tex, self.pos)
        if not match:
            self.wrong("After `\\begin` a name in braces is missing.", at)
            return
        self.pos = match.end()
        name = match[1]
        equivalent = commands.ENVIRONMENTS.get(name, "")
        if not equivalent and name not in commands.WRAPPERS:
            hint = self.suggest(name, commands.ENVIRONMENTS, "")
            self.wrong(f"The environment `{name}` is unknown.", at, hint)
        columns = self.columns(name, equivalent, at)
        first = len(self.out)
        outside = self.marks, self.table_start
        self.marks, self.table_start = set(), first
        closed = self.group("\\end", in_table=True) if equivalent else self.lines("\\end")
        self.marks, self.table_start = outside
        ending = _ENVIRONMENT.match(self.tex, self.pos + len("\\end")) if closed else None
        if ending is None or ending[1] != name:
            self.wrong(f"There is no `\\end{{{name}}}` for `\\begin{{{name}}}`.", at)
        if ending:
            self.pos = ending.end()
        if not equivalent:
            return
        if name.startswith("d"):
            self.out.insert(first, DISPLAY)
        if name.endswith("rcases"):
            self.table(first, "array", "{ll}")
            self.out[first:] = [f"{{\\left. {self.out[first]}\\right\\}}}}"]
        else:
            self.table(first, equivalent + ("*" if columns.startswith("[") else ""), columns)
        if name.endswith(("smallmatrix", "matrix*")) and name[0] in _AROUND:
            opening, closing = _AROUND[name[0]]
            self.out[first:] = [f"{{\\left{opening}{self.out[first]}\\right{closing}}}"]

    def columns(self, name: str, equivalent: str, at: int) -> str:
        """The column specification after the name of an environment, as far as needed."""
        option = _OPTION.match(self.tex, self.pos)
        if option and (name.endswith("*") or option[1].strip() in ("t", "b", "c")):
            self.pos = option.end()
            if equivalent.endswith("matrix") and option[1].strip() in ("l", "r"):
                return f"[{option[1].strip()}]"
        if name in commands.COUNTED and (count := _COUNT.match(self.tex, self.pos)):
            self.pos = count.end()
        if equivalent != "array":
            return "{}" if self.peek() == "[" else ""  # otherwise read as columns
        specification = _COLUMNS.match(self.tex, self.pos)
        if not specification:
            hint = "Give a letter for each: `\\begin{array}{lcr}`."
            self.wrong("The columns of `array` cannot be read.", at, hint)
            return ""
        self.pos = specification.end()
        listed = _REPEATED.sub(lambda match: match[2] * int(match[1]), specification[1])
        listed = re.sub(r"[pmb]\{[^{}]*\}", "l", re.sub(r"[@!><]\{[^{}]*\}", "", listed))
        listed = re.sub(r";\{[^{}]*\}", DASHED, listed)
        letters = "".join(letter for letter in listed if letter in "lcr") or "c"
        return f"{{{letters}}}{column_lines(listed)}"

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

    def option(self) -> None:
        """Read the content of brackets after a command, if any."""
        if match := _OPTION.match(self.tex, self.pos):
            if match[1].strip():
                self.out.append(f"[{match[1]}]")
            self.pos = match.end()

    def arguments(self, name: str) -> int:
        """The number of arguments of a command."""
        if name in commands.TWO_ARGUMENTS:
            return 2
        return 1 if name in commands.UNARY or name in commands.FONTS else 0
