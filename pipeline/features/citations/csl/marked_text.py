"""Text with marks for its formatting while a style assembles it, and the inlines of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from pipeline import model
from pipeline.features.citations.csl.style import Element, Locale
from pipeline.model import Attributes, Inline
from pipeline.model.late import late

# --- text marks ------------------------------------------------------------------------------
# Text with marks, which represent formatting within strings while a style assembles them.
#
# A mark is a noncharacter, which no source and no output can contain. One opens a group, `CLOSE`
# ends it, so that strings can be joined, compared and measured as they are.

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
_SENTINELS = late("[\ufdd0-\ufdef]")


def group(mark: str, text: str) -> str:
    """``text`` in a group of its own, or nothing if it is empty."""
    return f"{mark}{text}{CLOSE}" if text else ""


def link(address: str, text: str) -> str:
    return f"{LINK}{address}{LINKED}{text}{CLOSE}" if text else ""


def plain(text: str) -> str:
    """The text without marks, quotation marks and addresses."""
    return _SENTINELS.sub("", _LINK.sub("", text))


def value(text: str) -> str:
    """The value of a variable, whose quotations are marked."""
    return group(VALUE, mark_quotations(text).replace("...", "…"))


def mark_quotations(text: str) -> str:
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


def format_text(element: Element, text: str) -> str:
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


# --- csl inlines -----------------------------------------------------------------------------
# From marked text to inlines, with the final quotation marks, punctuation and formatting.

_PIECES = late(f"({ADDRESS}|[\ufdd0-\ufdef])")
_TOGGLES = {ITALIC: "em", BOLD: "strong", UPRIGHT: "upright"}
_ELEMENTS = {
    SMALL_CAPS: "small-caps",
    SUPERSCRIPT: "sup",
    SUBSCRIPT: "sub",
    UNDERLINE: "u",
}
SMALL_CAPS_CLASS = Attributes(classes=("small-caps",))
BIBLIOREF = Attributes(classes=("biblioref",))
"""Links to an entry of the bibliography."""
ADDRESS_CLASS = Attributes(classes=("address",))
"""Links that show an address, or an identifier."""

_ENDS = "!?"
_STOPS = ".,;:!?"


class _Mark(NamedTuple):
    """A character, its fonts and link, and its source (0: the style). ``closes`` is set on a
    closing quotation mark."""

    char: str
    fonts: tuple[str, ...]
    link: str
    owner: int
    closes: bool = False


def inlines(text: str, locale: Locale) -> tuple[Inline, ...]:
    """The inlines that marked text becomes in a locale."""
    tidied = _tidy(_characters(text, locale), locale)
    return _group([(mark.char, mark.fonts, mark.link) for mark in tidied])


def _characters(text: str, locale: Locale) -> list[_Mark]:
    """The characters one by one, with quotation marks where groups ask for them."""
    chars: list[_Mark] = []
    stack: list[str] = []
    owners: list[int] = [0]
    count = 0
    for piece in _PIECES.split(text):
        if not piece:
            continue
        if piece == BREAK:
            if chars:
                chars.append(_Mark("\n", (), "", 0))
        elif piece == CLOSE:
            if stack:
                closed = stack.pop()
                owners.pop()
                if closed == QUOTED:
                    chars += _quotation("close", stack, owners[-1], locale)
        elif _PIECES.match(piece):
            if piece == QUOTED:
                chars += _quotation("open", stack, owners[-1], locale)
            count += 1
            owners.append(count if piece == VALUE else owners[-1])
            stack.append(piece)
        else:
            fonts, link = _state(stack)
            for char in re.sub(r"\s", _space, piece):
                raised = unicodedata.decomposition(char).startswith("<super>")
                shown = unicodedata.normalize("NFKD", char) if raised else char
                in_fonts = (*fonts, "sup") if raised and "sup" not in fonts else fonts
                chars += [_Mark(letter, in_fonts, link, owners[-1]) for letter in shown]
    return chars


def _space(match: re.Match[str]) -> str:
    """White space within a line, which only a style can request."""
    return " " if match[0] in "\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029" else match[0]


def _quotation(kind: str, stack: list[str], owner: int, locale: Locale) -> list[_Mark]:
    inner = "inner-" if stack.count(QUOTED) % 2 else ""
    fonts, link = _state(stack)
    text = locale.text(f"{kind}-{inner}quote") or ("'" if inner else '"')
    return [_Mark(char, fonts, link, owner, kind == "close") for char in text]


def _state(stack: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """The fonts and the link in force: italics within italics are upright."""
    fonts: list[str] = []
    link = ""
    for mark in stack:
        if mark.startswith(LINK):
            link = mark[1:-1]
        elif font := _TOGGLES.get(mark):
            if font == "upright":
                fonts = [f for f in fonts if f != "em"]
            elif font in fonts:
                fonts.remove(font)
            else:
                fonts.append(font)
        elif (name := _ELEMENTS.get(mark)) and name not in fonts:
            fonts.append(name)
    return tuple(fonts), link


# --- punctuation -----------------------------------------------------------------------


def _tidy(characters: list[_Mark], locale: Locale) -> list[_Mark]:
    """Remove punctuation and spaces that parts of a style duplicate; if the locale requires it,
    move full stops and commas into quotation marks."""
    inside = locale.options.get("punctuation-in-quote") == "true"
    tidied: list[_Mark] = []
    for at, mark in enumerate(characters):
        if mark.char in _STOPS and not (tidied and mark.owner and mark.owner == tidied[-1].owner):
            _add_stop(mark, tidied, inside)
            continue
        if mark.char == " ":
            if not tidied or tidied[-1].char in _NO_SPACE_AFTER:
                continue
            following = characters[at + 1].char if at + 1 < len(characters) else ""
            if following.isdigit() and _is_label(tidied):
                mark = mark._replace(char="\u00a0")  # p. 12, vol. 3, June 5
        elif mark.char in ")]\n":
            while tidied and tidied[-1].char == " ":
                tidied.pop()
        tidied.append(mark)
    while tidied and tidied[-1].char in " \n":
        tidied.pop()
    return tidied


_NO_SPACE_AFTER = " \n\u00a0(["


def _add_stop(mark: _Mark, marks: list[_Mark], inside: bool) -> None:
    """Add punctuation in its place, unless it is redundant."""
    while mark.char in ".," and marks and marks[-1].char == " " and not marks[-1].owner:
        marks.pop()
    if not mark.owner and (not marks or (marks[-1].char in "([" and not marks[-1].owner)):
        return
    end = _end_of_quotations(marks)
    for place in {len(marks), end}:
        if _is_superfluous(mark, marks[:place]):
            return
    place = end if inside and mark.char in ".," else len(marks)
    if place and _is_weaker(marks[place - 1], mark):
        del marks[place - 1]
        place -= 1
    marks.insert(place, mark)


def _is_label(marks: list[_Mark]) -> bool:
    """Return whether a style's abbreviation ends here, which stays with the number after it."""
    last = marks[-8:]
    if len(last) < 2 or last[-1].char != "." or last[-1].owner:
        return False
    word = "".join(mark.char for mark in last[:-1]).rpartition(" ")[2]
    return word.lstrip("([").isalpha() and not last[-2].owner


def _end_of_quotations(marks: list[_Mark]) -> int:
    """The position of the quotation marks at the end of the text."""
    at = len(marks)
    while at and marks[at - 1].closes:
        at -= 1
    return at


def _is_superfluous(mark: _Mark, before: list[_Mark]) -> bool:
    """Return whether punctuation adds nothing to the punctuation before it."""
    last = before[-1].char if before else ""
    if mark.char == last:
        return True
    if mark.char == ".":
        return last in _ENDS + "…;:" and bool(last)
    return mark.char == ":" and bool(last) and last in _ENDS + ";"


def _is_weaker(before: _Mark, mark: _Mark) -> bool:
    """Return whether punctuation of a style gives way to the punctuation after it."""
    return not before.owner and mark.char in _ENDS and before.char in ":;"


# --- inlines ---------------------------------------------------------------------------


_Run = tuple[str, tuple[str, ...], str]


def _group(characters: list[_Run]) -> tuple[Inline, ...]:
    """Combine neighbours with the same link or the same first font."""
    nodes: list[Inline] = []
    start = 0
    while start < len(characters):
        _, fonts, link = characters[start]
        outer = (link, fonts[:1])
        end = start + 1
        while end < len(characters) and _outer(characters[end], bool(link)) == (
            outer[0],
            () if link else outer[1],
        ):
            end += 1
        run = characters[start:end]
        if link:
            children = _group([(c, f, "") for c, f, _ in run])
            attributes = BIBLIOREF if link.startswith("#") else ADDRESS_CLASS
            nodes.append(model.Link(children=children, href=link, attributes=attributes))
        elif fonts:
            inner = _group([(c, f[1:], "") for c, f, _ in run])
            nodes.append(_element(fonts[0], inner))
        else:
            nodes += _text("".join(c for c, _, _ in run))
        start = end
    return tuple(nodes)


def _outer(run: _Run, in_link: bool) -> tuple[str, tuple[str, ...]]:
    _, fonts, link = run
    return link, () if in_link else fonts[:1]


def _element(font: str, children: tuple[Inline, ...]) -> Inline:
    match font:
        case "em":
            return model.Emphasis(children=children)
        case "strong":
            return model.Strong(children=children)
        case "small-caps":
            return model.InlineElement(name="span", children=children, attributes=SMALL_CAPS_CLASS)
    return model.InlineElement(name=font, children=children)


def _text(text: str) -> list[Inline]:
    nodes: list[Inline] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            nodes.append(model.LineBreak())
        if line:
            nodes.append(model.Text(text=line))
    return nodes
