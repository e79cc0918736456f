"""The fonts in the front matter: their properties, and whether they may be distributed."""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path

from msgspec.structs import replace

from pipeline.model import Document, encode
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.metadata import OwnFont
from pipeline.model.words import words
from pipeline.resolve.findings import Findings, describe
from pipeline.system.paths import Located, Problem, locate

RESTRICTED, PREVIEW, EDITABLE, WHOLE, BITMAPS = 0x0002, 0x0004, 0x0008, 0x0100, 0x0200
"""A font's embedding permissions (OpenType, table OS/2, fsType): none; viewing and printing;
editing too; no subsetting; bitmaps only. 0 is unrestricted."""

ITALIC = 0x01
"""The bit of fsSelection."""

USUAL_CHARACTERS = "".join(
    map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2000, 0x2220)))
)
"""Letters of Western languages, and the signs of all."""

MOST_BYTES = 64 * 2**20
"""The maximum size of a font. The largest ones, for Chinese in all weights, are smaller."""


def read_fonts(document: Document, folder: Path) -> Document:
    """The document with its fonts found and read. Errors are MISSING_FILE, OUTSIDE_FOLDER,
    BAD_FONT and FONT_NOT_EMBEDDABLE, each where the font is named."""
    findings = Findings(document)
    characters = _characters(document)
    fonts = []
    for font in document.metadata.fonts:
        span = Span(font.line, font.column) if font.line else None
        located = locate(folder, font.source, Code.MISSING_FILE)
        if isinstance(located, Problem):
            findings.add(located.code, located.message, span, located.hint)
            continue
        try:
            fonts.append(_read(replace(font, source=located.name), located, characters))
        except NotEmbeddableError:
            message = f"The font “{located.name}” does not permit embedding."
            hint = "Use another font, or ask its maker for an e-book licence."
            findings.add(Code.FONT_NOT_EMBEDDABLE, message, span, hint)
        except (OSError, ValueError) as error:
            findings.add(Code.BAD_FONT, f"“{located.name}” is not a font: {error}.", span)
    metadata = replace(document.metadata, fonts=tuple(fonts))
    return findings.add_to(replace(document, metadata=metadata))


class NotEmbeddableError(Exception):
    """The font's licence does not allow to embed it."""


def _read(font: OwnFont, located: Located, characters: str) -> OwnFont:
    from fontTools.ttLib import TTFont

    try:
        data = located.read()
        if _unpacked_size(data) > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES // 2**20} MiB when unpacked")
        with TTFont(io.BytesIO(data), lazy=True) as file:
            names, facts = file["name"], file["OS/2"]
            family = names.getDebugName(16) or names.getDebugName(1) or located.path.stem
            usage = facts.fsType
            weight = min(max(round(facts.usWeightClass, -2), 100), 900)
            style = facts.fsSelection & ITALIC
            for tag in ("cmap", "head", "hhea", "hmtx", "maxp"):
                file[tag]
            has_outlines = "glyf" in file or "CFF " in file or "CFF2" in file
        # if several are set, the most permissive applies
        is_permitted = not usage & BITMAPS and (
            not usage & RESTRICTED or bool(usage & (PREVIEW | EDITABLE))
        )
        if has_outlines and is_permitted:
            _try(data, characters, weight, unmodified=bool(usage & WHOLE))
    except OSError:
        raise
    except KeyError as error:
        raise ValueError(f"it has no table {error}") from None
    except Exception as error:  # whatever a damaged table makes of what reads it
        raise ValueError(describe(error)) from None
    if not has_outlines:
        raise ValueError("it has no outlines")
    if not is_permitted:
        raise NotEmbeddableError
    return replace(
        font,
        family=family,
        weight=weight,
        style="italic" if style else "normal",
        obfuscated=font.obfuscated or bool(usage & (PREVIEW | EDITABLE)),
        unmodified=bool(usage & WHOLE),
    )


def _unpacked_size(data: bytes) -> int:
    """The bytes of a font's tables, or more than `MOST_BYTES`: they are unpacked up to there,
    since a file may say less of itself."""
    import brotli
    from fontTools.ttLib.sfnt import SFNTReader
    from fontTools.ttLib.woff2 import WOFF2DirectoryEntry, woff2DirectorySize

    if data.startswith(b"wOF2"):
        file = io.BytesIO(data)
        file.seek(woff2DirectorySize)
        for _ in range(int.from_bytes(data[12:14])):
            WOFF2DirectoryEntry().fromFile(file)
        packed = file.read(int.from_bytes(data[20:24]))
        return len(brotli.Decompressor().process(packed, MOST_BYTES + 1))
    if not data.startswith(b"wOFF"):
        return len(data)
    size = 0
    for table in SFNTReader(io.BytesIO(data)).tables.values():
        part = data[table.offset : table.offset + table.length]
        if table.length != table.origLength:
            part = zlib.decompressobj().decompress(part, MOST_BYTES - size + 1)
        size += len(part)
        if size > MOST_BYTES:
            break
    return size


_tried: dict[bytes, str] = {}


def _try(data: bytes, characters: str, weight: int, *, unmodified: bool) -> None:
    """Subset the font to some characters, as all outputs do, or pack it whole, to reveal damaged
    tables. Once is enough for all editions with the same characters."""
    from fontTools import subset
    from fontTools.varLib import instancer

    digest = hashlib.sha256(data).digest()
    if set(characters) <= set(_tried.get(digest, "")):
        return
    options = subset.Options(
        ignore_missing_unicodes=True, layout_features=["*"], flavor="woff2" if unmodified else None
    )
    with subset.load_font(io.BytesIO(data), options) as font:
        if not unmodified:
            subsetter = subset.Subsetter(options)
            subsetter.populate(text=characters)
            subsetter.subset(font)
            if "fvar" in font:
                instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
        subset.save_font(font, io.BytesIO(), options)
    _tried[digest] = characters


def _characters(document: Document) -> str:
    """The characters that a document may need from a font: its own, those in Chapbook's words, and
    those required of every font."""
    added = "".join(words(document.metadata.lang).values())
    return "".join(sorted({*encode(document).decode(), *added, *USUAL_CHARACTERS}))
