"""Characters of Word's fonts of signs."""

from __future__ import annotations

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


def symbol(font: str, code: str) -> str:
    """The character for a font's code in hexadecimal; nothing for an unknown one."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    table = _FONTS.get(font.lower())
    if table is None:
        return "" if 0xF000 <= number < 0xF100 else chr(number)
    char = chr(number & 0xFF)
    return table.get(char, char if table is _SYMBOL and char.isascii() else "")
