"""Scripts beyond Latin, Greek and Cyrillic: recognising them, and their fonts.

The small font packages are installed with Chapbook, the large one only on request. The machine's
own fonts are never used.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.rendered import Face

BEYOND = late(r"[^\0-\u052f\u1d00-\u218f\u2c00-\u2e7f\ua640-\ua69f\ufb00-\ufe6f]")
"""Characters that the faces of the text may lack. Python compiles the few others faster."""

CJK = "Noto Sans CJK"
"""Its bold face is in the Japanese package, with the forms of all languages."""

COMMON = "Zyyy"
"""ISO 15924's code for characters without a script: symbols, arrows, emoji."""


_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNPARTED = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
_SIGNS = late(f"[{_IDEOGRAPHS}]+")
_LETTERS = late(f"[{_UNPARTED}]+")
_WITHOUT_SPACES = late(f"[{_UNPARTED}{_IDEOGRAPHS}]")
SIGNS_A_WORD, LETTERS_A_WORD = 1.6, 5.0
"""The number of ideographs, and of letters of Thai, Lao, Khmer, Burmese or Tibetan, that amount to
a word: these scripts put no spaces between words."""


def word_count(text: str) -> float:
    """The number of words in a text, in any script."""
    if not BEYOND.search(text) or not _WITHOUT_SPACES.search(text):
        return len(text.split())
    signs, letters = (sum(map(len, pattern.findall(text))) for pattern in (_SIGNS, _LETTERS))
    parted = _LETTERS.sub(" ", _SIGNS.sub(" ", text))
    return len(parted.split()) + signs / SIGNS_A_WORD + letters / LETTERS_A_WORD


class ScriptFont(NamedTuple):
    """``scripts`` are ISO 15924 codes, ``package`` is the package with the faces."""

    scripts: frozenset[str]
    package: str
    faces: tuple[Face, ...]


def _font(scripts: str, package: str, family: str, *files: tuple[int, str]) -> ScriptFont:
    module = package.replace("-", "_")
    faces = tuple(Face(family, weight, "normal", module, path) for weight, path in files)
    return ScriptFont(frozenset(scripts.split()), package, faces)


def _noto(script: str, name: str) -> ScriptFont:
    path = f"files/NotoSans{name}[wdth,wght].ttf"
    return _font(script, f"fontpkg-noto-sans-{name.lower()}", f"Noto Sans {name}", (400, path))


# fmt: off
FONTS: tuple[ScriptFont, ...] = (
    _font("Arab", "fontpkg-amiri", "Amiri",
          (400, "files/Amiri-Regular.ttf"), (700, "files/Amiri-Bold.ttf")),
    _font("Hebr", "fontpkg-frank-ruhl-libre", "Frank Ruhl Libre",
          (400, "files/FrankRuhlLibre[wght].ttf")),
    _font("Beng", "fontpkg-hind-siliguri", "Hind Siliguri",
          (400, "files/HindSiliguri-Regular.ttf"), (600, "files/HindSiliguri-SemiBold.ttf")),
    _noto("Khmr", "Khmer"),
    _noto("Taml", "Tamil"),
    _noto("Telu", "Telugu"),
    _noto("Thai", "Thai"),
    ScriptFont(frozenset("Hani Hira Kana Hang Bopo".split()),
               "noto-cjk-sans-otc noto-cjk-sans-jp-bold",
               (Face(CJK, 400, "normal", "noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc"),
                Face(CJK, 700, "normal", "noto_cjk_sans_jp_bold", "NotoSansCJKjp-Bold.otf"))),
    _font(COMMON, "ziafont", "DejaVu Sans", (400, "fonts/DejaVuSans.ttf")),
)
# fmt: on


@functools.lru_cache(maxsize=2)  # rendering and packaging ask for those of the same pages
def characters_beyond(text: str) -> frozenset[str]:
    """The characters of a text that may need a face of their own."""
    return frozenset(BEYOND.findall(text))


def scripts(characters: Iterable[str]) -> frozenset[str]:
    """The scripts that characters belong to, as ISO 15924 codes."""
    from fontTools.unicodedata import script_extension

    return frozenset(code for c in characters for code in script_extension(c))


def name(character: str) -> str:
    """The English name of a character's script; "" if it has none."""
    from fontTools.unicodedata import script, script_name

    code = script(character)
    return "" if code == COMMON else script_name(code)


def fonts_for(text: str) -> tuple[ScriptFont, ...]:
    """The fonts that a text needs in addition to the faces of its styles."""
    characters = characters_beyond(text)
    needed = scripts(characters) if characters else frozenset()
    return tuple(font for font in FONTS if font.scripts & needed)


def packages_for(character: str) -> tuple[str, ...]:
    """The packages of fonts that may have a character."""
    needed = scripts((character,)) - {COMMON}
    return tuple(font.package for font in FONTS if font.scripts & needed)


def missing_glyph(
    character: str, span: Span | None, further: str = "", *, font: str = "font", hint: str = ""
) -> tuple[Code, str, Span | None, str]:
    """The finding about a character without a glyph in any ``font`` of a kind; ``further``
    completes the message. By default, the hint names the package with fonts for its script."""
    named = f"U+{ord(character):04X} {unicodedata.name(character, 'unnamed')}"
    message = f"No {font} has a glyph for “{character}” ({named}){further}."
    packages = packages_for(character)
    install = f"Install the fonts: `pip install {packages[0]}`." if packages else ""
    hint = hint or install or "Use other characters, or an image."
    return Code.MISSING_GLYPH, message, span, hint
