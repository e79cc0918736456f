"""Reads the groups of a formula in TeX: braces, scripts, and the text between them."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.model.formula_gaps import LETTER
from pipeline.model.late import late

DEEPEST = 40
"""Maximum levels of braces; processing beyond that is recursive."""

_TOKEN = late(r"_{4,}|___(?=\s*\{)|\\[A-Za-z]+\*?|\\.|[0-9]+(?:\.[0-9]+)?|\s+|.", re.DOTALL)
WIDEST = 20
"""The maximum number of underscores of a gap."""

_BOOKDOWN = late(r"\(\\#(eq:[\w:.-]+)\)")
_LETTER = late(r"\s*[A-Za-z]")
_GAP = late(r"\*?(?:\s*\[\s*+[-+]?[\d.]++\s*+[a-z]{2}\s*+\])?")
"""The distance to the next row, given after the end of a row."""


def empty(underscores: int) -> str:
    """The room for an answer above the line of a gap."""
    return f"\\hspace{{{min(underscores, WIDEST) * LETTER:.2f}em}}"


class Mistake(NamedTuple):
    """A mistake, its position, and the hint. One that is ``harmless`` can be typeset."""

    message: str
    at: int
    hint: str = ""
    harmless: bool = False


class Reader:
    """``out`` is the result so far, in the form that latex2mathml expects."""

    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.pos = 0
        self.out: list[str] = []
        self.mistakes: list[Mistake] = []
        self.depth = 0
        self.in_table = False
        self.marks: set[str] = set()  # the `&` and `\\\\` of the table that is being read
        self.table_start = -1  # where that begins in ``out``
        self.given_up = False

    def wrong(self, message: str, at: int, hint: str = "", *, harmless: bool = False) -> None:
        if not self.given_up:
            self.mistakes.append(Mistake(message, at, hint, harmless))

    def give_up(self) -> None:
        self.wrong("The formula is nested too deeply.", self.pos, "Divide it into several.")
        self.given_up = True
        self.pos = len(self.tex)

    def peek(self) -> str:
        """The next token that is not white space, "" at the end."""
        while match := _TOKEN.match(self.tex, self.pos):
            if not match[0].isspace():
                return match[0]
            self.out.append(" ")
            self.pos = match.end()
        return ""

    def take(self) -> str:
        token = self.peek()
        self.pos += len(token)
        return token

    # --- groups ---

    def group(self, end: str, in_table: bool = False) -> bool:
        """Read up to ``end`` (`}`, `\\right`, `\\end`, "" for the end of the formula), and
        say whether it was there; it is left to the caller."""
        self.depth += 1
        outside, self.in_table = self.in_table, in_table
        scripts: set[str] = set()
        while token := self.peek():
            if token in ("}", "\\right", "\\end") and (token == end or self.depth > 1):
                break
            if self.depth > DEEPEST:
                self.give_up()
                break
            if token[:3] == "___":
                self.blank(token)
                scripts.clear()
            elif token in "^_'":
                self.script(token, scripts)
            else:
                scripts.clear()
                self.unit(token)
        self.depth -= 1
        self.in_table = outside
        return token == end

    def script(self, token: str, scripts: set[str]) -> None:
        at = self.pos
        kind = "^" if token == "'" else token
        if kind in scripts:
            name = "superscripts" if kind == "^" else "subscripts"
            hint = f"Group them with braces: `{{x{token}a}}{token}b`."
            self.wrong(f"Two {name} follow each other.", at, hint)
        scripts.add(kind)
        if token == "'":
            self.primes()
        else:
            self.out.append(self.take())
            self.argument(token, at)

    def primes(self) -> None:
        """Read primes, which are combined with a superscript after them."""
        count = 0
        while self.peek() == "'":
            self.pos += 1
            count += 1
        if self.peek() == "^":
            at = self.pos
            self.pos += 1
            self.out.append("^{" + "\\prime " * count)
            self.argument("^", at)
            self.out.append("}")
        else:
            self.out.append("'" * count)

    def argument(self, of: str, at: int, in_table: bool = False) -> None:
        """Read the arguments of `of`, which is at ``at``."""
        token = self.peek()
        if token in ("", "}", "&", "^", "_", "\\\\", "\\right", "\\end"):
            self.wrong(f"After `{of}` something is missing.", at)
        elif token[0].isdigit():
            self.out.append(f"{{{token[0]}}}")  # only the first digit of a number
            self.pos += 1
        elif token == "{":
            self.pos += 1
            self.braces(self.pos - 1, in_table)
        elif token[:3] == "___":
            self.out.append("{")
            self.blank(token)
            self.out.append("}")
        else:
            self.depth += 1
            self.unit(token) if self.depth <= DEEPEST else self.give_up()
            self.depth -= 1

    def blank(self, token: str) -> None:
        """Read a gap to fill in or, if its answer is known, the answer on a line."""
        at = self.pos
        self.pos += len(token)
        if self.peek() == "{":
            self.out.append("\\underline")
            self.argument(token, at)
        else:
            self.out.append(f"\\underline{{{empty(len(token))}}}")

    def unit(self, token: str) -> None:
        """Read one unit: a character, a group, a command with its arguments."""
        at = self.pos
        if token.startswith("\\") and token[1:2].isalpha():
            self.command(token, at)
            return
        self.pos += len(token)
        match token:
            case "{":
                self.braces(at)
            case "(" if label := _BOOKDOWN.match(self.tex, at):
                self.pos = label.end()
                self.label("label", label[1], at)
            case "}":
                self.wrong(
                    "A brace `}` has no `{` before it.", at, "For a visible brace, write `\\}`."
                )
            case "%" if self.tex[max(0, at - 8) : at].rstrip(" \\,~}")[-1:].isdigit():
                self.wrong("A `%` begins a comment in TeX.", at, "Write `\\%`.", harmless=True)
                self.out.append("\\%")
            case "%":  # a comment
                end = self.tex.find("\n", at)
                self.pos = len(self.tex) if end < 0 else end
            case "#" | "$":
                self.wrong(f"`{token}` is not allowed in a formula.", at, f"Write `\\{token}`.")
            case "&" | "\\\\" if not self.in_table:
                self.wrong(
                    f"A `{token}` is outside an environment with columns and lines.",
                    at,
                    "Put the lines between `\\begin{aligned}` and `\\end{aligned}`.",
                )
            case "&" | "\\\\":
                self.marks.add(token)
                self.out.append(token)
                if token != "&" and (gap := _GAP.match(self.tex, self.pos)):
                    self.pos = gap.end()
            case "\\":
                self.wrong("There is a backslash at the end.", at)
            case "\\/" | "\\-":
                pass
            case "\\\n" | "\\\t":
                self.out.append("\\ ")
            case _ if token[0] == "\\" and token[1] not in "\\,:;!> {}|%$&#_":
                self.wrong(f"The command `{token}` is unknown.", at)
            case _ if token[0].isdigit():
                # Braces keep the letters after a number from being read as its unit.
                self.out.append(token)
                if _LETTER.match(self.tex, self.pos):
                    self.out.append("{}")
            case _:
                self.out.append(token)

    def braces(self, at: int, in_table: bool = False) -> None:
        self.out.append("{")
        outside, self.marks = self.marks, set()
        if self.group("}", in_table):
            self.pos += 1
        else:
            self.wrong("A brace `{` is never closed.", at)
        self.marks = outside
        self.out.append("}")

    def label(self, name: str, content: str, at: int) -> None:
        """Take the name of the formula or of the row."""
        raise NotImplementedError

    def command(self, token: str, at: int) -> None:
        """Read the command ``token`` at ``at``, with its arguments."""
        raise NotImplementedError
