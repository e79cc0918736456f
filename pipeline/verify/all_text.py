"""All text in finished files, whether it is shown or not: attributes, metadata, names, scripts,
strings, everything unpacked. And text that an edition must not have, and the search for it: the
mirror of `passages`.

It is sought in pieces of whole words with enough letters not to be anywhere by chance. What also
stands in public text is no secret. Constructs do not matter: all that counts is which text of the
source is withheld, and which is not.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import itertools
import re
import struct
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

import pikepdf
from lxml import etree, html

from pipeline.model.late import late
from pipeline.package.image_metadata import PNG, PNG_CHUNKS
from pipeline.verify.word import W, paragraphs

# --- pieces ----------------------------------------------------------------------------------
# Text that an edition must not have, and the search for it: the mirror of `passages`.
#
# It is sought in pieces of whole words with enough letters not to be anywhere by chance. What also
# stands in public text is no secret. Constructs do not matter: all that counts is which text of
# the source is withheld, and which is not.

LEAST_LETTERS = 8
"""Letters and digits of a piece. A file could have fewer by chance."""

MOST_PUBLIC_PHRASES = 3
"""Public phrases from which a text that nobody leaked could be put together: by titles, references
and labels, whose words follow each other in no source."""

BREAK = "\0"
"""Stands between texts that do not follow each other."""

_UNPARTED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"  # kana and ideographs
)
"""Letters of scripts that put no spaces between words."""

_BEYOND_ASCII = late("[^\\0-\\x7f]+")
_WORDS = late(f"[{_UNPARTED}]|[^\\W_{_UNPARTED}]+")
_LETTERS = late(f"[^\\W_]+|{BREAK}")
_LOWER = bytes(range(256)).lower()
_OTHERS = bytes(code for code in range(1, 128) if not chr(code).isalnum())
"""Of common characters. Replacing and removing these first takes a fraction of the time."""

_WITHIN_WORDS = late(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u00ad\u200b-\u200f"
    "\u2060\ufeff\ufffe\x02]"
)
"""Accents, vowel signs, and signs for breaks, also as PDFium gives them, which are within words."""


def fold_text(text: str) -> bytes:
    """A text without differences of form, as UTF-8: its letters and digits, without case, accents
    and ligatures."""
    letters = text.encode("utf-8", "replace").translate(_LOWER, _OTHERS)
    if letters.isascii():
        return letters
    return "".join(_LETTERS.findall(_plain(letters.decode()))).encode()


def words(text: str) -> list[bytes]:
    """The words of a text in the same form; of scripts without spaces, the letters."""
    return [word.encode() for word in _WORDS.findall(_plain(text))]


def _plain(text: str) -> str:
    return text.lower() if text.isascii() else _BEYOND_ASCII.sub(_plain_part, text.lower())


def _plain_part(part: re.Match[str]) -> str:
    """Other letters than those of ASCII, which most texts have so few of that it would take longer
    to look at all."""
    plain = _WITHIN_WORDS.sub("", unicodedata.normalize("NFKD", part[0]).casefold())
    return unicodedata.normalize("NFC", plain)  # Korean syllables


class FoundWords(NamedTuple):
    """Words of the withheld text with this ``number`` that follow each other elsewhere too."""

    number: int
    words: tuple[bytes, ...]


class WithheldPieces:
    """The pieces of ``texts`` that are not in ``public`` text, which is folded."""

    def __init__(self, texts: Iterable[str], public: bytes) -> None:
        self._texts = [words(text) for text in texts]
        pieces = {b"".join(piece) for text in self._texts for _, piece in _pieces(text)}
        self._by_start = _group_by_start(pieces)
        self._by_start = _group_by_start(pieces - self._find_in(public))

    def __bool__(self) -> bool:
        return bool(self._by_start)

    def runs(self, text: str) -> Iterator[FoundWords]:
        """The withheld words that a text has, as many at a time as follow each other there."""
        letters = fold_text(text)
        present = self._find_in(letters)
        for number, sought in enumerate(self._texts) if present else ():
            end = 0
            for start, piece in _pieces(sought):
                if start < end or b"".join(piece) not in present:
                    continue
                end = start + len(piece)
                while end < len(sought) and b"".join(sought[start : end + 1]) in letters:
                    end += 1
                yield FoundWords(number, tuple(sought[start:end]))

    def _find_in(self, letters: bytes) -> set[bytes]:
        """The pieces in a folded text. It is read once, in machine words of eight bytes that begin
        at each of them, however many pieces are sought."""
        starts: set[int] = set()
        for offset in range(WIDTH):
            end = offset + (len(letters) - offset) // WIDTH * WIDTH
            view = memoryview(letters)[offset:end].cast("Q")
            starts |= self._by_start.keys() & view
        return {piece for start in starts for piece in self._by_start[start] if piece in letters}


WIDTH = 8


def _group_by_start(pieces: Iterable[bytes]) -> dict[int, list[bytes]]:
    by_start: dict[int, list[bytes]] = {}
    for piece in sorted(pieces):
        by_start.setdefault(int.from_bytes(piece[:WIDTH], sys.byteorder), []).append(piece)
    return by_start


def _pieces(words: list[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """From the word with each number on, as many as have enough letters."""
    lengths = [len(word.decode()) for word in words]
    end = letters = 0
    for start, length in enumerate(lengths):
        while letters < LEAST_LETTERS and end < len(words):
            letters += lengths[end]
            end += 1
        if letters < LEAST_LETTERS:
            return
        yield start, words[start:end]
        letters -= length


def matches(letters: bytes, text: str) -> Iterator[re.Match[str]]:
    """The places where a text, without differences of form, has some letters."""
    return re.finditer(r"[\W_]*".join(map(re.escape, letters.decode())), _plain(text))


def whole_words(run: FoundWords, text: str) -> Iterator[list[bytes]]:
    """The words of a text at each place where it has the letters of a run: whole ones, though the
    run may begin or end within them, as `kilograms` does in “a kilogram. Sums”."""
    for match in matches(b"".join(run.words), text):
        plain = match.string
        start, end = match.span()
        while start and plain[start - 1].isalnum():
            start -= 1
        while end < len(plain) and plain[end].isalnum():
            end += 1
        yield words(plain[start:end])


def is_made_of(words: Iterable[bytes], known: Sequence[bytes]) -> bool:
    """Return whether words can be put together from few phrases of ``known`` texts, folded; numbers
    can be anywhere."""
    rest = [word for word in words if not word.isdigit()]
    for _ in range(MOST_PUBLIC_PHRASES):
        end = 0
        while end < len(rest) and any(b"".join(rest[: end + 1]) in text for text in known):
            end += 1
        rest = rest[end:]
    return not rest


# --- all text --------------------------------------------------------------------------------

FONTS = (b"wOF2", b"wOFF", b"OTTO", b"\0\1\0\0")
METADATA = " (metadata)"
LICENCE = "-licence.txt"
"""The end of the names of fonts' licences, of which e-books have copies."""

IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")


class Content(NamedTuple):
    """A ``text``, and where it is, as messages name it. In some, formats have words of their own
    (``is_code``): styles, scripts, records, and attributes that are not for readers. Of a font, it
    is empty, and there are its ``data``."""

    where: str
    text: str
    is_code: bool = False
    data: bytes = b""


def contents(name: str, data: bytes) -> Iterator[Content]:
    """All texts of a file, and of the files in it."""
    yield Content(f"the name of {name}", unquote(name))
    if data.startswith(b"%PDF-"):
        yield from _texts_of_pdf(name, data)
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from contents(member, archive.read(member))
    elif data.startswith(IMAGES):
        yield from _texts_of_image(name, data)
    elif name.endswith(LICENCE):
        return
    elif data.startswith(FONTS) or b"begincmap" in data[:300]:
        yield Content(f"the font {name}", "", data=data)
    else:
        yield from _texts_of_markup(name, data)


# --- markup, styles, scripts --------------------------------------------------------------

_PAGES = (".html", ".xhtml", ".svg")
_CODE = (".css", ".js", ".json", ".opf", "mimetype", METADATA)
_ADDRESS = late(r"data:[\w/+.-]*((?:;[\w=-]+)*),([^\"')\s]*)")
_ESCAPE = late(r"\\(?:u([0-9a-fA-F]{4})|([0-9a-fA-F]{1,5} |[0-9a-fA-F]{6})|[nrt])")
_KEY = late(r"\"[@\w:-]*\":")
_TAG = late(r"<[a-zA-Z/!][^<>]*>")
_NAMES = late(
    r"</?(?:a|blockquote|br|code|em|img|li|ol|p|pre|strong|su[bp]|table|t(?:body|head|[dhr])|ul)\b"
    r"|\b(?:alt|colspan|height|href|rowspan|scope|src|width)(?=\\?=\\?\")"
)
"""The names in markup that stands as text in other files, as in questions for platforms."""
_NOTES = (etree.Comment, etree.ProcessingInstruction)
_READ = (
    *("@alt", "@alttext", "@title", "@label", "@value", "@placeholder", "@summary", "@descr"),
    *("@aria-label", "@aria-description", "self::*[not(@http-equiv)]/@content"),
)
_VALUES = etree.XPath("//@*", smart_strings=False)
_TEXTS = etree.XPath(" | ".join(f"//*/{name}" for name in _READ), smart_strings=False)
"""All attributes, and those that are for readers."""


def _texts_of_markup(name: str, data: bytes) -> Iterator[Content]:
    """The texts of markup; any other file is text as it is."""
    root = _root(name, data) if data.lstrip()[:1] == b"<" else None
    if root is None:
        text = _NAMES.sub(BREAK, data.decode("utf-8", "replace"))
        yield from _as_written(name, text, is_code=name.endswith(_CODE))
        return
    for element in root.iter("{*}script", "{*}style"):
        is_text = element.get("type", "") == "application/json"  # that a search looks at
        yield from _as_written(name, element.text or "", is_code=not is_text)
        element.text = None
    values = dict.fromkeys(_VALUES(root))
    for value in values:
        yield from _texts_of_addresses(name, value)
    attributes = BREAK.join(_ADDRESS.sub("", value) for value in values)
    yield Content(f"an attribute in {name}", unquote(attributes), is_code=True)
    yield Content(f"an attribute in {name}", BREAK.join(dict.fromkeys(_TEXTS(root))))
    notes = BREAK.join(note.text or "" for note in root.iter(*_NOTES))
    yield Content(f"a comment in {name}", notes)
    between = "" if name.endswith(_PAGES) else BREAK
    text = between.join(root.itertext(etree.Element))
    if root.tag.startswith(W):
        yield Content(f"the text of {name}", BREAK.join(paragraphs(root)))
    shown = text if name.endswith(_PAGES) else _NAMES.sub(BREAK, text)
    yield Content(
        f"the text of {name}", shown, is_code=name.endswith(_CODE) or root.tag.startswith(W)
    )
    if "<" in text:  # markup as text, as feeds have it
        yield Content(f"the text of {name}", unescape(_TAG.sub("", text)))


def _root(name: str, data: bytes) -> Any:
    """The root of markup, or nothing if it cannot be parsed."""
    parser: Any
    if name.endswith(".html"):
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    else:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def _as_written(name: str, text: str, *, is_code: bool) -> Iterator[Content]:
    """The text of a style, a script or data, with the characters that its escapes mean."""
    yield from _texts_of_addresses(name, text)
    text = _ADDRESS.sub(BREAK, text)
    if "\\" in text:
        text = _ESCAPE.sub(_meant, text)
    yield Content(f"the text of {name}", _KEY.sub(BREAK, text), is_code)


def _meant(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2]
    return chr(min(int(digits, 16), 0x10FFFF)) if digits else " "


def _texts_of_addresses(name: str, text: str) -> Iterator[Content]:
    """The texts of files that are in addresses."""
    for address in _ADDRESS.finditer(text) if "data:" in text else ():
        data = unquote_to_bytes(address[2])
        if address[1].endswith(";base64"):
            with contextlib.suppress(binascii.Error):
                data = base64.b64decode(data)
        yield from contents(name, data)


# --- images -------------------------------------------------------------------------------


def _texts_of_image(name: str, data: bytes) -> Iterator[Content]:
    if data.startswith(PNG) and not any(kind in data for kind in PNG_CHUNKS):
        return  # without loading what reads images
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            notes = [note for key, note in image.info.items() if key != "icc_profile"]
    except (OSError, SyntaxError, ValueError):  # a damaged image of the author's, as it was
        return
    texts = (note.decode("latin-1") if isinstance(note, bytes) else str(note) for note in notes)
    yield Content(f"the metadata of {name}", BREAK.join(texts))


# --- PDF ----------------------------------------------------------------------------------

_STRING = rb"\((?:[^()\\]|\\.)*+\)|<[0-9a-fA-F\s]*+>"
_ENTRY = late(rb"(?:/(\w++)\s*+)?(" + _STRING + rb")", re.DOTALL)
_SPOKEN = late(rb"/(ActualText|Alt|E)\s*+(" + _STRING + rb")", re.DOTALL)
_NAMED = late(rb"/(V|DV|AS|D|Dest|C)\s*+(/[^\s/<>()\[\]]++)")
"""Entries whose names can be anything: values, states, destinations, classes."""

_KEYED = late(rb"/(N|D|Dests|ClassMap)\s*+<<([^<>]*+)>>")
"""Dictionaries whose keys can be anything."""

_RIGHT_TO_LEFT = late("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

_FOR_PROGRAMS = frozenset({
    b"", b"BaseFont", b"Creator", b"DA", b"FontFamily", b"ID", b"Names", b"Ordering", b"Producer",
    b"Registry",
})  # fmt: skip
"""The keys of strings that are not for readers; in arrays, they have none."""


def _texts_of_pdf(name: str, data: bytes) -> Iterator[Content]:
    objects: list[bytes] = []
    drawings: dict[str, list[bytes]] = {}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = _pages_by_stream(pdf)
        for thing in (pdf.trailer, *pdf.objects):
            if isinstance(thing, pikepdf.Stream):
                objects.append(thing.stream_dict.unparse())
                stream = _unpack(thing)
                if _is_file(thing, stream):
                    yield from contents(f"{name}{METADATA}", stream)
                else:
                    place = pages.get(thing.objgen, "a drawing")
                    drawings.setdefault(f"{place} of {name}", []).append(stream)
            elif isinstance(thing, pikepdf.Object):
                objects.append(thing.unparse(resolved=True))
        written = b"\n".join(objects)
        fonts = dict(_fonts(pdf, written))
    for where, streams in drawings.items():
        yield Content(where, BREAK.join(_text_of_drawing(stream, fonts) for stream in streams))
    # reading text is a tenth of the work of asking for each entry of each object
    spoken = (_SPOKEN.findall(stream) for streams in drawings.values() for stream in streams)
    yield from _texts_of_objects(name, written, itertools.chain.from_iterable(spoken))


def without_attachments(data: bytes) -> bytes:
    """A PDF without the files that are attached to it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for name in list(pdf.attachments):
            del pdf.attachments[name]
        if "/AF" in pdf.Root:  # the associated files
            del pdf.Root["/AF"]
        output = io.BytesIO()
        pdf.save(output)
    return output.getvalue()


def _pages_by_stream(pdf: pikepdf.Pdf) -> dict[tuple[int, int], str]:
    """The pages that streams draw, by their identities."""
    pages: dict[tuple[int, int], str] = {}
    for number, page in enumerate(pdf.pages, start=1):
        streams = page.obj.get("/Contents")
        for stream in streams if isinstance(streams, pikepdf.Array) else filter(None, [streams]):
            pages[stream.objgen] = f"page {number}"
    return pages


_FONTS = late(rb"/Font\s++(?:<<([^<>]*+)>>|(\d++) (\d++) R)")
_REFERENCE = late(rb"/([^\s/]++)\s++(\d++) (\d++) R")
_CHARACTER = late(rb"<([0-9a-fA-F]++)>\s*+<([0-9a-fA-F]++)>[ \t]*+(?=[\r\n])")
_FONT = late(rb"/([^\s/]++)\s++[\d.]++\s++Tf")
_GLYPHS = late(rb"<((?:[0-9a-fA-F]{4})++)>")
_REVERSED = late(
    rb"/ReversedChars\s++BMC\b((?>/Span\b(?:(?!\bEMC\b).)*+(?:EMC)?|(?!\bEMC\b).)*+)", re.DOTALL
)
_SPOKEN_OR_GLYPHS = late(
    rb"/ActualText\s*+(" + _STRING + rb")(?:(?!\bEMC\b).)*+|<((?:[0-9a-fA-F]{4})++)>", re.DOTALL
)
"""Text from right to left, whose glyphs are in reverse order; and what is in it."""

_LITERAL = late(rb"\((?:[^()\\]|\\.)*+\)", re.DOTALL)


def _fonts(pdf: pikepdf.Pdf, objects: bytes) -> Iterator[tuple[bytes, dict[int, str]]]:
    """The characters of glyphs in each font, by its name in resources."""
    references: dict[tuple[bytes, bytes, bytes], None] = {}
    for written, *place in dict.fromkeys(_FONTS.findall(objects)):
        fonts = written or pdf.get_object(*map(int, place)).unparse(resolved=True)
        references |= dict.fromkeys(_REFERENCE.findall(fonts))
    for name, number, generation in references:
        table = pdf.get_object(int(number), int(generation)).get("/ToUnicode")
        if isinstance(table, pikepdf.Stream):
            yield name, dict(_read_map(table.read_bytes()))


def _read_map(table: bytes) -> Iterator[tuple[int, str]]:
    """The characters of glyphs in a character map of a PDF."""
    for glyph, character in _CHARACTER.findall(table):
        yield int(glyph, 16), bytes.fromhex(character.decode()).decode("utf-16-be", "replace")


def _text_of_drawing(stream: bytes, fonts: Mapping[bytes, Mapping[int, str]]) -> str:
    """The text of a drawing, line by line as it is drawn."""
    pieces: list[str] = []
    _, *parts = _FONT.split(stream)
    for font, part in zip(parts[::2], parts[1::2], strict=True):
        characters = fonts.get(font, {})
        before, *reversed_parts = _REVERSED.split(part)
        pieces += _read_shown(before, characters)
        for within, after in zip(reversed_parts[::2], reversed_parts[1::2], strict=True):
            for spoken, glyphs in reversed(_SPOKEN_OR_GLYPHS.findall(within)):
                if spoken:
                    pieces.append(str(pikepdf.Object.parse(spoken)))
                pieces += [*_read_shown(b"<" + glyphs + b">", characters)][::-1]
            pieces += _read_shown(after, characters)
    text = "".join(pieces)
    # right-to-left scripts are drawn from left to right
    return f"{text}{BREAK}{text[::-1]}" if _RIGHT_TO_LEFT.search(text) else text


def _read_shown(part: bytes, characters: Mapping[int, str]) -> Iterator[str]:
    """The characters of the glyphs in a part of a drawing."""
    glyphs = bytes.fromhex(b"".join(_GLYPHS.findall(part)).decode())
    numbers = struct.unpack(f">{len(glyphs) // 2}H", glyphs)
    yield from map(characters.get, numbers, itertools.repeat(""))
    if b"(" in part:  # a font of a single byte a glyph
        yield from (string.decode("latin-1") for string in _LITERAL.findall(part))


def _texts_of_objects(
    name: str, objects: bytes, spoken: Iterable[tuple[bytes, bytes]]
) -> Iterator[Content]:
    """The texts of objects as they are written, and what is ``spoken`` instead of drawings."""
    texts: dict[bytes, list[str]] = {}
    for key, string in dict.fromkeys((*_ENTRY.findall(objects), *spoken)):
        texts.setdefault(key, []).append(str(pikepdf.Object.parse(string)))
    names = (*_NAMED.findall(objects), *_KEYED.findall(objects))
    for key, names_of_kind in dict.fromkeys(names):
        texts.setdefault(key, []).append(_meant_by(names_of_kind))
    for key, found_in in texts.items():
        where = f"/{key.decode()}" if key else "an array"
        yield Content(f"{where} in {name}", BREAK.join(found_in), is_code=key in _FOR_PROGRAMS)


def _meant_by(name: bytes) -> str:
    """A name, or the names in a dictionary."""
    escaped = name.replace(b"%", b"%25").replace(b"#", b"%")
    return unquote(escaped.decode("ascii", "replace"))


def _unpack(stream: pikepdf.Stream) -> bytes:
    """The data of a stream, b"" for pictures and profiles of colours."""
    if stream.get("/Subtype") == "/Image" or "/N" in stream:
        return b""
    return stream.read_bytes()


def _is_file(stream: pikepdf.Stream, data: bytes) -> bool:
    """Return whether a stream is an attached file, metadata, or a font or its characters."""
    start = data[:300].lstrip()
    is_font = start.startswith(FONTS) or b"begincmap" in start
    return is_font or start.startswith(b"<") or stream.get("/Type") == "/EmbeddedFile"


# --- fonts --------------------------------------------------------------------------------


def characters(font: bytes) -> frozenset[str]:
    """The characters that a font has, or that a PDF maps its glyphs to."""
    if not font.startswith(FONTS):
        return frozenset("".join(character for _, character in _read_map(font)))
    import uharfbuzz
    from fontTools.ttLib import sfnt

    tables, output = sfnt.SFNTReader(io.BytesIO(font)), io.BytesIO()
    alone = sfnt.SFNTWriter(output, 2, tables.sfntVersion)
    for tag in ("cmap", "maxp"):  # loading the font takes a hundred times as long
        alone[tag] = tables[tag]
    alone.close()
    return frozenset(map(chr, uharfbuzz.Face(output.getvalue()).unicodes))
