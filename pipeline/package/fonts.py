"""The fonts of a publication: which faces it uses, subset to the characters that it needs."""

from __future__ import annotations

import base64
import functools
import html
import io
import itertools
import json
import re
import struct
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Literal, NamedTuple

import fontTools
import uharfbuzz as harfbuzz
from fontTools.ttLib import sfnt, woff2

from pipeline.model.faces import font_file
from pipeline.model.late import late
from pipeline.model.rendered import Face
from pipeline.package.result import open_font
from pipeline.system import store

# --- font use --------------------------------------------------------------------------------
# The font faces that a publication uses, judged by its styles and markup.
#
# The styles are searched for names of families, not applied: a face is left out only where nothing
# can ask for it.

CODE_TAGS = frozenset({"code", "pre", "kbd", "samp", "tt"})
ITALIC_TAGS = frozenset({"em", "i", "cite", "dfn", "var", "address"})
BOLD_TAGS = frozenset({"strong", "b", "th", "dt", "caption", "h1", "h2", "h3", "h4", "h5", "h6"})
# Set in bold by the styles that ship.
BOLD_CLASSES = frozenset({"asks", "speaker", "box-title", "label"})
VOID_TAGS = frozenset("area base br col embed hr img input link meta source wbr".split())

ITALICS = (
    ("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC),
    ("∂", "∂", 0x1D715), ("ϵ", "ϵ", 0x1D716), ("ϑ", "ϑ", 0x1D717), ("ϕ", "ϕ", 0x1D719),
    ("ϱ", "ϱ", 0x1D71A), ("ϖ", "ϖ", 0x1D71B), ("ı", "ı", 0x1D6A4), ("ȷ", "ȷ", 0x1D6A5),
)  # fmt: skip
"""The first and last of some letters, and the first of their mathematical italics."""

_TAG = late(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*+)((?:\"[^<\"]*+\"|'[^<']*+'|[^<>\"'])*+)>")
_CLASS = late(r"\bclass=\"([^\"]*)\"")
_RULE = late(r"(?<![^{}])([^{}]*+)\{([^{}]*+)\}")
_NAME = late(r"([.#:\[]?)([a-zA-Z][\w-]*)")


class _MarkupUse(NamedTuple):
    """The content of markup: names of elements and classes, and whether there is italic text, and
    italic text within bold or the reverse."""

    tags: frozenset[str]
    classes: frozenset[str]
    italic: bool
    bold_italic: bool


def select_faces(faces: Iterable[Face], css: str, markup: str) -> tuple[Face, ...]:
    """The faces that ``markup``, set by ``css``, can need, in the order of ``faces``.

    Families that the styles do not name are out; so are monospaced ones (named in a
    list that ends in ``monospace``) without code, italics without emphasis, and bold
    italics without emphasis within something bold. Where each rule that names a family
    also says its weight and style, the other weights and styles are out.
    """
    use = _markup_use(markup)
    code = bool(CODE_TAGS & use.tags)
    italic = use.italic or _styles_italic(css, use)
    return tuple(
        face
        for face in faces
        if face.family in css
        and (code or not _is_monospaced(face.family, css))
        and (not face.element or face.element in use.tags)
        and _can_ask_for(face, css)
        and (face.style == "normal" or (use.bold_italic if face.weight >= 600 else italic))
    )


def characters(face: Face, markup: str) -> frozenset[str]:
    """The characters of ``markup`` that a face may need. Letters in formulas are shown as
    mathematical letters, which the font has in addition to the ordinary ones."""
    if not face.element:
        return frozenset(markup)
    parts = re.findall(rf"<{face.element}\b[^>]*>(.*?)</{face.element}>", markup, re.DOTALL)
    result = set(html.unescape("".join(re.sub(r"<[^<>]*>", "", part) for part in parts)))
    result |= {"√"} if re.search(r"<m(?:sqrt|root)\b", markup) else set()
    italic = {"ℎ" if letter == "h" else chr(code) for letter, code in _italics(result)}
    return frozenset(result | italic)


def _italics(letters: Iterable[str]) -> Iterator[tuple[str, int]]:
    for letter in letters:
        for first, last, start in ITALICS:
            if first <= letter <= last:
                yield letter, start + ord(letter) - ord(first)


def font_face(face: Face, address: str) -> str:
    """The CSS rule that makes a face known. ``address`` may be a data address."""
    family = json.dumps(face.family, ensure_ascii=False)
    return (
        f"@font-face {{ font-family: {family}; font-weight: {face.weight};"
        f" font-style: {face.style}; src: url({address}) }}\n"
    )


def _can_ask_for(face: Face, css: str) -> bool:
    """Return whether a rule with the face's family is compatible with its weight and style."""
    return any(
        _read_declaration(body, "font-weight") in {"", str(face.weight)}
        and _read_declaration(body, "font-style") in {"", face.style}
        for _, body in _RULE.findall(css)
        if face.family in body
    )


def _read_declaration(body: str, name: str) -> str:
    match = re.search(rf"(?<![\w-]){name}:\s*([\w-]+)", body)
    return match[1] if match else ""


def _is_monospaced(family: str, css: str) -> bool:
    return bool(re.search(re.escape(family) + r"[^;{}]*\bmonospace\b", css))


def _styles_italic(css: str, use: _MarkupUse) -> bool:
    """Return whether the styles set something in the markup in italics."""
    return any(
        _may_be_there(selector, use)
        for selectors, body in _RULE.findall(css)
        if _read_declaration(body, "font-style") in {"italic", "oblique"}
        for selector in selectors.split(",")
    )


def _may_be_there(selector: str, use: _MarkupUse) -> bool:
    """Return whether all elements and classes of a selector occur in the markup."""
    known = {"": use.tags, ".": use.classes}
    return all(name in known[kind] for kind, name in _NAME.findall(selector) if kind in known)


def _markup_use(markup: str) -> _MarkupUse:
    tags: set[str] = set()
    classes: set[str] = set()
    italic = bold_italic = False
    bold_depth = italic_depth = 0
    opened: list[tuple[str, bool, bool]] = []
    for match in _TAG.finditer(markup):
        closing, tag, rest = match[1], match[2].lower(), match[3]
        if closing:
            while opened:
                name, was_bold, was_italic = opened.pop()
                bold_depth -= was_bold
                italic_depth -= was_italic
                if name == tag:
                    break
            continue
        attribute = _CLASS.search(rest)
        names = attribute[1].split() if attribute else []
        tags.add(tag)
        classes.update(names)
        if tag in VOID_TAGS or rest.endswith("/"):
            continue
        is_bold = tag in BOLD_TAGS or not BOLD_CLASSES.isdisjoint(names)
        is_italic = tag in ITALIC_TAGS
        bold_depth += is_bold
        italic_depth += is_italic
        italic = italic or is_italic
        bold_italic = bold_italic or (bold_depth > 0 and italic_depth > 0)
        opened.append((tag, is_bold, is_italic))
    return _MarkupUse(frozenset(tags), frozenset(classes), italic, bold_italic)


# --- font subset -----------------------------------------------------------------------------
# Fonts, subset to the characters that a publication needs, and drawings with such fonts inside.
#
# Web pages get WOFF2. E-books get plain OpenType: TTF, OTF, WOFF and WOFF2 are all core media
# types of EPUB 3.3, but reading systems with Adobe's engine, and the converters of some shops,
# only support the first two, and the zip compresses the font anyway.
#
# The fonts' licence (OFL 1.1) reserves their names for unmodified fonts. A subset is a modified
# font, so the names in the file are removed; copyright and licence are kept.

Flavour = Literal["woff2", "opentype"]

# Characters of almost every text, which are always included, so that small edits need no new
# subset: Basic Latin, Latin-1, the dashes, quotes, bullets, ellipsis, primes and spaces of General
# Punctuation, the euro sign, trade mark, minus, arrows.
COMMON = frozenset(
    chr(code)
    for start, end in (
        (0x20, 0x7E), (0xA0, 0xFF), (0x152, 0x153), (0x2009, 0x200A), (0x2010, 0x2015),
        (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x202F, 0x202F), (0x2032, 0x2033),
        (0x2039, 0x203A), (0x20AC, 0x20AC), (0x2122, 0x2122), (0x2190, 0x2193), (0x21A9, 0x21A9),
        (0x2212, 0x2212),
    )
    for code in range(start, end + 1)
)  # fmt: skip

FEATURES = ("lnum", "onum", "pnum", "tnum")
"""Beyond the needs of shaping: all styles of figures."""

FRACTIONS = ("dnom", "frac", "numr")
"""Needed for shaping around a `FRACTION_SLASH`, and otherwise a tenth of a small font."""

FRACTION_SLASH = "\u2044"
ASKED = {
    r"small-caps|\bsmcp\b": ("smcp", "c2sc"),
    r"-fractions|\bfrac\b": FRACTIONS,
    r"variant-position|\bsups\b": ("sups",),
    r"\bss01\b": ("ss01", "ss02", "ss03"),
}
"""Asked for by style sheets with such words: small capitals, fractions, superscript letters, and
letters as they are written."""

NAMES = (*range(7), 13, 14)
"""Copyright, names, version and licence. The names of the family and the style, the full name and
the PostScript name are removed; Windows does not accept a font without any names."""

MACINTOSH = 1
"""The platform whose names are not in UTF-16."""

DROPPED_TABLES = {1: ".\x7f", 2: "\x7f", 3: "", 4: ".\x7f", 6: "\x7f"}

_RECIPE = "5"
"""To be changed with anything here that changes the bytes of a subset."""

# The highest quality, which is the default, takes 50 times as long for 7 % less; the window is as
# large as a subset.
_COMPRESS = functools.partial(woff2.brotli.compress, quality=9, lgwin=16)
woff2.brotli = SimpleNamespace(**vars(woff2.brotli) | {"compress": _COMPRESS})

_VERSIONS = f"{fontTools.version} {harfbuzz.__version__}"


def font_bytes(face: Face) -> bytes:
    """The font file of a face. Raises OSError or ImportError if it is not installed."""
    file = font_file(face)
    if file is None:
        raise ImportError(face.package)
    return file.read_bytes()


@functools.cache
def coverage(face: Face) -> frozenset[str]:
    """The characters that a face has glyphs for."""
    return frozenset(map(chr, open_font(font_bytes(face)).unicodes))


def subset(
    face: Face,
    text: str | frozenset[str],
    flavour: Flavour = "woff2",
    *,
    css: str = "",
    common: frozenset[str] = COMMON,
) -> bytes:
    """The face with the glyphs for ``text`` and for ``common`` alone.

    Kerning, ligatures and all kinds of figures stay, and what else ``css`` asks for; a variable
    font is fixed at the face's weight. The bytes depend on nothing but the arguments and the
    versions of the libraries.
    """
    font = font_bytes(face)
    if face.unmodified:  # as its licence requires
        return store.from_cache(
            f"{store.key(_RECIPE, _VERSIONS, flavour, font)}.{flavour}",
            lambda: _write_font(font, flavour),  # in the requested file format alone
        )
    characters = "".join(sorted(common | frozenset(text) & coverage(face)))
    slash = FRACTIONS if FRACTION_SLASH in characters else ()
    features = tuple(dict.fromkeys((*FEATURES, *slash, *_features_asked_for(css))))
    name = store.key(
        _RECIPE, _VERSIONS, flavour, str(face.weight), " ".join(features), characters, font
    )
    return store.from_cache(
        f"{name}.{flavour}", lambda: _subset(font, face, characters, features, flavour)
    )


@functools.lru_cache(maxsize=8)
def _features_asked_for(css: str) -> tuple[str, ...]:
    """The features that a style sheet asks for."""
    matching = (features for words, features in ASKED.items() if re.search(words, css))
    return tuple(itertools.chain.from_iterable(matching))


def _subset(
    data: bytes, face: Face, text: str, features: tuple[str, ...], flavour: Flavour
) -> bytes:
    font = open_font(data)
    request = harfbuzz.SubsetInput()
    request.unicode_set.update(map(ord, text))
    for tag in FRACTIONS:  # HarfBuzz would keep them
        request.layout_feature_tag_set.discard(_number(tag))
    request.layout_feature_tag_set.update(map(_number, features))
    request.name_id_set.clear()
    request.name_id_set.update(NAMES)
    request.flags = harfbuzz.SubsetFlags.NOTDEF_OUTLINE
    if any(axis.tag == "wght" for axis in font.axis_infos):
        request.pin_axis_location(font, "wght", face.weight)
    return _write_font(harfbuzz.subset(font, request).blob.data, flavour, is_named=False)


def _number(tag: str) -> int:
    return int.from_bytes(tag.encode())


def _write_font(data: bytes, flavour: Flavour, *, is_named: bool = True) -> bytes:
    """A font in a file format, with its names, or without those reserved for unmodified fonts,
    which the table of outlines repeats. Its tables are copied: `TTFont` would load all that
    fontTools knows about them, in 30 ms."""
    without = {} if is_named else {"name": _without_names, "CFF ": _with_other_names}
    font, output = sfnt.SFNTReader(io.BytesIO(data)), io.BytesIO()
    form = "woff2" if flavour == "woff2" else None
    target = sfnt.SFNTWriter(output, len(font.tables), font.sfntVersion, form)
    for tag in font.keys():  # noqa: SIM118
        target[tag] = without[tag](font[tag]) if tag in without else font[tag]
    target.close()
    return output.getvalue()


def _without_names(table: bytes) -> bytes:
    """The name table as HarfBuzz writes it, without some of the names."""
    _, count, start = struct.unpack_from(">3H", table)
    records, strings, places = b"", b"", dict[bytes, int]()
    for number in range(count):
        platform, *which, name, length, place = struct.unpack_from(">6H", table, 6 + 12 * number)
        string = table[start + place : start + place + length]
        if name in DROPPED_TABLES:
            string = DROPPED_TABLES[name].encode("ascii" if platform == MACINTOSH else "utf-16-be")
        if string not in places:
            places[string] = len(strings)
            strings += string
        records += struct.pack(">6H", platform, *which, name, len(string), places[string])
    return struct.pack(">3H", 0, count, 6 + len(records)) + records + strings


def _with_other_names(table: bytes) -> bytes:
    """A table of outlines (Adobe's Technical Note 5176) in which the names of the font, its full
    name and its family are replaced by others of the same length, so that everything stays where it
    is."""
    names, end = _index(table, table[2])
    (top, *_), end = _index(table, end)
    strings, _ = _index(table, end)
    changed = bytearray(table)
    for place in (*names, *(strings[number] for number in _read_name_strings(table[top]))):
        length = place.stop - place.start
        changed[place] = b"Subset".ljust(length, b"-")[:length]
    return bytes(changed)


def _index(table: bytes, at: int) -> tuple[list[slice], int]:
    """The places of the objects in an INDEX (section 5), and that of its end."""
    count = int.from_bytes(table[at : at + 2])
    if not count:
        return [], at + 2
    size, start = table[at + 2], at + 3
    offsets = (
        table[place : place + size] for place in range(start, start + (count + 1) * size, size)
    )
    before = start + (count + 1) * size - 1
    ends = [before + int.from_bytes(offset) for offset in offsets]
    return list(itertools.starmap(slice, itertools.pairwise(ends))), ends[-1]


STANDARD_STRINGS = 391
"""The strings that every table of outlines has, and that are not in the font (appendix A)."""


def _read_name_strings(top: bytes) -> list[int]:
    """Of a Top DICT (sections 4 and 9), the numbers of the full name (operator 2) and the name of
    the family (3) among the font's own strings."""
    numbers, at, operand = list[int](), 0, 0
    while at < len(top):
        match top[at]:
            case 28:
                size, operand = 3, int.from_bytes(top[at + 1 : at + 3])
            case 29:
                size, operand = 5, int.from_bytes(top[at + 1 : at + 5])
            case 30:  # a real number, up to a half-byte of F
                size = next(n for n in range(1, len(top)) if 0xF in divmod(top[at + n], 16)) + 1
            case first if first >= 247:
                size, operand = 2, (first - 247) * 256 + top[at + 1] + 108
            case first if first >= 32:
                size, operand = 1, first - 139
            case operator:
                size = 2 if operator == 12 else 1
                if operator in (2, 3) and operand >= STANDARD_STRINGS:
                    numbers.append(operand - STANDARD_STRINGS)
        at += size
    return numbers


# --- drawings -----------------------------------------------------------------------------


_ROOT = late(r"<svg\b(?:\"[^<\"]*+\"|'[^<']*+'|[^<>\"'])*+(?<!/)>")
_MARKUP = late(r"<style\b[^<]*+(?:<(?!/?style\b)[^<]*+)*+</style>|<[^<>]*+>")
_BOLD = late(r"font-weight\s*[:=]\s*[\"']?(?:bold|[6-9]00)")
_ITALIC = late(r"font-style\s*[:=]\s*[\"']?(?:italic|oblique)")


def with_fonts(svg: bytes, faces: Iterable[Face]) -> bytes:
    """The drawing with the faces that it names, subset to its characters.

    A drawing that is not UTF-8, or names no installed face, is returned unchanged. Raises OSError
    if a face cannot be read.
    """
    try:
        text = svg.decode("utf-8")
    except UnicodeDecodeError:
        return svg
    root = _ROOT.search(text)
    used = [face for face in faces if root and _names(text, face) and font_file(face)]
    if not (root and used):
        return svg
    characters = frozenset(html.unescape(_MARKUP.sub("", text)))
    rules = "".join(
        font_face(face, _address(subset(face, characters, common=frozenset()))) for face in used
    )
    return f"{text[: root.end()]}<style>{rules}</style>{text[root.end() :]}".encode()


def _names(text: str, face: Face) -> bool:
    return (
        face.family in text
        and (face.weight < 600 or bool(_BOLD.search(text)))
        and (face.style == "normal" or bool(_ITALIC.search(text)))
    )


def _address(font: bytes) -> str:
    return f"data:font/woff2;base64,{base64.b64encode(font).decode('ascii')}"
