"""Emoji in print: each is set as a unit in the emoji font, with its name as actual text, whatever
glyphs draw it. Screens have their own fonts for them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from xml.etree.ElementTree import Element

from pipeline.package.pdf.print_markup import EMOJI, MAY_BE_EMOJI, SKIPPED

FIRST = "\N{DIAMETER SIGN}"
"""Of the signs before this one, © and arrows say, the faces of text have their own."""

LONGEST = 200
"""Characters of a run. For each line that it fills, all of a longer one would be read again."""

_AS_TEXT = "\ufe0e"


def wrap_pictographs(root: Element, missing: Container[str] = ()) -> None:
    """Put every run of emoji in a tree into an element of its own. One with a character of
    ``missing``, which no font has, is replaced by its name: ``:shaking face:``."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag in SKIPPED:
            continue
        children = list(element)
        waiting += children
        if element.text and (pieces := _pieces(element.text, missing)):
            element.text = pieces[0]
            for at, span in enumerate(pieces[1]):
                element.insert(at, span)
        for child in children:
            if child.tail and (pieces := _pieces(child.tail, missing)):
                child.tail = pieces[0]
                at = list(element).index(child) + 1
                for number, span in enumerate(pieces[1]):
                    element.insert(at + number, span)


def _pieces(text: str, missing: Container[str]) -> tuple[str, list[Element]] | None:
    """The text before the first emoji, and an element for each run of them with the text after
    it."""
    if not MAY_BE_EMOJI.search(text):
        return None
    runs = list(_runs(text, missing))
    if not runs:
        return None
    spans: list[Element] = []
    nexts = [start for start, _, _ in runs[1:]] + [len(text)]
    for (start, end, name), following in zip(runs, nexts, strict=True):
        span = Element("span", {} if name else {"class": EMOJI})
        span.text = name or text[start:end]
        span.tail = text[end:following]
        spans.append(span)
    return text[: runs[0][0]], spans


def _runs(text: str, missing: Container[str]) -> Iterator[tuple[int, int, str]]:
    """The positions of runs of emoji, or of a single one that no font has, with its name."""
    begin = last = -1
    for start, end, name in _emoji(text):
        is_missing = any(character in missing for character in text[start:end])
        if begin >= 0 and (is_missing or start != last or last - begin >= LONGEST):
            yield begin, last, ""
            begin = -1
        if is_missing:
            yield start, end, name.replace("_", " ")
        elif begin < 0:
            begin = start
        last = end
    if begin >= 0:
        yield begin, last, ""


def _emoji(text: str) -> Iterator[tuple[int, int, str]]:
    """The positions and names of the emoji in a text."""
    import emoji

    for token in emoji.analyze(text, non_emoji=False, join_emoji=True):
        match = token.value
        assert not isinstance(match, str)
        written = getattr(match, "emoji", token.chars)
        if len(written) == 1 and written < FIRST:
            continue
        if text.startswith(_AS_TEXT, match.end):
            continue
        data = getattr(match, "data", None) or {}
        yield match.start, match.end, data.get("en", written)
