"""Text with marks, which represent formatting within strings while a style assembles them.

A mark is a noncharacter, which no source and no output can contain. One opens a group, `CLOSE` ends
it, so that strings can be joined, compared and measured as they are.
"""

from __future__ import annotations

import re

from pipeline.features.citations.csl.csl_data import Element
from pipeline.model.late import late

CLOSE = "\ufdd0"
ITALIC = "\ufdd1"
BOLD = "\ufdd2"
SMALL_CAPS = "\ufdd3"
SUPERSCRIPT = "\ufdd4"
SUBSCRIPT = "\ufdd5"
UNDERLINE = "\ufdd6"
UPRIGHT = "\ufdd7"
NO_CASE = "\ufdd8"
QUOTED = "\ufdd9"
LINK = "\ufdda"
"""Opens a link: its address follows, up to `LINKED`."""
LINKED = "\ufddb"
VALUE = "\ufddc"
"""Opens the text of a variable, whose own punctuation is not changed."""
MARGIN = "\ufddd"
"""Opens the margin text of a bibliography entry: its number."""
BREAK = "\ufdde"
"""A new line within an entry; it opens nothing."""
TERM = "\ufddf"
"""Opens a term, a word of the locale."""

ADDRESS = f"{LINK}[^{LINK}{LINKED}]*+{LINKED}"
"""The pattern of the beginning of a link."""

_LINK = late(ADDRESS)
_MARKS = late("[\ufdd0-\ufdef]")


def group(mark: str, text: str) -> str:
    """``text`` in a group of its own, or nothing if it is empty."""
    return f"{mark}{text}{CLOSE}" if text else ""


def link(address: str, text: str) -> str:
    return f"{LINK}{address}{LINKED}{text}{CLOSE}" if text else ""


def plain(text: str) -> str:
    """The text without marks, quotation marks and addresses."""
    return _MARKS.sub("", _LINK.sub("", text))


def value(text: str) -> str:
    """The value of a variable, whose quotations are marked."""
    return group(VALUE, quoted(text).replace("...", "…"))


def quoted(text: str) -> str:
    """Text in which two straight or curly marks around words are a quotation, so that nested
    quotations get inner quotation marks."""
    text = re.sub('"(?=\\S)([^"“”]*?\\S)"', f"{QUOTED}\\1{CLOSE}", text)
    text = re.sub('“([^“”"]*)”', f"{QUOTED}\\1{CLOSE}", text)
    text = re.sub(r"(?<!\w)‘((?:[^‘’]|’(?=\w))*)’(?!\w)", f"{QUOTED}\\1{CLOSE}", text)
    straight = r"(?<!\w)'(?=[^'\s][^'])((?:[^']|(?<=\w)'(?=\w))*\S)'(?!\w)"
    return re.sub(straight, f"{QUOTED}\\1{CLOSE}", text)


_FONTS = (
    ("font-style", {"italic": ITALIC, "oblique": ITALIC, "normal": UPRIGHT}),
    ("font-variant", {"small-caps": SMALL_CAPS}),
    ("font-weight", {"bold": BOLD}),
    ("text-decoration", {"underline": UNDERLINE}),
    ("vertical-align", {"sup": SUPERSCRIPT, "sub": SUBSCRIPT}),
)


def formatted(element: Element, text: str) -> str:
    """``text`` in the fonts that an element asks for, with its affixes."""
    if not text:
        return ""
    for attribute, kinds in _FONTS:
        if mark := kinds.get(element.get(attribute)):
            text = group(mark, text)
    text = f"{element.get('prefix')}{text}{element.get('suffix')}"
    match element.get("display"):
        case "left-margin":
            return group(MARGIN, text)
        case "block" | "indent":
            return f"{BREAK}{text}"
    return text
