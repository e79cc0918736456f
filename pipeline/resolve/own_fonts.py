"""The fonts that the front matter brings: what they are, and whether they may go out with a
publication."""

from __future__ import annotations

import io
from pathlib import Path

from msgspec.structs import replace

from pipeline.codes import Code
from pipeline.diagnostics import Span
from pipeline.metadata import OwnFont
from pipeline.model import Document
from pipeline.paths import Problem, locate
from pipeline.resolve.findings import Findings

RESTRICTED, PREVIEW, EDITABLE, WHOLE, BITMAPS = 0x0002, 0x0004, 0x0008, 0x0100, 0x0200
"""What a font says of its embedding (OpenType, table OS/2, fsType): not at all; to view and
print; to edit, too; no parts of it; none of its outlines. 0 is without any condition."""

ITALIC = 0x01
"""The bit of fsSelection."""


def read_fonts(document: Document, folder: Path) -> Document:
    """The document with its fonts found and read. Errors are MISSING_FILE, OUTSIDE_FOLDER,
    BAD_FONT and FONT_NOT_EMBEDDABLE, each where the font is named."""
    if not document.metadata.fonts:
        return document
    findings = Findings(document)
    fonts = []
    for font in document.metadata.fonts:
        span = Span(font.line, font.column) if font.line else None
        located = locate(folder, font.source, Code.MISSING_FILE)
        if isinstance(located, Problem):
            findings.add(located.code, located.message, span, located.hint)
            continue
        try:
            fonts.append(_read(replace(font, source=located.name), located.path))
        except NotEmbeddableError:
            message = f"“{located.name}” says that it may not be embedded in a publication."
            hint = "Use another font, or ask its maker for one with a licence for e-books."
            findings.add(Code.FONT_NOT_EMBEDDABLE, message, span, hint)
        except (OSError, ValueError) as error:
            findings.add(Code.BAD_FONT, f"“{located.name}” is no font: {error}.", span)
    metadata = replace(document.metadata, fonts=tuple(fonts))
    return findings.added_to(replace(document, metadata=metadata))


class NotEmbeddableError(Exception):
    """The font's licence does not allow to embed it."""


def _read(font: OwnFont, path: Path) -> OwnFont:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(io.BytesIO(path.read_bytes()), lazy=True) as file:
            names, facts = file["name"], file["OS/2"]
            family = names.getDebugName(16) or names.getDebugName(1) or path.stem
            usage, weight = facts.fsType, facts.usWeightClass
            style = facts.fsSelection & ITALIC
            has_outlines = "glyf" in file or "CFF " in file or "CFF2" in file
    except (TTLibError, KeyError, AssertionError, AttributeError) as error:
        raise ValueError(str(error) or "it has no names") from None
    if not has_outlines:
        raise ValueError("it has no outlines")
    # where several are set, the one that allows most holds
    if usage & BITMAPS or (usage & RESTRICTED and not usage & (PREVIEW | EDITABLE)):
        raise NotEmbeddableError
    return replace(
        font,
        family=family,
        weight=min(max(round(weight, -2), 100), 900),
        style="italic" if style else "normal",
        obfuscated=font.obfuscated or bool(usage & (PREVIEW | EDITABLE)),
        whole=bool(usage & WHOLE),
    )
