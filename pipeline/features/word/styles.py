"""The named styles: those that Word has itself under the names that its templates use, so that a
school's template applies, and others for what only Chapbook has."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.features.word.xml import Element, built, element, on_off, root

FONTS = BODY_FONT, HEADING_FONT, CODE_FONT = "Cambria", "Calibri", "Consolas"
TEXT = 11
"""Points of the text, unless the front matter says otherwise."""

INK, GREY, RULE, LINK = "1F2328", "59636E", "B7BEC6", "0B5394"


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
    TextStyle("Writing Line", line=25.5, before=0, after=0, rule="bottom"),
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


def styles_part(text: float, lang: str, *, is_rtl: bool, width: int, number: int) -> Element:
    """The part with all styles: text of some points in a language, lines of ``width`` twips, and
    headings that count as a numbering with a ``number`` does, unless that is 0."""
    by_script = 'w:bidi="{lang}"' if is_rtl else 'w:val="{lang}"'
    defaults = built(_DEFAULTS.replace("{by_script}", by_script), size=round(text * 2), lang=lang)
    normal = built(_NORMAL.replace("{bidi}", "<w:bidi/>" if is_rtl else ""))
    tables = built(_PLAIN_TABLE), built(_TABLE, ink=INK, rule=RULE)
    listed = (_style(style, text, width, number) for style in STYLES)
    return root("styles", defaults, normal, built(_PLAIN), *tables, *listed)


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
