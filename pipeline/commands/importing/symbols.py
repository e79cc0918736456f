"""The characters of fonts of symbols, as Unicode has them."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.model.late import late

_SYMBOL = {
    **dict(zip("abcdefghijklmnopqrstuvwxyz", "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip(map(chr, range(0xA2, 0xBF)), "′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯", strict=True)),
    **dict(zip(map(chr, range(0xC4, 0xD7)), "⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√", strict=True)),
    **dict(zip(map(chr, range(0xD7, 0xE0)), "⋅¬∧∨⇔⇐⇑⇒⇓", strict=True)),
}
_WINGDINGS = dict(
    zip(
        "\x21\x22\x28\x2a\x32\x36\x3f\x46\x4a\x4b\x4c\x6c\x6d\x6e\x6f\x71\x72\x75\x76\x77\x9f\xa1"
        "\xa7\xa8\xab\xd8\xdf\xe0\xe1\xe2\xe8\xf0\xfb\xfc\xfd\xfe",
        "✏✂☎✉🗎⌛✍☞☺😐☹●❍■□❑❒⬥❖◆•○▪◻★➢←→↑↓➔⇨✗✓☒☑",
        strict=True,
    )
)
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


_CODE = late("[\uf020-\uf0ff]")
"""A character that only says its place in a font."""


def symbol(font: str, number: int) -> str:
    """The character for a font's code; nothing for an unknown one."""
    table = _FONTS.get(font.lower())
    if table is None:
        return "" if 0xF000 <= number < 0xF100 else chr(number)
    char = chr(number & 0xFF)
    return table.get(char, char if table is _SYMBOL and char.isascii() else "")


def readable(text: str, font: Callable[[], str], tell: Callable[[str], None]) -> str:
    """A text without characters that only say their place in a ``font``; ``tell`` is called with
    the message about those that Unicode does not have."""

    def character(match: re.Match[str]) -> str:
        meaning = symbol(font(), ord(match[0]))
        if not meaning:
            tell(unknown(font()))
        return meaning

    return _CODE.sub(character, text)


def unknown(font: str) -> str:
    """The message about a character that Unicode does not have."""
    named = f"the font {font}" if font else "a font of symbols"
    return f"A character of {named} is left out: it has no counterpart in Unicode."
