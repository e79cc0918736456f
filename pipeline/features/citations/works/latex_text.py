"""From LaTeX, as in BibTeX files, to marked text."""

from __future__ import annotations

import functools
import re
import unicodedata

from pipeline.features.citations.csl import text_marks as marks
from pipeline.model.late import late

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331", "h": "\u0309",
}  # fmt: skip
_SYMBOLS = {
    "S": "§", "P": "¶", "pounds": "£", "copyright": "©", "textasciicircum": "^",
    "textunderscore": "_", "euro": "€", "textbar": "|", "textless": "<", "textgreater": ">",
    "glqq": "„", "grqq": "“", "flqq": "«", "frqq": "»", "LaTeX": "LaTeX", "TeX": "TeX",
    "quad": " ", "circ": "°", "bibrangedash": "–", "hyp": "-", "slash": "/",
}  # fmt: skip
"""Commands that pylatexenc does not know, or knows as something else."""
_GROUPS = {
    "emph": marks.ITALIC, "textit": marks.ITALIC, "textsl": marks.ITALIC,
    "mkbibemph": marks.ITALIC, "mkbibitalic": marks.ITALIC, "textbf": marks.BOLD,
    "mkbibbold": marks.BOLD, "textsc": marks.SMALL_CAPS, "textsuperscript": marks.SUPERSCRIPT,
    "mkbibsuperscript": marks.SUPERSCRIPT, "textsubscript": marks.SUBSCRIPT,
    "mkbibsubscript": marks.SUBSCRIPT, "enquote": marks.QUOTED, "mkbibquote": marks.QUOTED,
    "underline": marks.UNDERLINE, "textup": marks.UPRIGHT,
}  # fmt: skip
_SWITCHES = {"it": marks.ITALIC, "em": marks.ITALIC, "bf": marks.BOLD, "sc": marks.SMALL_CAPS}
_WITHOUT_TEXT = frozenset({"href", "textcolor", "foreignlanguage"})
"""Commands whose first argument is not shown."""

_TOKEN = late(r"\\([A-Za-z]+)\*?[ \t\n]*|\\(.)|(---?|``|''|[`'{}~$^_])|([^\\{}~$^_`'-]+|.)", re.S)
_LIGATURES = {
    "--": "–", "---": "—", "``": "“", "''": "”", "`": "‘", "'": "’", "~": "\u00a0",
}  # fmt: skip


class _Tokens:
    def __init__(self, text: str) -> None:
        self._tokens = list(_TOKEN.finditer(text))
        self._pos = 0

    def next(self) -> re.Match[str] | None:
        if self._pos >= len(self._tokens):
            return None
        self._pos += 1
        return self._tokens[self._pos - 1]

    def peek(self) -> str:
        return self._tokens[self._pos][0] if self._pos < len(self._tokens) else ""


def to_text(latex: str, protects: bool = False) -> str:
    """Marked text; where braces protect capitals (``protects``), groups keep their case."""
    if not re.search(r"[\\{}~$`']|--", latex):
        return " ".join(latex.split())
    text = _group(_Tokens(latex), protects, 0).replace("\0", "")
    return re.sub(r"[ \t\r\n]+", " ", unicodedata.normalize("NFC", text)).strip()


def plain_text(latex: str) -> str:
    return marks.plain(to_text(latex))


MOST_GROUPS = 30
"""The maximum nesting of groups whose marks are kept."""


def _group(tokens: _Tokens, protects: bool, depth: int) -> str:
    """The text up to the brace that closes a group, or to the end."""
    parts: list[str] = []
    opened = 0
    in_math = False
    nested = 0
    while (token := tokens.next()) is not None:
        command, escaped, special, text = token.groups()
        if text is not None:
            parts.append(text)
        elif special == "{":
            if depth >= MOST_GROUPS:
                nested += 1
                continue
            name = tokens.peek().strip("\\ \t\n")
            is_letter = tokens.peek().startswith("\\") and not depth and name not in _SWITCHES
            inner = _group(tokens, protects and is_letter, depth + 1)
            keeps = protects and not is_letter
            parts.append(marks.group(marks.NO_CASE, inner) if keeps else inner)
        elif special == "}":
            if nested:
                nested -= 1
                continue
            if depth:
                break
        elif special == "$":
            in_math = not in_math
        elif special in ("^", "_"):
            if in_math:
                mark = marks.SUPERSCRIPT if special == "^" else marks.SUBSCRIPT
                parts.append(marks.group(mark, _argument(tokens, False, depth)))
            else:
                parts.append(special)
        elif special is not None:
            parts.append(_LIGATURES[special])
        elif escaped is not None:
            if escaped in _ACCENTS and escaped.strip():
                parts.append(_accented(_argument(tokens, False, depth), escaped))
            elif escaped not in "-/,;!":
                parts.append(escaped)
        elif command in _SWITCHES:
            parts.append(_SWITCHES[command])
            opened += 1
        else:
            parts.append(_command(command or "", tokens, protects, depth))
    return "".join(parts) + marks.CLOSE * opened


def _command(name: str, tokens: _Tokens, protects: bool, depth: int) -> str:
    if name in _ACCENTS:
        return _accented(_argument(tokens, False, depth), name)
    if name in _WITHOUT_TEXT:
        _argument(tokens, protects, depth)
        return _argument(tokens, protects, depth)
    if mark := _GROUPS.get(name):
        inner = _argument(tokens, protects, depth)
        # italics mark a name, or another language: E. coli, in vitro
        keeps = protects and mark == marks.ITALIC
        return marks.group(mark, marks.group(marks.NO_CASE, inner) if keeps else inner)
    is_followed = tokens.peek() == "{" and depth < MOST_GROUPS  # \ss{}
    return _symbol(name) + (_argument(tokens, protects, depth) if is_followed else "")


@functools.lru_cache(1000)
def _symbol(name: str) -> str:
    """The character for a command without arguments; "" if unknown."""
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    from pylatexenc.latex2text import get_default_latex_context_db

    spec = get_default_latex_context_db().get_macro_spec(name)
    text = getattr(spec, "simplify_repl", None)
    if not isinstance(text, str) or re.search("%|<.", text):  # with arguments, or a description
        return ""
    return " ".join(text.split())


def _argument(tokens: _Tokens, protects: bool, depth: int) -> str:
    """The argument of a command: a group, a command, or one character."""
    token = tokens.next()
    if token is None:
        return ""
    command, escaped, special, text = token.groups()
    if special == "{":
        return _group(tokens, protects, depth + 1) if depth < MOST_GROUPS else ""
    if command is not None:
        return _symbol(command) if depth < MOST_GROUPS else ""
    if text is not None:
        stripped = text.lstrip()
        return stripped[:1] + "\0" + stripped[1:] if len(stripped) > 1 else stripped
    return escaped or special or ""


def _accented(argument: str, accent: str) -> str:
    """A letter with its accent; the rest of the same text follows it."""
    letter, _, rest = argument.partition("\0")
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    if not letter:
        return ""
    return unicodedata.normalize("NFC", letter[0] + _ACCENTS[accent]) + letter[1:] + rest
