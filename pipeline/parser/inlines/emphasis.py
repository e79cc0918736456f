"""Emphasis (CommonMark 0.31.2, 6.2), strikethrough (GFM, 6.5), marked text ``==so==``."""

from __future__ import annotations

import unicodedata

from pipeline.model import gaps
from pipeline.parser.characters import is_wide
from pipeline.parser.inlines.leaf import Chain, Delimiter
from pipeline.parser.inlines.patterns import InlineSpan

_QUOTES = frozenset("\"'")
_EMPHASIS = {("*", 1): "em", ("*", 2): "strong", ("_", 1): "em", ("_", 2): "strong"}


def read_delimiter(data: str, start: int) -> Delimiter:
    """The run of one character that begins at ``start``."""
    char, end = data[start], start
    while end < len(data) and data[end] == char:
        end += 1
    before = data[start - 1] if start else "\n"
    after = data[end] if end < len(data) else "\n"
    left, right = touches(before, after), touches(after, before)
    opens, closes = left, right
    if char == "_":
        opens = left and (not right or is_punctuation(before))
        closes = right and (not left or is_punctuation(after))
    count = end - start
    if char == "~" and count > 2:
        opens = closes = False
    if char == "~" and count == 1:  # `5~10` is a span of numbers
        opens, closes = left and not _joins(before), right and not _joins(after)
    if char == "=":  # a comparison is no mark
        opens = left and count == 2 and not _joins(before) and after not in _QUOTES
        closes = right and count == 2 and not _joins(after) and before not in _QUOTES
    return Delimiter(data[start:end], char=char, original=count, opens=opens, closes=closes)


def emphasise(chain: Chain, bottom: Delimiter | None) -> None:
    """Turn matching delimiters after ``bottom`` into elements (appendix, phase 2)."""
    openers_bottom: dict[tuple[str, bool, int], Delimiter | None] = {}
    closer = chain.first_delimiter(bottom)
    while closer is not None:
        if not closer.closes:
            closer = closer.next
            continue
        is_struck = closer.char == "~"
        key = (closer.char, closer.opens, closer.count if is_struck else closer.original % 3)
        opener = closer.previous
        floor = openers_bottom.get(key, bottom)
        while opener is not None and opener is not floor and opener is not bottom:
            if _match(opener, closer):
                closer = _wrap(chain, opener, closer)
                break
            opener = opener.previous
        else:
            openers_bottom[key] = closer.previous
            following = closer.next
            if not closer.opens:
                chain.forget(closer)
            closer = following
    chain.forget_after(bottom)


def _wrap(chain: Chain, opener: Delimiter, closer: Delimiter) -> Delimiter | None:
    """Make an element of the text between two delimiters; returns the next closer to try."""
    if closer.char in "~=":
        used, tag = closer.count, "del" if closer.char == "~" else "mark"
    else:
        used = 2 if opener.count > 1 and closer.count > 1 else 1
        tag = _EMPHASIS[closer.char, used]
    chain.wrap(opener, closer, InlineSpan(tag))
    opener.text, closer.text = opener.text[used:], closer.text[used:]
    if not opener.text:
        chain.remove(opener)
    if closer.text:
        return closer
    following = closer.next
    chain.remove(closer)
    return following


def _match(a: Delimiter, b: Delimiter) -> bool:
    """Return whether two delimiters make a pair (rules 9 and 10 of section 6.2)."""
    if a.char != b.char or not a.opens:
        return False
    if a.char == "~":
        return a.count == b.count
    odd = (a.closes or b.opens) and b.original % 3 != 0 and (a.original + b.original) % 3 == 0
    return not odd


def _joins(char: str) -> bool:
    """Return whether a letter or digit joins the text after it, in scripts with spaces."""
    return char.isalnum() and unicodedata.category(char) != "Lo"


def touches(outside: str, inside: str) -> bool:
    """Return whether a delimiter run between two characters may mark the text on one of its sides.

    Punctuation needs a space or punctuation on the other side, as in CommonMark, except in Chinese,
    Japanese and Korean: they have no spaces there, and their punctuation counts as letters.
    """
    if inside.isspace():
        return False
    if not is_punctuation(inside) or _is_east_asian(inside):
        return True
    return outside.isspace() or is_punctuation(outside) or _is_east_asian(outside)


def _is_east_asian(char: str) -> bool:
    """Return whether a character is a letter or punctuation of these scripts, and no emoji."""
    return is_wide(char, "WFH") and unicodedata.category(char) != "So"


def is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS" or char == gaps.TEXT
