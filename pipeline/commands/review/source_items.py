"""Items of lists in a source, and what belongs to them."""

from __future__ import annotations

from pipeline.commands.review.sources import CAPTION
from pipeline.model.late import late

ITEM = late(r"\s*(?:[-*+]|\(?(\d+|[A-Za-z]|[ivx]+)[.)])\s+")
ROMAN = ("", *"i ii iii iv v vi vii viii ix x xi xii".split())
_BLANK = late(r"\n[ \t]*(?:\n|\Z)")


def rest_of_item(text: str, start: int, end: int) -> str:
    """The lines after a paragraph that belong to the item that it begins."""
    rest = ""
    for line in text[end:].splitlines(keepends=True):
        if line.strip() and _indent(line) <= _indent(text[start:]):
            break
        rest += line
    return rest


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))


def follows_item(text: str, start: int) -> bool:
    """Return whether an item is not the first of its list."""
    for line in reversed(text[:start].split("\n")):
        if line.strip() and _indent(line) <= _indent(text[start:]):
            return _indent(line) == _indent(text[start:]) and bool(ITEM.match(line))
    return False


def following(number: str) -> str:
    """The number of the item after one with a number, or a letter."""
    if number.isdigit():
        return str(int(number) + 1)
    if number in ROMAN[:-1] and (len(number) > 1 or number == "i"):
        return ROMAN[ROMAN.index(number) + 1]
    return chr(ord(number) + 1) if len(number) == 1 and number not in "zZ" else number


def end_of_block(text: str, end: int) -> int:
    """The end of the lines up to the next empty one, or of a caption after that."""
    blank = _BLANK.search(text, end)
    while blank and CAPTION.match(text, blank.end()):
        blank = _BLANK.search(text, blank.end())
    return blank.start() if blank else len(text.rstrip("\n"))
