"""The font for typed text: embedded with all its letters, because any may be typed, and with its
character map, by which readers find them."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any, NamedTuple

import fontTools
from fontTools import subset as subsetting
from fontTools import unicodedata
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from pipeline.model import writing_systems
from pipeline.model.faces import SANS
from pipeline.model.rendered import Face
from pipeline.package.font_subset import coverage, font_bytes
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, Stream, String
from pipeline.system import store

LATIN_FACE = Face(SANS, 400, "normal", "font_source_sans_pro", "files/SourceSansPro-Regular.ttf")
"""A face with TrueType outlines, which all readers can use for typed letters."""

LATIN = frozenset({"Latn", "Grek", "Cyrl", "Zyyy", "Zinh"})

NAME = "ChapbookForm"
"""The font name in the file. It is not a subset's name, with which some readers do not type."""

ONE_LINE, RULED = "Wingdings", "Wingdings2"
"""The names of the font in the form's resources: as it is, and for ruled lines. Browsers on
PDFium take a font for one of Western letters alone, and look for others, even for quotation
marks, among the machine's, unless it is called so. To all others it is a name like any other."""

LEADING = 1.35
"""The distance of two lines of the font for ruled lines, in its size. Readers make it of the
height that the font says it has, but those by Mozilla always take this."""

_RECIPE = "1"
"""To be changed with anything here that changes the bytes of a font."""

_CHUNK = 100
"""Entries that a section of a table from glyphs to characters has at most."""


class Metrics(NamedTuple):
    """Thousandths of the size."""

    ascent: int
    descent: int


def face_for(text: str) -> Face:
    """The face for a form with this text: that of the script of most of it. Font collections, such
    as those for Chinese, Japanese and Korean, are too large to embed completely."""
    used = Counter(writing_systems.BEYOND.findall(text))
    counts: Counter[Face] = Counter()
    for font in writing_systems.fonts_for(text):
        face = font.faces[0]
        if writing_systems.COMMON not in font.scripts and not face.path.endswith(".ttc"):
            of_script = (n for c, n in used.items() if font.scripts & writing_systems.scripts((c,)))
            counts[face] = sum(of_script)
    face, count = next(iter(counts.most_common(1)), (LATIN_FACE, 0))
    letters = sum(character.isalpha() for character in text)
    return face if count * 2 > letters else LATIN_FACE


def add_fonts(pdf: PDF, face: Face) -> Dictionary:
    """Embed a face once in a PDF: the resources that fields name it by."""
    data = _font(face)
    font = TTFont(io.BytesIO(data))
    file = Stream([data], {"Length1": len(data)}, compress=True)
    table = Stream([_to_unicode(font)], compress=True)
    scale = 1000 / font["head"].unitsPerEm
    advances = (round(font["hmtx"][glyph][0] * scale) for glyph in font.getGlyphOrder())
    widths = Array((0, Array(advances)))
    for pdf_object in (file, table, widths):
        pdf.add_object(pdf_object)
    of_font = Metrics(round(font["hhea"].ascent * scale), round(font["hhea"].descent * scale))
    # All of a line's height above it, so that text stands on the rules.
    ruled = Metrics(round(LEADING * 1000), 0)
    resources = Dictionary()
    for name, metrics in ((ONE_LINE, of_font), (RULED, ruled)):
        descriptor = _descriptor(font, metrics, file, scale)
        pdf.add_object(descriptor)
        descendant = Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": f"/{NAME}",
                "CIDSystemInfo": Dictionary(
                    {"Registry": String("Adobe"), "Ordering": String("Identity"), "Supplement": 0}
                ),
                "CIDToGIDMap": "/Identity",
                "W": widths.reference,
                "FontDescriptor": descriptor.reference,
            }
        )
        pdf.add_object(descendant)
        whole = Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{NAME}",
                "Encoding": "/Identity-H",
                "DescendantFonts": Array([descendant.reference]),
                "ToUnicode": table.reference,
            }
        )
        pdf.add_object(whole)
        resources[name] = whole.reference
    return resources


def _descriptor(font: TTFont, metrics: Metrics, file: Any, scale: float) -> Dictionary:
    head, os2 = font["head"], font["OS/2"]
    left, right = round(head.xMin * scale), round(head.xMax * scale)
    capitals = round((getattr(os2, "sCapHeight", 0) or 0.66 * head.unitsPerEm) * scale)
    return Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": f"/{NAME}",
            "Flags": 1 << 5,  # of Latin letters, none of its own (ISO 32000-1, table 123)
            "FontBBox": Array((left, metrics.descent, right, metrics.ascent)),
            "ItalicAngle": 0,
            "Ascent": metrics.ascent,
            "Descent": metrics.descent,
            "CapHeight": capitals,
            "StemV": 80,
            "FontFile2": file.reference,
        }
    )


def _font(face: Face) -> bytes:
    """The face with the letters of its scripts, and without tables that only typesetting needs."""
    characters = "".join(sorted(c for c in coverage(face) if _is_needed(c, face)))
    data = font_bytes(face)
    name = store.key(_RECIPE, fontTools.version, str(face.weight), characters, data)
    return store.cached(f"{name}.form", lambda: _subset(data, face, characters))


def _is_needed(character: str, face: Face) -> bool:
    if ord(character) > 0xFFFF or unicodedata.category(character) in ("Co", "Cs"):
        return False
    known = (font.scripts for font in writing_systems.FONTS if face in font.faces)
    return not unicodedata.script_extension(character).isdisjoint(LATIN.union(*known))


def _subset(data: bytes, face: Face, text: str) -> bytes:
    options = subsetting.Options(
        layout_features=[],
        hinting=False,
        glyph_names=False,
        notdef_outline=True,
        recalc_timestamp=False,
        drop_tables=["GSUB", "GPOS", "GDEF", "DSIG", "STAT", "MATH", "BASE", "kern"],
        name_IDs=[0, 13, 14],
    )
    font = subsetting.load_font(io.BytesIO(data), options, dontLoadGlyphNames=False)
    subsetter = subsetting.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    if "fvar" in font:
        weights = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        instancer.instantiateVariableFont(font, {**weights, "wght": face.weight}, inplace=True)
    font["head"].modified = font["head"].created
    output = io.BytesIO()
    subsetting.save_font(font, output, options)
    return output.getvalue()


def _to_unicode(font: TTFont) -> bytes:
    """The table from glyphs to characters (ISO 32000-1, section 9.10.3)."""
    characters: dict[int, int] = {}
    for character, glyph in sorted((font.getBestCmap() or {}).items()):
        characters.setdefault(font.getGlyphID(glyph), character)
    entries = [f"<{glyph:04x}> <{code:04x}>" for glyph, code in sorted(characters.items())]
    sections = (entries[at : at + _CHUNK] for at in range(0, len(entries), _CHUNK))
    body = "\n".join(
        "\n".join((f"{len(section)} beginbfchar", *section, "endbfchar")) for section in sections
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()
