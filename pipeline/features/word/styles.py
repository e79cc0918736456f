"""The named styles of a Word file, and a template's of the author's."""

from __future__ import annotations

import copy
import io
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from lxml import etree
from msgspec.structs import replace

from pipeline.features.word.xml import (
    NAMESPACES,
    Element,
    build_element,
    element,
    on_off,
    root,
    tag,
    write_part,
)
from pipeline.model import Document
from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata, Placed, WordOptions
from pipeline.resolve.findings import Findings
from pipeline.system.paths import Problem, locate
from pipeline.verify.reading import Archive, BrokenBook
from pipeline.verify.word import parse_part

# --- styles ----------------------------------------------------------------------------------
# The named styles: those that Word has itself under the names that its templates use, so that a
# school's template applies, and others for what only Chapbook has.

FONTS = BODY_FONT, HEADING_FONT, CODE_FONT = "Cambria", "Calibri", "Consolas"
TEXT = 11
"""Points of the text, unless the front matter says otherwise."""

INK, GREY, RULE, LINK = "1F2328", "59636E", "B7BEC6", "0B5394"


WITHOUT_ITALICS = frozenset("ja zh ko ar fa ur he".split())
"""The languages of scripts that have none."""


class TextStyle(NamedTuple):
    """A style for paragraphs, or (``is_inline``) characters. Sizes are relative to the text's,
    spaces ``before`` and ``after`` and indents in points. ``line`` is the exact distance of lines
    in points, ``level`` that in the outline, from 1; ``following`` the style of the next paragraph.
    A ``rule`` is a line at an edge, top or bottom, or a box around. ``contextual``: there is no
    space between paragraphs of the style."""

    name: str
    parent: str = "Normal"
    is_inline: bool = False
    font: str = ""
    size: float = 0
    bold: bool | None = None
    italic: bool | None = None
    color: str = ""
    fill: str = ""
    position: str = ""
    underline: bool = False
    small_caps: bool = False
    before: float | None = None
    after: float | None = None
    left: float = 0
    right: float = 0
    hanging: float = 0
    line: float = 0
    align: str = ""
    rule: str = ""
    level: int = 0
    with_next: bool = False
    together: bool = False
    following: str = ""
    contextual: bool = False

    @property
    def id(self) -> str:
        return self.name.title().replace(" ", "").replace("-", "")


STYLES = (
    TextStyle("Title", font=HEADING_FONT, size=2.35, bold=True, before=0, after=2, with_next=True,
          following="Subtitle"),
    TextStyle("Subtitle", font=HEADING_FONT, size=1.3, color=GREY, after=4, with_next=True),
    TextStyle("Byline", font=HEADING_FONT, size=0.95, color=GREY, after=14),
    TextStyle("Name Line", font=HEADING_FONT, after=18),
    TextStyle("heading 1", font=HEADING_FONT, size=1.5, bold=True, before=20, after=5, level=1,
          with_next=True, together=True, following="Normal"),
    TextStyle("heading 2", font=HEADING_FONT, size=1.22, bold=True, before=15, after=4, level=2,
          with_next=True, together=True, following="Normal"),
    TextStyle("heading 3", font=HEADING_FONT, size=1.06, bold=True, before=12, after=3, level=3,
          with_next=True, together=True, following="Normal"),
    TextStyle("heading 4", font=HEADING_FONT, bold=True, color=GREY, before=10, after=2, level=4,
          with_next=True, together=True, following="Normal"),
    TextStyle("heading 5", font=HEADING_FONT, italic=True, before=8, after=2, level=5,
          with_next=True, together=True, following="Normal"),
    TextStyle("heading 6", font=HEADING_FONT, italic=True, color=GREY, before=8, after=2, level=6,
          with_next=True, together=True, following="Normal"),
    TextStyle("Contents Heading", font=HEADING_FONT, size=1.22, bold=True, before=12, after=4,
          with_next=True, following="Normal"),
    *(TextStyle(f"toc {n}", after=2, left=14.0 * (n - 1), align="toc") for n in range(1, 7)),
    TextStyle("table of figures", after=2, align="toc"),
    TextStyle("List Paragraph", after=3),
    TextStyle("List Bullet", parent="List Paragraph", after=6, contextual=True),
    TextStyle("List Number", parent="List Paragraph", after=6, contextual=True),
    TextStyle("Task", parent="List Paragraph", after=6, contextual=True),
    TextStyle("Definition Term", font=HEADING_FONT, bold=True, before=4, after=0, with_next=True,
          following="Definition"),
    TextStyle("Definition", left=18, after=4),
    TextStyle("Quote", left=22, right=22, color=GREY, before=4, after=6),
    TextStyle("Pull Quote", font=HEADING_FONT, size=1.25, left=22, right=22, before=10, after=10,
          color=GREY),
    TextStyle("Epigraph", italic=True, left=90, after=10),
    TextStyle("Verse", after=8, left=22),
    TextStyle("Line", parent="Verse", after=0),
    TextStyle("Box Title", font=HEADING_FONT, bold=True, before=8, after=2, with_next=True,
          following="Box Text"),
    TextStyle("Box Text", after=4),
    TextStyle("Interview", left=96, hanging=96, after=6),
    TextStyle("Interview Question", parent="Interview", bold=True, with_next=True, before=6),
    TextStyle("Interview Continued", left=96, after=6),
    TextStyle("Exercise Title", font=HEADING_FONT, size=1.06, bold=True, before=16, after=4,
          rule="top", with_next=True, together=True, following="Normal"),
    TextStyle("Choice", after=6, contextual=True, together=True),
    TextStyle("Writing Line", before=0, after=0, rule="bottom"),
    TextStyle("Word Bank", after=8, rule="box"),
    TextStyle("Answer Title", parent="Box Title"),
    TextStyle("Answer Text", parent="Box Text"),
    TextStyle("caption", font=HEADING_FONT, size=0.9, color=GREY, before=4, after=10,
              together=True),
    TextStyle("Table Caption", parent="caption", before=8, after=3, with_next=True),
    TextStyle("Figure", before=8, after=2, with_next=True),
    TextStyle("Table Text", font=HEADING_FONT, size=0.95, before=1.5, after=1.5),
    TextStyle("Table Heading", parent="Table Text", bold=True),
    TextStyle("Code", font=CODE_FONT, size=0.86, fill="F3F4F6", before=2, after=8),
    TextStyle("Equation", before=4, after=6),
    TextStyle("footnote text", size=0.86, after=2),
    TextStyle("endnote text", size=0.86, after=2),
    TextStyle("Bibliography", left=22, hanging=22, after=4),
    TextStyle("index 1", left=14, hanging=14, after=0),
    TextStyle("index 2", left=28, hanging=14, after=0),
    TextStyle("index 3", left=42, hanging=14, after=0),
    TextStyle("index heading", font=HEADING_FONT, bold=True, before=8, after=2, with_next=True,
          following="index 1"),
    TextStyle("header", font=HEADING_FONT, size=0.86, color=GREY, after=0, align="footer"),
    TextStyle("footer", font=HEADING_FONT, size=0.86, color=GREY, after=0, align="footer"),
    TextStyle("Imprint", font=HEADING_FONT, size=0.86, color=GREY, before=18, rule="top"),
    TextStyle("Emphasis", is_inline=True, italic=True),
    TextStyle("Strong", is_inline=True, bold=True),
    TextStyle("Label", is_inline=True, bold=True),
    TextStyle("Speaker", is_inline=True, font=HEADING_FONT, bold=True),
    TextStyle("Answer", is_inline=True, underline=True, color=LINK),
    TextStyle("Marks", is_inline=True, font=HEADING_FONT, color=GREY),
    TextStyle("Code Char", is_inline=True, font=CODE_FONT, size=0.9),
    TextStyle("Hyperlink", is_inline=True, color=LINK, underline=True),
    TextStyle("footnote reference", is_inline=True, position="superscript"),
    TextStyle("endnote reference", is_inline=True, position="superscript"),
    TextStyle("Placeholder Text", is_inline=True, color=GREY),
)  # fmt: skip
"""All styles besides `Normal`, which is the text."""

IDS = {style.name: style.id for style in STYLES}
"""The ids of styles, by their names."""


_DEFAULTS = f"""<w:docDefaults>
  <w:rPrDefault><w:rPr>
    <w:rFonts w:ascii="{BODY_FONT}" w:hAnsi="{BODY_FONT}" w:cs="{BODY_FONT}"/>
    <w:sz w:val="{{size}}"/><w:szCs w:val="{{size}}"/><w:lang {{by_script}}/>
  </w:rPr></w:rPrDefault>
  <w:pPrDefault/>
</w:docDefaults>"""

_NORMAL = f"""<w:style w:type="paragraph" w:default="1" w:styleId="Normal">
  <w:name w:val="Normal"/><w:qFormat/>
  <w:pPr>{{bidi}}<w:spacing w:after="120" w:line="276" w:lineRule="auto"/></w:pPr>
  <w:rPr><w:color w:val="{INK}"/></w:rPr>
</w:style>"""

_PLAIN = """<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">
  <w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/>
</w:style>"""


def styles_part(
    text: float, lang: str, *, is_rtl: bool, width: int, number: int, writing: float
) -> Element:
    """The part with all styles: text of some points in a language, lines of ``width`` twips, lines
    to write on that are ``writing`` points high, and headings that count as a numbering with a
    ``number`` does, unless that is 0."""
    by_script = 'w:bidi="{lang}"' if is_rtl else 'w:val="{lang}"'
    defaults = build_element(
        _DEFAULTS.replace("{by_script}", by_script), size=round(text * 2), lang=lang
    )
    normal = build_element(_NORMAL.replace("{bidi}", "<w:bidi/>" if is_rtl else ""))
    tables = build_element(_PLAIN_TABLE), build_element(_TABLE, ink=INK, rule=RULE)
    is_upright = not has_italics(lang)
    listed = (
        _style(_upright(style) if is_upright else style, text, width, number)
        for style in (s._replace(line=writing) if s.name == "Writing Line" else s for s in STYLES)
    )
    return root("styles", defaults, normal, build_element(_PLAIN), *tables, *listed)


def has_italics(lang: str) -> bool:
    """Return whether the script of a language has any."""
    return lang.lower().split("-")[0] not in WITHOUT_ITALICS


def _upright(style: TextStyle) -> TextStyle:
    """A style of a script without italics."""
    return style._replace(italic=None, bold=True) if style.italic else style


def _style(style: TextStyle, text: float, width: int, number: int) -> Element:
    is_builtin = style.name[:1].islower() or style.name in _BUILT_IN
    parent = "DefaultParagraphFont" if style.is_inline else IDS.get(style.parent, style.parent)
    following = IDS.get(style.following, style.following)
    return element(
        "style",
        element("name", val=style.name),
        element("basedOn", val=parent),
        element("next", val=following) if following else None,
        element("uiPriority", val=9 if style.level else 34),
        element("qFormat"),
        None if style.is_inline else element("pPr", *_paragraph(style, width, number)),
        element("rPr", *_characters(style, text)),
        type="character" if style.is_inline else "paragraph",
        customStyle=None if is_builtin else 1,
        styleId=style.id,
    )


EDGES = {
    "top": ("top",),
    "bottom": ("bottom", "between"),  # lines to write on stay apart, although they are alike
    "box": ("top", "left", "bottom", "right"),
}
"""The edges of a rule."""

_BUILT_IN = frozenset(
    "Title|Subtitle|List Paragraph|List Bullet|List Number|Quote|Bibliography|Emphasis|Strong"
    "|Hyperlink|Placeholder Text".split("|")
)


def _paragraph(style: TextStyle, width: int, number: int) -> list[Element | None]:
    """The properties of paragraphs, in the order of the schema."""
    border = None
    if style.rule:
        space = 0 if style.rule == "bottom" else 4
        edges = (
            element(edge, val="single", sz=6, space=space, color=RULE) for edge in EDGES[style.rule]
        )
        border = element("pBdr", *edges)
    tabs = None
    if style.align == "toc":
        tabs = element("tabs", element("tab", val="right", leader="dot", pos=width))
    elif style.align == "footer":
        tabs = element("tabs", element("tab", val="right", pos=width))
    spacing: dict[str, int | str] = {}
    if style.before is not None:
        spacing["before"] = round(style.before * 20)
    if style.after is not None:
        spacing["after"] = round(style.after * 20)
    if style.line:
        spacing |= {"line": round(style.line * 20), "lineRule": "exact"}
    indent = {
        key: round(value * 20)
        for key, value in (("left", style.left), ("right", style.right), ("hanging", style.hanging))
        if value
    }
    numbering = None
    if style.level and number:
        level = element("ilvl", val=style.level - 1)
        numbering = element("numPr", level, element("numId", val=number))
    return [
        element("keepNext") if style.with_next else None,
        element("keepLines") if style.together else None,
        numbering,
        border,
        element("shd", val="clear", color="auto", fill=style.fill) if style.fill else None,
        tabs,
        element("spacing", **spacing) if spacing else None,
        element("ind", **indent) if indent else None,
        element("contextualSpacing") if style.contextual else None,
        element("outlineLvl", val=style.level - 1) if style.level else None,
    ]


def _characters(style: TextStyle, text: float) -> list[Element | None]:
    size = round(style.size * text * 2) if style.size else 0
    return [
        element("rFonts", ascii=style.font, hAnsi=style.font, cs=style.font)
        if style.font
        else None,
        on_off("b", style.bold),
        on_off("bCs", style.bold),
        on_off("i", style.italic),
        on_off("iCs", style.italic),
        on_off("smallCaps", style.small_caps or None),
        element("color", val=style.color) if style.color else None,
        element("sz", val=size) if size else None,
        element("szCs", val=size) if size else None,
        element("u", val="single") if style.underline else None,
        element("vertAlign", val=style.position) if style.position else None,
    ]


_PLAIN_TABLE = """<w:style w:type="table" w:default="1" w:styleId="TableNormal">
  <w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>
  <w:tblPr>
    <w:tblInd w:w="0" w:type="dxa"/>
    <w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>
  </w:tblPr>
</w:style>"""

_TABLE = """<w:style w:type="table" w:customStyle="1" w:styleId="ChapbookTable">
  <w:name w:val="Chapbook Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>
  <w:tblPr><w:tblBorders>
    <w:top w:val="single" w:sz="8" w:space="0" w:color="{ink}"/>
    <w:bottom w:val="single" w:sz="8" w:space="0" w:color="{ink}"/>
    <w:insideH w:val="single" w:sz="4" w:space="0" w:color="{rule}"/>
  </w:tblBorders></w:tblPr>
  <w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>
    <w:bottom w:val="single" w:sz="6" w:space="0" w:color="{ink}"/>
  </w:tcBorders></w:tcPr></w:tblStylePr>
</w:style>"""
"""The style of tables: lines above, below, and under the head; thinner ones between rows."""


# --- template --------------------------------------------------------------------------------
# A Word file of the author's as a template: its styles, page, heads and feet.

MAIN = "word/document.xml"
USUAL_SIZE = 10.0
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
        template = _open_template(options.template, folder)
        result = replace(options, section=write_part(template.section), text=template.text)
    except BadTemplateError as error:
        message = f"The template “{options.template.text}” cannot be used: {error}."
        findings.add(Code.BAD_WORD_TEMPLATE, message, options.template.span)
    return findings.add_to(replace(document, metadata=replace(document.metadata, word=result)))


def template_of(metadata: Metadata, folder: Path) -> WordTemplate | None:
    """The template that a document has."""
    placed = metadata.word.template if metadata.word else None
    return _open_template(placed, folder) if placed else None


def _open_template(placed: Placed, folder: Path) -> WordTemplate:
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
            related = _references_of(archive, MAIN)
            by_kind = {kind: target for kind, target, is_inside in related.values() if is_inside}
            self.styles = parse_part(archive.read(by_kind["styles"]))
            self.numbering = _part(archive, by_kind.get("numbering"))
            self.theme = archive.read(by_kind["theme"]) if "theme" in by_kind else b""
            settings = _part(archive, by_kind.get("settings"))
            self.has_even_pages = settings.find(tag("evenAndOddHeaders")) is not None
            sections = [*parse_part(archive.read(MAIN)).iter(tag("sectPr"))]
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
        return USUAL_SIZE

    def _head(self, archive: Archive, target: str) -> str:
        """Read a head or a foot, and return its name."""
        name = f"template/{posixpath.basename(target)}"
        if name in self.heads:
            return name
        root, related = parse_part(archive.read(target)), _references_of(archive, target)
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
        for part in (self.styles, self.numbering, *self.heads.values()):
            for name, key in OF_STYLES.items():
                for node in part.iter(tag(name)):
                    node.set(tag(key), ids.get(node.get(tag(key), ""), node.get(tag(key), "")))
            for name, key in OF_NUMBERINGS.items():
                for node in part.iter(tag(name)):
                    if (name, node.get(tag(key))) != ("numId", "0"):
                        node.set(tag(key), str(int(node.get(tag(key), "0")) + FIRST_NUMBER))
        for style in self.styles.iter(STYLE):
            if style.get(tag("styleId")) in OURS.values():
                _remove(style.iter(tag("numPr")))
        _remove(self.styles.iter(tag("lang")))
        pictures = tag("numPicBullet"), tag("lvlPicBulletId")
        linked = (each for each in self.numbering.iter(tag("pStyle")) if _is_ours(each))
        _remove((*self.numbering.iter(*pictures), *linked))

    def merge(self, ours: Mapping[str, Element]) -> dict[str, Element]:
        """The parts that take the place of ours, or stand beside them. What the head of our pages
        says, which is for teachers or of a level, stands below that of the template."""
        if self.has_even_pages:
            settings = ours["settings.xml"]
            settings.find(tag("defaultTabStop")).addnext(element("evenAndOddHeaders"))
        line = ours["header.xml"].find(tag("p"))
        for part in self.heads.values():
            if part.tag == tag("hdr") and any(line.itertext()):
                part.append(copy.deepcopy(line))
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
    return parse_part(archive.read(name)) if name in archive.names else element("none")


def _references_of(archive: Archive, name: str) -> dict[str, tuple[str, str, bool]]:
    """The references of a part: by id, the kind, name or address, and whether it is a part."""
    folder, file = posixpath.split(name)
    listing = f"{folder}/_rels/{file}.rels"
    related = {}
    for each in parse_part(archive.read(listing)) if listing in archive else ():
        kind, target = each.get("Type", "").rpartition("/")[2], each.get("Target", "")
        is_inside = each.get("TargetMode") != "External"
        if is_inside:
            target = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
        related[each.get("Id")] = (kind, target, is_inside)
    return related


def _media_types(archive: Archive) -> Mapping[str, str]:
    """The types of parts, by their names or endings."""
    listing = parse_part(archive.read("[Content_Types].xml"))
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
