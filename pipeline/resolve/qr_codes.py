"""QR codes (ISO/IEC 18004) of addresses on paper, for those who have a camera."""

from __future__ import annotations

import io

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import PATH
from pipeline.model.words import words
from pipeline.resolve.addresses import FOLLOWED, QR
from pipeline.resolve.assets import drawing_asset
from pipeline.system.paths import scheme, written


def draw_codes(document: Document) -> Document:
    """The document of a printed edition with QR codes: next to the links of their class in running
    text, and otherwise next to the addresses."""
    edition = EDITIONS.get(document.edition)
    if edition is None or edition.format != "pdf":
        return document
    codes = _Codes(document)
    document = rewrite_document(document, leave={model.Link: codes.next_to}, context=PATH)
    addresses = tuple(
        replace(address, code=codes.code(address.href))
        if address.coded and address.href not in codes.shown
        else address
        for address in document.addresses
    )
    if not codes.assets:
        return document
    in_notes = {address.note: address.code for address in addresses if address.note}
    return replace(
        document,
        assets=(*document.assets, *codes.assets),
        addresses=addresses,
        notes=tuple(_with_code(note, in_notes.get(note.label)) for note in document.notes),
    )


class _Codes:
    """The QR codes of a document, one for each address, and the addresses whose code is ``shown``
    next to a link."""

    def __init__(self, document: Document) -> None:
        self._alt = words(document.metadata.lang)["qr_code"]
        self._taken = {asset.name for asset in document.assets}
        self._codes: dict[str, model.Image | None] = {}
        self.assets: list[model.Asset] = []
        self.shown: set[str] = set()

    def code(self, href: str) -> model.Image | None:
        """The image of a code; None if the address is too long for one."""
        if href not in self._codes:
            asset = _qr_code(href, len(self._codes) + 1, self._taken)
            self.assets += [asset] if asset else []
            alt = self._alt.format(address=written(href))
            self._codes[href] = asset.image(alt, "qr-code") if asset else None
        return self._codes[href]

    def next_to(self, link: model.Link, path: tuple[Node, ...]) -> tuple[Node, ...]:
        """A link, and its code if it is to have one here."""
        block = next((node for node in path if isinstance(node, model.Block)), None)
        is_text = isinstance(block, model.Paragraph | model.Plain)
        wants_code = QR in link.attributes.classes and scheme(link.href) in FOLLOWED
        code = self.code(link.href) if is_text and wants_code else None
        if not code:
            return (link,)
        self.shown.add(link.href)
        return link, code


def _with_code(note: model.Note, code: model.Image | None) -> model.Note:
    return replace(note, children=(*note.children, model.Plain(children=(code,)))) if code else note


QUIET = 4
"""The width of the white border of a code, in modules, as required by the standard."""

PIXELS = 1.5
"""CSS pixels of a QR module: 0.4 mm, which old cameras can resolve even on photocopies."""


def _qr_code(href: str, number: int, names: set[str]) -> model.Asset | None:
    """The QR code of an address, or None if it is too long."""
    import segno

    try:
        code = segno.make(href, error="m", micro=False)
    except segno.DataOverflowError:
        return None
    output = io.BytesIO()
    code.save(output, kind="svg", border=QUIET, scale=PIXELS, xmldecl=False, svgclass=None,
              lineclass=None, nl=False)  # fmt: skip
    width, height = code.symbol_size(scale=PIXELS, border=QUIET)
    return drawing_asset("qr-code", str(number), output.getvalue(), width, height, names)
