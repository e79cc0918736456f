"""A Word file of the author's as a template: its styles, page, heads and feet."""

from __future__ import annotations

import copy
import io
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from lxml import etree
from msgspec.structs import replace

from pipeline.features.word.styles import HEADING_FONT, STYLES
from pipeline.features.word.xml import NAMESPACES, Element, element, tag, written
from pipeline.model import Document
from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata, Placed, WordOptions
from pipeline.resolve.findings import Findings
from pipeline.system.paths import Problem, locate
from pipeline.verify.word import parsed
from pipeline.verify.zip_reading import Archive, BrokenBook

MAIN = "word/document.xml"
TEXT = 10.0
"""Points of Word's text where no style says so."""

OF_SECTIONS = ("headerReference", "footerReference", "pgSz", "pgMar", "titlePg")
"""The elements that are taken over of the section with which a template ends."""

STYLE = tag("style")
OURS = {
    ("paragraph", "normal"): "Normal",
    ("character", "default paragraph font"): "DefaultParagraphFont",
    ("table", "normal table"): "TableNormal",
    ("table", "chapbook table"): "ChapbookTable",
    **{("character" if s.is_inline else "paragraph", s.name.lower()): s.id for s in STYLES},
}
"""The ids of our styles, by their kinds and names."""

OF_STYLES = {"style": "styleId"} | dict.fromkeys(
    ("basedOn", "next", "link", "pStyle", "rStyle", "tblStyle", "styleLink", "numStyleLink"), "val"
)
"""The elements with ids of styles, and the attributes that have them."""

OF_NUMBERINGS = {
    "num": "numId", "abstractNum": "abstractNumId", "numId": "val", "abstractNumId": "val"
}  # fmt: skip
"""The elements with numbers of numberings, and the attributes that have them."""

BEFORE_NUMBERS = frozenset(
    map(tag, ("keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl"))
)
"""The properties of a paragraph that stand before those of its number."""

FIRST_NUMBER = 100_000
"""Added to the numbers of a template's numberings, so that the text's have others."""

OF_DRAWINGS = ("drawing", "pict", "object", "AlternateContent")
"""Elements that go if what they show is not taken over."""


class BadTemplateError(ValueError):
    """The template cannot be used; the message is a clause that says why."""


class MediaFile(NamedTuple):
    """A picture of a template."""

    media_type: str
    data: bytes


def read_template(document: Document, folder: Path) -> Document:
    """The document with the page and the size of the text of its template; without the template,
    and with a finding where the front matter names it, if it cannot be used."""
    options, edition = document.metadata.word, EDITIONS.get(document.edition)
    if not options or not options.template or not edition or edition.format != "docx":
        return document
    findings = Findings(document)
    result: WordOptions | None = None
    try:
        template = _opened(options.template, folder)
        result = replace(options, section=written(template.section), text=template.text)
    except BadTemplateError as error:
        message = f"The template “{options.template.text}” cannot be used: {error}."
        findings.add(Code.BAD_WORD_TEMPLATE, message, options.template.span)
    return findings.added_to(replace(document, metadata=replace(document.metadata, word=result)))


def template_of(metadata: Metadata, folder: Path) -> WordTemplate | None:
    """The template that a document has."""
    placed = metadata.word.template if metadata.word else None
    return _opened(placed, folder) if placed else None


def _opened(placed: Placed, folder: Path) -> WordTemplate:
    """A template. Raises `BadTemplateError`."""
    file = locate(folder, placed.text, Code.MISSING_FILE, placed.folder)
    if isinstance(file, Problem):
        raise BadTemplateError(file.message.rstrip("."))
    try:
        return WordTemplate(file.read())
    except OSError as error:
        raise BadTemplateError(error.strerror or "it cannot be read") from None
    except (BrokenBook, etree.LxmlError, KeyError, ValueError) as error:
        raise BadTemplateError("it is no Word file, or is damaged") from error


class WordTemplate:
    """A file of which styles, numberings, theme and page are taken over. Heads and feet (``heads``)
    have the names of pictures (``media``) and addresses in the place of relationships."""

    def __init__(self, data: bytes) -> None:
        with Archive(io.BytesIO(data)) as archive:
            self._types = _media_types(archive)
            self.heads: dict[str, Element] = {}
            self.media: dict[str, MediaFile] = {}
            related = _related(archive, MAIN)
            by_kind = {kind: target for kind, target, is_inside in related.values() if is_inside}
            self.styles = parsed(archive.read(by_kind["styles"]))
            self.numbering = _part(archive, by_kind.get("numbering"))
            self.theme = archive.read(by_kind["theme"]) if "theme" in by_kind else b""
            settings = _part(archive, by_kind.get("settings"))
            self.has_even_pages = settings.find(tag("evenAndOddHeaders")) is not None
            sections = [*parsed(archive.read(MAIN)).iter(tag("sectPr"))]
            self.section = element("sectPr")
            for part in [*sections[-1]] if sections else ():
                if etree.QName(part).localname in OF_SECTIONS:
                    self.section.append(part)
            for reference in self.section.findall(f"*[@{tag('r:id')}]"):
                _, target, _ = related[reference.get(tag("r:id"))]
                name = self._head(archive, target)
                reference.set(tag("r:id"), name)
                if _is_empty(self.heads[name]):
                    self.section.remove(reference)
        self._fit_to_ours()
        self.text = self._text_size()

    def _text_size(self) -> float:
        """The size of the text, in points."""
        normal = f"{tag('style')}[@{tag('default')}='1'][@{tag('type')}='paragraph']"
        for path in (normal, f"{tag('docDefaults')}/{tag('rPrDefault')}"):
            size = self.styles.find(f"{path}/{tag('rPr')}/{tag('sz')}")
            if size is not None:
                return float(size.get(tag("val"), "")) / 2
        return TEXT

    def _head(self, archive: Archive, target: str) -> str:
        """Read a head or a foot, and return its name."""
        name = f"template/{posixpath.basename(target)}"
        if name in self.heads:
            return name
        root, related = parsed(archive.read(target)), _related(archive, target)
        for node in [*root.iter(etree.Element)]:
            for key, value in node.attrib.items():
                if not key.startswith(f"{{{NAMESPACES['r']}}}"):
                    continue
                kind, address, is_inside = related.get(value, ("", "", False))
                if kind == "image" and is_inside and key in (tag("r:embed"), tag("r:id")):
                    node.set(key, self._picture(archive, address))
                elif kind == "hyperlink" and not is_inside and key == tag("r:id"):
                    node.set(key, address)
                else:
                    _take_out(node, key)
        self.heads[name] = root
        return name

    def _picture(self, archive: Archive, target: str) -> str:
        name = f"template/{posixpath.basename(target)}"
        ending = target.rpartition(".")[2].lower()
        media_type = self._types.get(f"/{target}") or self._types.get(ending, "")
        if not media_type.startswith("image/"):
            raise BadTemplateError("a picture in its head or foot is no picture")
        self.media[name] = MediaFile(media_type, archive.read(target))
        return name

    def _fit_to_ours(self) -> None:
        """Give styles with the names of ours their ids, and others and all numberings such as ours
        do not have. What has a style of ours takes its number from the text alone."""
        ids = {style.get(tag("styleId"), ""): _id(style) for style in self.styles.iter(STYLE)}
        for root in (self.styles, self.numbering, *self.heads.values()):
            for name, key in OF_STYLES.items():
                for node in root.iter(tag(name)):
                    node.set(tag(key), ids.get(node.get(tag(key), ""), node.get(tag(key), "")))
            for name, key in OF_NUMBERINGS.items():
                for node in root.iter(tag(name)):
                    if (name, node.get(tag(key))) != ("numId", "0"):
                        node.set(tag(key), str(int(node.get(tag(key), "0")) + FIRST_NUMBER))
        for style in self.styles.iter(STYLE):
            if style.get(tag("styleId")) in OURS.values():
                _remove(style.iter(tag("numPr")))
        _remove(self.styles.iter(tag("lang")))
        pictures = tag("numPicBullet"), tag("lvlPicBulletId")
        linked = (each for each in self.numbering.iter(tag("pStyle")) if _is_ours(each))
        _remove((*self.numbering.iter(*pictures), *linked))

    def merged(self, ours: Mapping[str, Element]) -> dict[str, Element]:
        """The parts that take the place of ours, or stand beside them. What the head of our pages
        says, which is for teachers or of a level, stands below that of the template."""
        if self.has_even_pages:
            settings = ours["settings.xml"]
            settings.find(tag("defaultTabStop")).addnext(element("evenAndOddHeaders"))
        line = ours["header.xml"].find(tag("p"))
        for root in self.heads.values():
            if root.tag == tag("hdr") and any(line.itertext()):
                root.append(copy.deepcopy(line))
        return {
            **self.heads,
            "styles.xml": self._with_styles(ours["styles.xml"]),
            "numbering.xml": self._with_numberings(ours["numbering.xml"]),
        }

    def _with_styles(self, ours: Element) -> Element:
        """The styles of the template, and ours that it does not have, in the language of ours."""
        result = copy.deepcopy(self.styles)
        known = {style.get(tag("styleId")) for style in result.iter(STYLE)}
        font = result.find(f"{STYLE}[@{tag('styleId')}='Heading1']/{tag('rPr')}/{tag('rFonts')}")
        for style in ours.iter(STYLE):
            identifier = style.get(tag("styleId"))
            if identifier not in known:
                result.append(_with_font(copy.deepcopy(style), font))
            elif (numbers := style.find(f"{tag('pPr')}/{tag('numPr')}")) is not None:
                _count(result.find(f"{STYLE}[@{tag('styleId')}='{identifier}']"), numbers)
        path = f"{tag('docDefaults')}/{tag('rPrDefault')}/{tag('rPr')}"
        looks = element("rPr", *result.iterfind(f"{path}/*"), ours.find(f"{path}/{tag('lang')}"))
        spaces = result.find(f"{tag('docDefaults')}/{tag('pPrDefault')}")
        _remove(result.iter(tag("docDefaults")))
        result.insert(0, element("docDefaults", element("rPrDefault", looks), spaces))
        return result

    def _with_numberings(self, ours: Element) -> Element:
        """Our numberings, and those of the template, which other styles of it may have."""
        for name in ("abstractNum", "num"):
            place = ours.findall(tag(name))[-1]
            for part in reversed(self.numbering.findall(tag(name))):
                place.addnext(part)
        return ours


def _part(archive: Archive, name: str | None) -> Element:
    """The root of a part, without content if it is not there."""
    return parsed(archive.read(name)) if name in archive.names else element("none")


def _related(archive: Archive, name: str) -> dict[str, tuple[str, str, bool]]:
    """The references of a part: by id, the kind, name or address, and whether it is a part."""
    folder, file = posixpath.split(name)
    listing = f"{folder}/_rels/{file}.rels"
    related = {}
    for each in parsed(archive.read(listing)) if listing in archive else ():
        kind, target = each.get("Type", "").rpartition("/")[2], each.get("Target", "")
        is_inside = each.get("TargetMode") != "External"
        if is_inside:
            target = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
        related[each.get("Id")] = (kind, target, is_inside)
    return related


def _media_types(archive: Archive) -> Mapping[str, str]:
    """The types of parts, by their names or endings."""
    listing = parsed(archive.read("[Content_Types].xml"))
    return {
        each.get("PartName") or each.get("Extension", "").lower(): each.get("ContentType", "")
        for each in listing.iter(etree.Element)
    }


def _is_empty(head: Element) -> bool:
    """Return whether a head or a foot has no text, field or picture."""
    contents = head.iter(*map(tag, ("t", "instrText", "fldSimple", *OF_DRAWINGS[:3])))
    return next(contents, None) is None


def _take_out(node: Element, key: str) -> None:
    """Take out what shows something that is not taken over, or else the reference to it."""
    for around in (node, *node.iterancestors()):
        if etree.QName(around).localname in OF_DRAWINGS:
            if around.getparent() is not None:
                around.getparent().remove(around)
            return
    node.attrib.pop(key, None)


def _id(style: Element) -> str:
    """The id of a style of a template: that of ours with its name, or else its own, or if a style
    of ours has that, another."""
    identifier, name = style.get(tag("styleId"), ""), style.find(tag("name"))
    key = style.get(tag("type"), ""), "" if name is None else name.get(tag("val"), "").lower()
    return OURS.get(key) or (f"{identifier}Own" if identifier in OURS.values() else identifier)


def _count(style: Element, numbers: Element) -> None:
    """Let a style of a template count as ours does."""
    properties = style.find(tag("pPr"))
    if properties is None:
        properties = element("pPr")
        looks = style.find(tag("rPr"))
        style.insert(len(style) if looks is None else style.index(looks), properties)
    place = sum(part.tag in BEFORE_NUMBERS for part in properties)
    properties.insert(place, copy.deepcopy(numbers))


def _is_ours(reference: Element) -> bool:
    return reference.get(tag("val")) in OURS.values()


def _remove(nodes: Iterable[Element]) -> None:
    for node in [*nodes]:
        node.getparent().remove(node)


def _with_font(style: Element, font: Element | None) -> Element:
    """A style of ours with the font that the template has for headings."""
    for ours in [*style.iter(tag("rFonts"))]:
        if ours.get(tag("ascii")) == HEADING_FONT:
            if font is not None:
                ours.addprevious(copy.deepcopy(font))
            ours.getparent().remove(ours)
    return style
