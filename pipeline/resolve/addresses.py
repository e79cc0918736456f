"""Links on paper: their addresses are printed, or drawn as codes, because nobody can click them."""

from __future__ import annotations

import io
import re
from urllib.parse import unquote

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Document, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.sheet import options_for
from pipeline.model.tree import (
    ONLY_FOR_TEACHERS,
    PATH,
    has,
    plain_text,
    rewrite_document,
    top_level,
    walk_with,
)
from pipeline.model.words import words
from pipeline.resolve.assets import drawing_asset
from pipeline.system.paths import readable_address, scheme

# --- addresses -------------------------------------------------------------------------------
# Links on paper: their addresses are printed, because nobody can click them.
#
# They are in a numbered list at the end, or in notes, each once, and can have QR codes there, or
# next to a link itself (the feature ``qr_codes``). A link whose text is its address needs nothing
# more.

FOLLOWED = frozenset({"http", "https", "mailto", "tel"})
"""The schemes of addresses that are useful on paper."""

QR = "qr"
"""The class of a link that is to have a QR code."""

SHOWN = Attributes(classes=("address",))
"""The class of a link whose text is its address."""


def list_addresses(document: Document) -> Document:
    """The document of a printed edition with the addresses of its links: numbered, in
    `Document.addresses`, or in notes, depending on the front matter. In all editions, links whose
    text is their address are marked: they are not hyphenated, and a printed web page adds the
    addresses of the others.

    Links that only teachers get are numbered last, so that all editions have the same numbers.
    """
    edition = EDITIONS.get(document.edition)
    if edition is None:
        return document
    document = rewrite_document(document, leave={model.Link: _mark})
    if edition.format != "pdf":
        return document
    options = options_for(edition, document.metadata)
    if options.links == "none":
        return document
    addresses = _addresses(document, options.qr_codes or False)
    if not addresses:
        return document
    if options.links == "foot":
        return _add_notes(document, addresses)
    numbers = {address.href: address.number for address in addresses}

    def number(link: model.Link) -> model.Link:
        return replace(link, number=numbers[link.href]) if _is_wanted(link) else link

    return replace(rewrite_document(document, leave={model.Link: number}), addresses=addresses)


def _addresses(document: Document, all_codes: bool) -> tuple[model.Address, ...]:
    """The addresses to print, each once, in the order of their numbers."""
    if not has(document, model.Link):
        return ()
    links = [
        (node, hidden)
        for node, hidden in walk_with(top_level(document), *ONLY_FOR_TEACHERS)
        if isinstance(node, model.Link) and _is_wanted(node)
    ]
    ordered = [link for link, hidden in sorted(links, key=lambda pair: pair[1])]
    coded = {link.href for link in ordered if all_codes or QR in link.attributes.classes}
    unique = dict.fromkeys(link.href for link in ordered)
    return tuple(
        model.Address(number, href, readable_address(href), coded=href in coded)
        for number, href in enumerate(unique, start=1)
    )


def _is_wanted(link: model.Link) -> bool:
    """Return whether a link has an address that its text does not show."""
    if scheme(link.href) not in FOLLOWED:
        return False
    return QR in link.attributes.classes or _bare(plain_text(link.children)) != _bare(link.href)


def _mark(link: model.Link) -> model.Link:
    """A link with the class of links that show their addresses, if it is one."""
    attributes = link.attributes
    classes = attributes.classes
    is_shown = _bare(plain_text(link.children)) == _bare(link.href)
    if scheme(link.href) not in FOLLOWED or not is_shown or SHOWN.classes[0] in classes:
        return link
    return replace(link, attributes=replace(attributes, classes=(*classes, *SHOWN.classes)))


def _bare(address: str) -> str:
    """An address without parts that nobody types."""
    text = "".join(unquote(address).split()).lower()
    text = re.sub(r"^(?:https?:)?//|^(?:mailto|tel|https?):", "", text)
    return text.removeprefix("www.").rstrip("/")


def _add_notes(document: Document, addresses: tuple[model.Address, ...]) -> Document:
    """The document with a note for each address, called after the links to it."""
    used = {note.label for note in document.notes}
    labels: dict[str, str] = {}
    for address in addresses:
        label = f"address {address.number}"
        while label in used:
            label += "'"
        labels[address.href] = label

    def call(link: model.Link) -> tuple[Node, ...]:
        if not _is_wanted(link):
            return (link,)
        return (link, model.NoteReference(label=labels[link.href], span=link.span))

    changed = rewrite_document(document, leave={model.Link: call})
    notes = tuple(_note(address, labels[address.href]) for address in addresses)
    return replace(
        changed,
        notes=(*changed.notes, *notes),
        addresses=tuple(replace(a, note=labels[a.href]) for a in addresses),
    )


def _note(address: model.Address, label: str) -> model.Note:
    link = model.Link(
        children=(model.Text(text=address.text),), href=address.href, attributes=SHOWN
    )
    return model.Note(label=label, children=(model.Paragraph(children=(link,)),))


# --- qr codes --------------------------------------------------------------------------------
# QR codes (ISO/IEC 18004) of addresses on paper, for those who have a camera.


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
            alt = self._alt.format(address=readable_address(href))
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
