"""The text of a Word document's paragraphs: runs with their formats, fields, links, images, notes,
comments, formulas and tracked changes, as the inside of elements of HTML."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing import draft
from pipeline.commands.importing.atoms import FORMATS, Atom, Formats, fill
from pipeline.commands.importing.citations import Marks
from pipeline.commands.importing.omml import M, as_tex
from pipeline.commands.importing.symbols import readable, symbol, unknown
from pipeline.commands.importing.word import drawings
from pipeline.commands.importing.word.word_parts import WordParts
from pipeline.commands.importing.word.word_styles import VAL, W, on

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_EMU = 360_000
"""The number of Word's units in a centimetre."""

_WRAPPERS = frozenset(
    f"{W}{name}" for name in ("smartTag", "customXml", "sdtContent", "dir", "bdo", "subDoc")
)
NEW, OLD = (f"{W}ins", f"{W}moveTo"), (f"{W}del", f"{W}moveFrom")
_CONTENTS = frozenset({"TOC", "TOA"})
"""Fields whose results are generated."""


class _Field:
    """A field that is open: its instruction, and whether its result has begun."""

    def __init__(self) -> None:
        self.instruction = self.data = ""
        self.has_result = False
        self.is_replaced = False

    @property
    def name(self) -> str:
        words = self.instruction.split(None, 1)
        return words[0].upper() if words else ""

    @property
    def address(self) -> str:
        """The address that a field links to."""
        if self.name == "HYPERLINK":
            place = re.search(r'\\l\s+"?([^"\s]+)', self.instruction)
            web = re.match(r'\s*\w+\s+"?([^"\s\\][^"\s]*)', self.instruction)
            return (web[1] if web else "") + (f"#{place[1]}" if place else "")
        if self.name in ("REF", "PAGEREF"):
            match = re.match(r"\s*\w+\s+(\S+)", self.instruction)
            return f"#{match[1]}" if match else ""
        return ""


class Runs:
    """Reads the contents of paragraphs. ``boxes`` are the contents of text boxes, to be placed
    after the current paragraph; ``messages`` say what was lost, ``coloured`` are texts in colours;
    ``left_out`` and ``hidden`` are the numbers of words in the table of contents, and of hidden
    words."""

    def __init__(self, parts: WordParts, changes: draft.Changes) -> None:
        self.parts = parts
        self.changes = changes
        self.boxes: list[Element] = []
        self.messages: list[str] = []
        self.coloured: list[str] = []
        self.left_out = self.hidden = self.replaced = 0
        self.marks = Marks(parts.sources())
        self._fields: list[_Field] = []
        self._paragraph: Element | None = None

    def read(self, paragraph: Element) -> list[Atom]:
        """The content of a paragraph."""
        self._paragraph = paragraph
        return list(self._all(paragraph, {}))

    @property
    def passed(self) -> int:
        """The words that have been left out so far, or replaced."""
        return self.left_out + self.hidden + self.replaced

    def in_contents(self) -> bool:
        """True while a field is open whose result is generated again."""
        return any(field.name in _CONTENTS for field in self._fields)

    def shown(self, element: Element) -> Iterable[Element]:
        """The child elements, with mere containers replaced by their contents."""
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if child.tag in _WRAPPERS:
                yield from self.shown(child)
            elif child.tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    yield from self.shown(content)
            elif child.tag == f"{MC}AlternateContent":
                yield from self.shown(chosen(child))
            elif child.tag in (*NEW, *OLD) and any(
                inner.tag in (f"{W}p", f"{W}tbl") for inner in child
            ):
                if self.changes == "keep" or (child.tag in NEW) == (self.changes == "accept"):
                    yield from self.shown(child)
            else:
                yield child

    def _all(self, element: Element, formats: dict[str, str]) -> Iterator[Atom]:
        for child in self.shown(element):
            match child.tag.rpartition("}")[2]:
                case "r" if child.tag == f"{W}r":
                    yield from self._run(child, formats)
                case "hyperlink":
                    target = self.parts.target(child.get(f"{R}id"))
                    anchor = child.get(f"{W}anchor")
                    href = (target or "") + (f"#{anchor}" if anchor else "")
                    yield from self._all(child, {**formats, "link": href} if href else formats)
                case "ins" | "moveTo":
                    if self.changes != "reject":
                        new = {**formats, "ins": "ins"} if self.changes == "keep" else formats
                        yield from self._all(child, new)
                case "del" | "moveFrom":
                    if self.changes != "accept":
                        old = {**formats, "del": "del"} if self.changes == "keep" else formats
                        yield from self._all(child, old)
                case "fldSimple":
                    field = _Field()
                    field.instruction = child.get(f"{W}instr") or ""
                    self._fields.append(field)
                    yield from self._begin_result(field)
                    yield from self._all(child, formats)
                    self._fields.pop()
                case "oMath":
                    yield Atom(f"{draft.MATH_MARK}{as_tex(child)}{draft.MATH_MARK}")
                case "oMathPara":
                    for formula in child.iter(f"{M}oMath"):
                        yield Atom(
                            f"{draft.MATH_MARK}{draft.DISPLAY_MARK}{as_tex(formula)}{draft.MATH_MARK}"
                        )
                case _:
                    continue

    # --- runs ---

    def _run(self, run: Element, outer: dict[str, str]) -> Iterator[Atom]:
        if self.parts.styles.is_hidden(run, self._paragraph):
            self.hidden += sum(len((t.text or "").split()) for t in run.iter(f"{W}t"))
            return
        formats = self._formats(run, outer)
        colour = run.find(f"{W}rPr/{W}color")
        if colour is not None and "link" not in outer and draft.is_coloured(colour.get(VAL) or ""):
            self.coloured += [text.text or "" for text in run.iter(f"{W}t")]
        ordered = tuple((name, formats[name]) for name in FORMATS if name in formats)
        for child in self.shown(run):
            name = child.tag.rpartition("}")[2]
            if name == "fldChar":
                yield from self._field(child)
            elif name == "instrText":
                if self._fields:
                    self._fields[-1].instruction += child.text or ""
            elif not all(f.has_result and not f.is_replaced for f in self._fields):
                words = len((child.text or "").split()) if name == "t" else 0
                if self.in_contents():
                    self.left_out += words
                else:
                    self.replaced += words
            else:
                yield from self._piece(child, name, self._linked(ordered))

    def _linked(self, formats: Formats) -> Formats:
        address = next((f.address for f in reversed(self._fields) if f.address), "")
        if not address or any(name == "link" for name, _ in formats):
            return formats
        linked = {**dict(formats), "link": address}
        return tuple((name, linked[name]) for name in FORMATS if name in linked)

    def _field(self, mark: Element) -> Iterator[Atom]:
        match mark.get(f"{W}fldCharType"):
            case "begin":
                self._fields.append(_Field())
                self._fields[-1].data = _data(mark)
            case "separate" if self._fields:
                yield from self._begin_result(self._fields[-1])
            case "end" if self._fields:
                field = self._fields.pop()
                if field.data and "EN.CITE.DATA" in field.instruction and self._fields:
                    self._fields[-1].data = field.data
                if field.name == "FORMCHECKBOX":
                    yield Atom("\u2610")
                elif field.name == "XE" and not field.has_result:
                    yield Atom(self.marks.field(field.instruction))
                elif field.name == "EQ" and not field.has_result:
                    self.messages.append(
                        f"The field “{field.instruction.strip()[:60]}” is left out."
                    )

    def _begin_result(self, field: _Field) -> Iterator[Atom]:
        """Begin the result of a field, which a node's placeholder may replace."""
        field.has_result = True
        mark = ""
        if field.name not in _CONTENTS:
            mark = self.marks.field(field.instruction, field.data)
        field.is_replaced = bool(mark) or field.name in _CONTENTS
        if not mark and (field.name == "CITATION" or "EN.CITE" in field.instruction):
            self.messages.append("Citations whose works are not in the document are kept as text.")
        if mark:
            yield Atom(mark)

    def _piece(self, child: Element, name: str, formats: Formats) -> Iterator[Atom]:
        match name:
            case "t" | "delText":
                yield Atom(
                    readable(child.text or "", lambda: _font(child), self.messages.append), formats
                )
            case "tab" | "ptab":
                yield Atom("\t", formats)
            case "br" | "cr":
                if child.get(f"{W}type") == "page":
                    yield Atom(etree.Element("hr", {"class": "page-break"}))
                elif child.get(f"{W}type") != "column":
                    yield Atom(etree.Element("br"), formats)
            case "noBreakHyphen":
                yield Atom("\u2011", formats)
            case "softHyphen":
                yield Atom("\u00ad", formats)
            case "sym":
                font, code = child.get(f"{W}font") or "", child.get(f"{W}char") or ""
                char = symbol(font, int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{1,5}", code) else ""
                if char:
                    yield Atom(char, formats)
                else:
                    self.messages.append(unknown(font))
            case "footnoteReference" | "endnoteReference":
                label = self.parts.note(name, child.get(f"{W}id") or "")
                if label:
                    yield Atom(f"{draft.NOTE_MARK}{label}{draft.NOTE_MARK}")
            case "commentReference":
                if comment := self.parts.comments.get(child.get(f"{W}id") or ""):
                    yield Atom(f"{draft.COMMENT_MARK}{comment}{draft.COMMENT_MARK}")
            case "drawing" | "pict" | "object":
                yield from self._drawing(child, formats)
            case "ruby":
                base, text = (child.find(f"{W}{part}") for part in ("rubyBase", "rt"))
                if base is not None and text is not None:
                    ruby = etree.Element("ruby")
                    fill(ruby, list(self._all(base, {})))
                    fill(etree.SubElement(ruby, "rt"), list(self._all(text, {})))
                    yield Atom(ruby, formats)
            case _:
                return

    def _formats(self, run: Element, outer: dict[str, str]) -> dict[str, str]:
        result = dict(outer)
        styles = self.parts.styles
        kind = styles.run_kind(run)
        has = styles.run_property
        if kind:
            result[kind] = kind
        for format, names in (("strong", "b"), ("em", "i"), ("caps", "smallCaps")):
            property = has(run, names)
            if on(property):
                result[format] = format
            elif property is not None:
                result.pop(format, None)
        if on(has(run, "strike")) or on(has(run, "dstrike")):
            result["s"] = "s"
        if on(has(run, "u")) and "link" not in result and not any(f.address for f in self._fields):
            result["u"] = "u"
        if on(has(run, "highlight")):
            result["mark"] = "mark"
        if raised := _raised(run, has(run, "vertAlign")):
            result["raised"] = raised
        language = self.parts.other_language(run, self._paragraph)
        if language:
            result["lang"] = language
        return result

    # --- images and boxes ---

    def _drawing(self, element: Element, formats: Formats) -> Iterator[Atom]:
        """The images of a drawing; the content of its text boxes is set aside."""
        within = [b for b in element.iter(f"{W}txbxContent") if _outermost(b, element)]
        self.boxes += within
        inner = {inner_element for box in within for inner_element in box.iter()}
        properties = next((e for e in element.iter() if drawings.local_name(e) == "docPr"), None)
        alt = drawings.alternative(properties)
        is_found = bool(within)
        for image in element.iter():
            if image in inner or drawings.local_name(image) not in ("blip", "imagedata"):
                continue
            is_found = True
            vector = next((e for e in image.iter() if drawings.local_name(e) == "svgBlip"), None)
            label = alt if properties is not None else drawings.alternative_of_shape(image)
            source = image if vector is None else vector
            names = (source.get(f"{R}{key}") for key in ("embed", "id", "link"))
            name = self.parts.image(next(filter(None, names), ""))
            if not name:
                self.messages.append(f"The image “{label[:60]}” is not in the document.")
                continue
            new_image = etree.Element("img", src=name, alt=label)
            extent = next(
                (e.get("cx", "") for e in element.iter() if drawings.local_name(e) == "extent"), ""
            )
            if extent.isdecimal():
                new_image.set("width", f"{int(extent) / _EMU:.1f}cm")
            if drawings.is_decorative(properties):
                new_image.set("class", "decorative")
            link = next((e for e in element.iter() if drawings.local_name(e) == "hlinkClick"), None)
            target = None if link is None else self.parts.target(link.get(f"{R}id"))
            yield Atom(new_image, (("link", target), *formats) if target else formats)
        rule = next(
            (e for e in element.iter() if e.get(f"{drawings.OFFICE}hr") in ("t", "true")), None
        )
        if rule is not None:
            yield Atom(etree.Element("hr"))
        elif not is_found and (kind := drawings.kind_of_drawing(element)):
            quoted = f" “{alt[:60]}”" if alt else ""
            self.messages.append(f"{kind}{quoted} is left out: Markdown cannot express it.")


def _font(text: Element) -> str:
    """The font that the run of a text names."""
    fonts = text.find(f"../{W}rPr/{W}rFonts")
    return "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""


def _data(mark: Element) -> str:
    """The data that a program keeps with a field."""
    try:
        return base64.b64decode(mark.findtext(f"{W}fldData") or "").decode()
    except ValueError:
        return ""


def _raised(run: Element, value: Element | None) -> str:
    """Return whether a run is raised or lowered, by its property or, if smaller, by its
    position."""
    if value is not None:
        return {"superscript": "sup", "subscript": "sub"}.get(value.get(VAL, ""), "")
    by = run.find(f"{W}rPr/{W}position")
    if by is None or run.find(f"{W}rPr/{W}sz") is None:
        return ""
    return "sub" if by.get(VAL, "").startswith("-") else "sup"


def chosen(element: Element) -> Element:
    """The alternative that can be read, where Word gives several."""
    choice, fallback = element.find(f"{MC}Choice"), element.find(f"{MC}Fallback")
    for choice_here in (choice, fallback):
        if choice_here is not None and any(
            drawings.local_name(e) in ("txbxContent", "blip", "imagedata", "t", "oMath")
            for e in choice_here.iter()
        ):
            return choice_here
    return element if choice is None else choice


def _outermost(box: Element, root: Element) -> bool:
    for above in box.iterancestors():
        if above is root:
            return True
        if above.tag == f"{W}txbxContent" or (
            above.tag == f"{MC}Fallback" and chosen(above.getparent()) is not above
        ):
            return False
    return False
