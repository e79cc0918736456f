"""Emphasis, strong emphasis and strikethrough (CommonMark 0.31.2, section 6.2; GFM, 6.5), and
marked text, ``==so==``."""

from __future__ import annotations

import unicodedata

from pipeline.parser.inlines.chain import Chain, Delimiter, Piece
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
    left = not after.isspace() and (
        not is_punctuation(after) or before.isspace() or is_punctuation(before)
    )
    right = not before.isspace() and (
        not is_punctuation(before) or after.isspace() or is_punctuation(after)
    )
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
    return Delimiter(char, count, opens, closes)


def emphasise(chain: Chain, bottom: Piece | None) -> None:
    """Turn matching delimiters after ``bottom`` into elements (appendix, phase 2)."""
    openers_bottom: dict[tuple[str, bool, int], Piece | None] = {}
    closer = chain.first_delimiter(bottom)
    while closer is not None:
        mark = closer.delimiter
        assert mark is not None
        if not mark.closes:
            closer = mark.next
            continue
        key = (mark.char, mark.opens, mark.original % 3 if mark.char != "~" else mark.count)
        opener = mark.previous
        floor = openers_bottom.get(key, bottom)
        while opener is not None and opener is not floor and opener is not bottom:
            if _match(opener, closer):
                break
            assert opener.delimiter is not None
            opener = opener.delimiter.previous
        else:
            opener = None
        if opener is None:
            openers_bottom[key] = mark.previous
            following = mark.next
            if not mark.opens:
                chain.forget(closer)
            closer = following
            continue
        closer = _wrap(chain, opener, closer)
    chain.forget_after(bottom)


def _wrap(chain: Chain, opener: Piece, closer: Piece) -> Piece | None:
    """Make an element of the text between two delimiters; returns the next closer to try."""
    opening, closing = opener.delimiter, closer.delimiter
    assert opening is not None
    assert closing is not None
    if closing.char in "~=":
        used, tag = closing.count, "del" if closing.char == "~" else "mark"
    else:
        used = 2 if opening.count > 1 and closing.count > 1 else 1
        tag = _EMPHASIS[closing.char, used]
    chain.wrap(opener, closer, InlineSpan(tag))
    for piece, mark in ((opener, opening), (closer, closing)):
        mark.count -= used
        piece.text = mark.char * mark.count
    if not opening.count:
        chain.remove(opener)
    if closing.count:
        return closer
    following = closing.next
    chain.remove(closer)
    return following


def _match(opener: Piece, closer: Piece) -> bool:
    """Return whether two delimiters make a pair (rules 9 and 10 of section 6.2)."""
    a, b = opener.delimiter, closer.delimiter
    assert a is not None
    assert b is not None
    if a.char != b.char or not a.opens:
        return False
    if a.char == "~":
        return a.count == b.count
    odd = (a.closes or b.opens) and b.original % 3 != 0 and (a.original + b.original) % 3 == 0
    return not odd


def _joins(char: str) -> bool:
    """Return whether a letter or digit forms a word with the text after it, unlike in scripts
    without spaces between words."""
    return char.isalnum() and unicodedata.category(char) != "Lo"


def is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"
