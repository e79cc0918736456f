r"""Inline formulas: ``$…$``, GitHub's ``$`…`$``, ``$$…$$``, and LaTeX's ``\(…\)`` and ``\[…\]``,
which are escaped brackets in CommonMark, if their content is clearly a formula.

Dollar signs also stand in prices, shell variables and other text. To take text for a formula is
worse than to leave a formula as written, so a formula must be likely from the text before the first
dollar sign, after the last one, and between them.
"""

from __future__ import annotations

import re
from itertools import repeat

from pipeline.model.late import late
from pipeline.model.removal import TextGap, gaps
from pipeline.parser.leaf_text import InlineSpan, Pattern, Result
from pipeline.parser.lines import unescape

ENVIRONMENTS = (
    "align|alignat|aligned|alignedat|array|[bBpvV]?matrix|[dr]?cases|displaymath|eqnarray|equation"
    "|flalign|gather|gathered|math|multline|smallmatrix|split"
)
"""The environments of LaTeX that are formulas, for a pattern."""

_WORD = "0-9A-Za-z_\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"
_IN_WORD = late(f"[{_WORD}]")
_COMMAND = late(r"\\[A-Za-z]")
_STRONG = late(r"\\[A-Za-z]|\^|\\[\\,;:!{}|]")
_SIGNS = late(
    r"[=+\u00b1\u00b7\u00d7\u00f7\u0391-\u03c9\u2190-\u22ff]|[<>](?![A-Za-z/!])|\s[*/-]\s"
    r"|(?<![^\W_])[^\W\d_]_|[([|][^\W_][,|]"
)
_NAME = late(r"[^\W\d_](?:['\u2032]*[_^](?:\w|\{[^{}]*\}))*['\u2032]*")
_TEXT = late(
    r"\\(?:text\w*|mathrm|mathit|mathsf|mathbf|operatorname\*?|mbox|begin|end|label|tag|ce|unit"
    r"|qty|si|SI)\s*\{[^{}]*\}|\\[A-Za-z]+|_\{?\w+\}?"
)
_PROSE = late(r"(?<![^\W\d_])[^\W\d_]{2,}+\s++[^\W\d_]{2,}+")
_MONEY = late(
    r"\d[\d.,]*\s*[^\W\d_]{2,}|\d[\d.,]*\s*[-\u2013\u2014]\s*\Z|\d[\d.,]*[kKmM]?\s*[,;/&]\s*\Z"
)
_CURRENCY = late("[\u20ac\u00a3\u00a5\u20b9]")
_OPEN_END = late(r"[/:|&\"]\Z")
_UNLIKELY_START = late(r"[),;:?]..|\W*\(['\"#]")
_FUNCTIONS = "sin|cos|tan|log|exp|max|min|det|gcd|lcm|deg|dim|lim"
# What only formulas have, in escaped brackets: f(x), sin(x), n!, 2x, |x|, x', n-1
_NOTATION = late(
    rf"(?<![^\W_])(?:[^\W\d_]{{1,2}}|{_FUNCTIONS})['\u2032]*\([^()]+\)"
    r"|(?<![^\W_])(?:[^\W\d_]|\d+)!|\)!|(?<![\w.,])\d+[a-z](?![^\W_])|\|[^|\w]*+\w[^|]*+\|"
    r"|(?<![\w'])[^\W\d_]['\u2032]+(?![^\W_])|(?<![\w-])[a-z]-\d(?![\w-])"
)
# One or two letters, or several of them: x, AB, (a, b)
_LETTERS = late(r"\(?[^\W\d_]{1,2}(?:,\s*[^\W\d_])*\)?")
# Without a word: numbers, pairs of letters, capitals for points; 1/2, -5, ABC
_SHORT_TERMS = late(
    r"(?:(?:[+-]\s*)?(?:\\?[\[({])*(?:\d+(?:[.,]\d+)*(?!st|nd|rd|th)|(?:[^\W\d_]{1,2}|[A-Z]{3,4})"
    r"(?![^\W\d_])|\.{3}|\u2026)(?:\\?[\])}]|\\%|!)*(?:\s*[-+*/:,;|]\s*)?)++"
)
# Words that are no functions: names, as in `[ key = value ]`
_NAMES = late(rf"(?<![^\W\d_])(?!(?:{_FUNCTIONS})(?![^\W\d_]))[^\W\d_]{{3,}}")
_ASCII = late("[A-Za-z]")
_COPYRIGHT = late(r"\\+\([cC]\\+\)\s*\d")
_ITEM = late("[a-h]|i{1,3}|iv|vi{0,3}", re.IGNORECASE)
_TERM = late(r"[^\W\d_]{1,2}|\d+[^\W\d_]?")
_SPACED_TERM = late(r"\s+(?:[^\W\d_]|\d+[^\W\d_])\s+")


def is_formula(text: str, start: int, end: int) -> bool:
    """Return whether the text between the dollar signs at ``start`` and ``end`` is a formula."""
    content = text[start + 1 : end]
    inside = with_subscripts(content.strip())
    if not inside or text[end + 1 : end + 2].isdigit():
        return False
    if "___" in content and not all(map(_is_closed, gaps(content), repeat(content))):
        return False  # the dollar sign at its end is in the answer of a gap
    strong = _STRONG.search(inside) is not None
    if _CURRENCY.search(inside) and not _COMMAND.search(inside):
        return False
    if content[0].isspace() or content[-1].isspace():
        return _is_spaced(text, start, end, strong=strong)
    if not strong and (_UNLIKELY_START.match(inside) or _is_money(inside)):
        return False
    before, after = text[start - 1 : start] if start else "", text[end + 1 : end + 2]
    simple = _NAME.fullmatch(inside) or _TERM.fullmatch(inside)
    if _IN_WORD.match(before):  # CO$_2$, 2$x$; but no US$5, and nothing that a shell has
        return inside[0] in "^_\\" or bool(simple and before.isdigit())
    if after and (_IN_WORD.match(after) or after in "({"):  # $n$th; but no $HOME/bin:$PATH
        return bool(strong or (simple and _OPEN_END.search(inside) is None))
    return True


def _is_closed(gap: TextGap, text: str) -> bool:
    return gap.answer_end <= gap.end or text[gap.answer_end - 1] == "}"


def _is_spaced(text: str, start: int, end: int, *, strong: bool) -> bool:
    """Return whether there is a formula with white space inside its dollar signs, which must
    contain a mathematical symbol: ``$ a + b $``."""
    content = text[start + 1 : end]
    inside = content.strip()
    before, after = text[start - 1 : start] if start else "", text[end + 1 : end + 13]
    if _IN_WORD.match(before) or _IN_WORD.match(after[:1]):
        return False
    if after.lstrip()[:1].isdigit() and not strong:  # $ 5 and $ 6
        return False
    if "\n" in (content[0], content[-1]):
        return False
    if _is_prose(inside):
        return False
    if not (content[0].isspace() and content[-1].isspace()):
        return bool(_COMMAND.search(content)) and (
            not content[0].isspace() or _COMMAND.match(content.lstrip()) is not None
        )
    if _is_money(inside) and not strong:
        return False
    if inside[-1] in "+-*/=<>,;:(&|" or inside[0] in "),;:/":
        return False
    return bool(strong or _SIGNS.search(inside) or _SPACED_TERM.fullmatch(content))


def _is_money(inside: str) -> bool:
    if not inside[0].isdigit():
        return False
    return (
        _MONEY.match(inside) is not None  # $5 for one, or 9 US$
        or _PROSE.search(inside) is not None  # $5; children pay 2$
        or inside.count("(") != inside.count(")")
    )


def reads_like_formula(content: str, *, strongly: bool = False) -> bool:
    """Return whether the content of escaped brackets is a formula rather than text."""
    inside = with_subscripts(content.strip())
    if not inside or _is_prose(inside):
        return False
    sign = _COMMAND.search(inside) or (
        not strongly and (_SIGNS.search(inside) or _NOTATION.search(inside))
    )
    return bool(sign or "^" in inside) and re.search(r"\w", inside) is not None


def has_formula(text: str) -> bool:
    r"""Return whether a text has a formula in ``\(…\)`` or ``\[…\]`` that is certainly one."""
    return any(
        reads_like_formula(m[2] or m[3], strongly=m[2] is None) for m in BRACKETS.finditer(text)
    )


def _may_be_formula(m: re.Match[str], data: str, has_others: bool) -> bool:
    r"""Return whether the content of ``\(…\)`` is one if that is likely from what is around it.
    Other formulas in such brackets show that the author does not escape brackets."""
    content, inside = m[2], m[2].strip()
    if _LETTERS.fullmatch(inside):
        if content[0] == content[-1] == " ":
            return True
        if _ASCII.match(data[m.start() - 1 : m.start()]) or _COPYRIGHT.match(data, m.start()):
            return False  # well(s), (c) 2020
        begins = data[max(0, m.start() - 1) : m.start()] in ("", "\n")
        is_variable = len(inside) == 1 and not inside.isupper() and inside not in "crp"
        return has_others or (is_variable and not (begins and _ITEM.fullmatch(inside)))
    return has_others and _SHORT_TERMS.fullmatch(inside) is not None


def _is_prose(inside: str) -> bool:
    """Return whether words follow each other, as they do in no formula."""
    bare = _TEXT.sub(" \\\\ ", inside) if "\\" in inside or "_" in inside else inside
    match = _PROSE.search(bare)
    if not match:
        return False
    # LaTeX's commands may have words as their arguments; without any, words are text.
    return len(_PROSE.findall(bare)) > 1 or not _COMMAND.search(inside)


# Contents of a formula other than dollar signs; a backslash escapes the next character.
_INSIDE = r"[^$\\]++|\\."
FORMULA = rf"\$(?![$`])((?:{_INSIDE})++)\$(?!\$)"
"""A pattern for a possible formula, by its dollar signs."""

# The same without further brackets of its kind.
_BRACKETED = r"[^\\]++|\\(?!\\?[()\[\]])."
# The same without another such environment within it.
_ENVIRONMENT = r"[^\\]++|\\(?!(?:begin|end)\{(?P=name)\})."

_INLINE_BRACKETS = rf"(?P<mark>\\\\?)\(((?:{_BRACKETED})++)(?P=mark)\)"
_DISPLAY_BRACKETS = rf"(?P<mark>\\\\?)\[((?:{_BRACKETED})++)(?P=mark)\]"
BRACKETS = late(rf"(\\\\?)(?:\(((?:{_BRACKETED})++)\1\)|\[((?:{_BRACKETED})++)\1\])", re.DOTALL)
"""Escaped brackets, round or square, with their content."""

# Environments that LaTeX sets on lines of their own.
_DISPLAY = late(
    "align(?!ed)|alignat(?!ed)|displaymath|eqnarray|equation|flalign|gather(?!ed)|multline"
)


_UNDERSCORE = late(
    r"\\(?:text\w*|mathrm|mathit|mathtt|mathsf|mathbf|operatorname\*?|label|ref|eqref|tag|href|url)"
    r"\s*\{[^{}]*\}"
    r"|(\\[A-Za-z]+|(?<![A-Za-z\\])[A-Za-z0-9]|[})\]'])\\_(?=\{|\\[A-Za-z]|[A-Za-z0-9](?![A-Za-z0-9]))"
    r"|([A-Za-z])\\_(?=\{)"
)
"""Text in a formula; or an escaped underscore that begins a subscript."""


def with_subscripts(tex: str) -> str:
    r"""A formula with ``_`` for ``\_`` where other tools, for which backslashes are Markdown's,
    mean a subscript: ``h\_t``; not in names such as ``max\_width``."""
    if "\\_" not in tex:
        return tex
    return _UNDERSCORE.sub(lambda m: f"{m[1] or m[2]}_" if m[1] or m[2] else m[0], tex)


def _formula(m: re.Match[str], group: int = 1, **attrib: str) -> InlineSpan:
    return InlineSpan("math", m[group], marks=str(m.start(group) - m.start()), **attrib)


def brackets(has_others: bool) -> dict[str, Pattern]:
    r"""LaTeX's brackets, also with two backslashes, which other programs want: ``\(…\)``, and
    ``\[…\]``. ``has_others`` is whether formulas in the text are certainly in such brackets."""

    def inline(m: re.Match[str], data: str) -> Result:
        is_one = reads_like_formula(m[2]) or _may_be_formula(m, data, has_others)
        return _formula(m, 2) if is_one else None

    def display(m: re.Match[str], data: str) -> Result:
        content = m[2]
        is_spaced = content[0].isspace() and content[-1].isspace()  # and no array\[i = 0\]
        is_apart = not (_IN_WORD.match(data[m.start() - 1 : m.start()]) or _NAMES.search(content))
        is_one = reads_like_formula(content, strongly=not (is_apart and (is_spaced or has_others)))
        return _formula(m, 2, display="yes") if is_one else None

    return {
        "latex-math": Pattern("\\", _INLINE_BRACKETS, inline),
        "latex-display-math": Pattern("\\", _DISPLAY_BRACKETS, display),
    }


def _inline(m: re.Match[str], data: str) -> Result:
    is_one = is_formula(data, m.start(), m.end() - 1)  # and no money
    return _formula(m) if is_one else None


def caption(title: str) -> str:
    r"""The title of an image, its caption, without backslashes but those of formulas."""
    parts: list[str] = []
    at = 0
    for m in BRACKETS.finditer(title) if "\\" in title else ():
        content = m[2] or m[3]
        if reads_like_formula(content) or _LETTERS.fullmatch(content.strip()):
            parts += [unescape(title[at : m.start()]), m[0]]
            at = m.end()
    return "".join([*parts, unescape(title[at:])])


PATTERNS = {
    **brackets(False),
    # in the middle of a paragraph
    "environment": Pattern(
        "\\",
        rf"(\\begin\{{(?P<name>(?:{ENVIRONMENTS})\*?)\}}"
        rf"(?:{_ENVIRONMENT})++\\end\{{(?P=name)\}})",
        lambda m, data: _formula(m, display="yes") if _DISPLAY.match(m["name"]) else _formula(m),
    ),
    # a reference to a formula with that `\label`, or to a figure with the id `fig-…`
    "formula-reference": Pattern(
        "\\",
        r"(\\(?:(?:eq|[cC]|auto)?ref\{[^{}\s]++\}|@ref\([^(){}\s]++\)))",
        lambda m, data: _formula(m),
    ),
    # in the middle of a paragraph, a formula on a line of its own
    "display-math": Pattern(
        "$",
        rf"\$\$(?!\$)((?:{_INSIDE}|\$(?!\$))++)\$\$(?!\$)",
        lambda m, data: _formula(m, display="yes") if m[1].strip() else None,
    ),
    # GitHub's way to keep Markdown out of a formula
    "code-math": Pattern(
        "$", r"\$`([^`]++)`\$", lambda m, data: _formula(m, code="yes") if m[1].strip() else None
    ),
    "inline-math": Pattern("$", FORMULA, _inline),
}
