r"""Text within a formula: the content of ``\text{…}``, where LaTeX sets words, with formulas in
dollar signs, font changes and accents."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from pipeline.features.formulas import commands
from pipeline.model.late import late

_PIECE = late(
    r"\\[A-Za-z]+\*?\s*|\\.|\$(?:[^$\\]|\\.)*\$|~|-{2,3}|``|''|[{}]|[^\\${}~`'-]+|.", re.DOTALL
)
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "r": "\u030a",
    "k": "\u0328",
}  # fmt: skip
LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "textdegree": "°", "texteuro": "€",
    "euro": "€", "textmu": "µ", "copyright": "©", "textcopyright": "©", "S": "§", "P": "¶",
    "ldots": "…", "dots": "…", "textellipsis": "…", "textbackslash": "\\", "LaTeX": "LaTeX",
    "TeX": "TeX", "textendash": "–", "textemdash": "—", "textquotesingle": "'",
    "quad": "\u2003", "qquad": "\u2003\u2003", "enspace": "\u2002", "thinspace": "\u2009",
    "space": " ", "nobreakspace": "\u00a0", "textasciitilde": "~", "textbar": "|",
    "textless": "<", "textgreater": ">", "lbrace": "{", "rbrace": "}",
}  # fmt: skip
MARKS = {
    "~": "\u00a0", "--": "–", "---": "—", "``": "“", "''": "”", "\\ ": " ", "\\,": "\u2009",
    "\\;": " ", "\\:": " ", "\\!": "", "\\/": "", "\\-": "", "\\\n": " ", "\\@": "",
}  # fmt: skip
SWITCHES = commands.OLD_FONTS | frozenset(
    "em normalfont rmfamily sffamily ttfamily bfseries itshape mdseries upshape slshape tiny small"
    " scriptsize footnotesize normalsize large Large LARGE huge Huge displaystyle textstyle"
    " scriptstyle protect relax".split()
)
"""Commands that switch to another font or size, which are ignored."""


OWN_FONTS = {"textbf": "textbf", "textit": "textit", "emph": "textit", "texttt": "texttt"}
"""Commands that set their argument in another font."""


class MathPiece(NamedTuple):
    """Words of a text with their ``font`` command, if any, or a formula; ``at`` a position."""

    text: str
    is_formula: bool = False
    at: int = 0
    font: str = ""


class UnreadableTextError(Exception):
    """A text with a command that is not known, at a character of it."""

    def __init__(self, name: str, at: int) -> None:
        super().__init__(name)
        self.name = name
        self.at = at


def pieces(text: str) -> list[MathPiece]:
    """The words and formulas of a text. Raises `UnreadableTextError`."""
    result: list[MathPiece] = []
    buffer: list[str] = []
    accent = font = ""
    around = [""]

    def flush() -> None:
        if words := "".join(buffer):
            result.append(MathPiece(words, font=around[-1]))
        buffer.clear()

    for piece in _PIECE.finditer(text):
        source = piece[0]
        name = source[1:].strip() if source[0] == "\\" else ""
        if source == "{":
            if font not in ("", around[-1]):
                flush()
            around.append(font or around[-1])
        elif source == "}" and len(around) > 1:
            if around[-2] != around[-1]:
                flush()
            around.pop()
        font = OWN_FONTS.get(name, "")
        if source in "{}":
            continue
        if len(source) > 1 and source[0] == "$":
            flush()
            result.append(MathPiece(source[1:-1], True, piece.start() + 1))
            continue
        if name in ACCENTS and (not name.isalpha() or len(name) == 1):
            accent = ACCENTS[name]
            continue
        words = _words(source, name, piece.start())
        if accent and words:
            words = unicodedata.normalize("NFC", words[0] + accent) + words[1:]
            accent = ""
        buffer.append(words)
    flush()
    return result


def _words(source: str, name: str, at: int) -> str:
    if source in MARKS:
        return MARKS[source]
    if not name:
        return source
    if not name.isalpha():
        return name
    if name in LETTERS:
        return LETTERS[name]
    if name in SWITCHES or name in commands.TEXTS or name in commands.FONTS:
        return ""
    if character := commands.symbols().get(name):
        return character
    raise UnreadableTextError(name, at)


def quoted(words: str) -> str:
    """Words in the form that latex2mathml needs: it only accepts braces outside text."""
    parts = re.split(r"([{}\\])", words)
    names = {"{": "\\{", "}": "\\}", "\\": "\\backslash "}
    return "".join(
        names.get(part) or (f"\\text{{{_escaped(part)}}}" if part else "") for part in parts
    )


def _escaped(words: str) -> str:
    return re.sub(r"([$%&#_])", r"\\\1", words)
