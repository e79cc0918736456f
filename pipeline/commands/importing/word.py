"""Word documents: their paragraphs, tables and notes become a page, read like a web page."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing import draft
from pipeline.commands.importing.appearance import (
    BOLD,
    FORMATS,
    SIZE,
    Atom,
    Formats,
    fill,
    last_or_new,
    set_numbering,
)
from pipeline.commands.importing.citations import Marks, strip_label, with_marks
from pipeline.commands.importing.draft import (
    BOXES,
    CHANGED,
    COMMENT_SENTINEL,
    HEADS,
    NOTE_SENTINEL,
    TYPED,
    Changes,
    Draft,
    InputText,
    change_sentences,
    comment,
    look_sentences,
    split_list,
    tell_loss,
    unread,
)
from pipeline.commands.importing.files import BrokenArchiveError, open_archive
from pipeline.commands.importing.formulas import M, omml_as_tex, readable, symbol, unknown
from pipeline.commands.importing.metadata import date_in, meaningful
from pipeline.commands.importing.page_reader import join_captions
from pipeline.commands.importing.web_article import draft_of_page
from pipeline.commands.importing.word_parts import VAL, Level, WordParts, is_set
from pipeline.model import Block, Node, Text
from pipeline.model.late import late
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.tree import rewrite, walk
from pipeline.verify.word import W, is_on, value_of

# --- drawings --------------------------------------------------------------------------------

OFFICE = "{urn:schemas-microsoft-com:office:office}"


def local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def alternative(properties: Element | None) -> str:
    if properties is None:
        return ""
    text = properties.get("descr") or properties.get("title") or ""
    # Word's own guesses say how they were made
    return " ".join(text.partition("Description automatically generated")[0].split())


def alternative_of_shape(image: Element) -> str:
    for element in (image, *image.iterancestors()):
        if text := element.get("alt") or element.get(f"{OFFICE}title"):
            return " ".join(text.split())
        if local_name(element) in ("pict", "object"):
            break
    return ""


def is_decorative(properties: Element | None) -> bool:
    marks = () if properties is None else (e for e in properties.iter())
    return any(local_name(e) == "decorative" and e.get("val") in ("1", "true") for e in marks)


def kind_of_drawing(element: Element) -> str:
    """The kind of a drawing without image or text."""
    uris = " ".join(e.get("uri") or "" for e in element.iter() if local_name(e) == "graphicData")
    if "chart" in uris:
        return "The chart"
    if "diagram" in uris:
        return "The diagram"
    return "The embedded object" if element.tag == f"{W}object" else ""


# --- runs ------------------------------------------------------------------------------------
# The text of a Word document's paragraphs: runs with their formats, fields, links, images, notes,
# comments, formulas and tracked changes, as the inside of elements of HTML.

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

    def unwrap(self, element: Element) -> Iterable[Element]:
        """The child elements, with mere containers replaced by their contents."""
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if child.tag in _WRAPPERS:
                yield from self.unwrap(child)
            elif child.tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    yield from self.unwrap(content)
            elif child.tag == f"{MC}AlternateContent":
                yield from self.unwrap(choose_alternative(child))
            elif child.tag in (*NEW, *OLD) and any(
                inner.tag in (f"{W}p", f"{W}tbl") for inner in child
            ):
                if self.changes == "keep" or (child.tag in NEW) == (self.changes == "accept"):
                    yield from self.unwrap(child)
            else:
                yield child

    def _all(self, element: Element, formats: dict[str, str]) -> Iterator[Atom]:
        for child in self.unwrap(element):
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
                    yield Atom(f"{draft.MATH_SENTINEL}{omml_as_tex(child)}{draft.MATH_SENTINEL}")
                case "oMathPara":
                    for formula in child.iter(f"{M}oMath"):
                        yield Atom(
                            f"{draft.MATH_SENTINEL}{draft.DISPLAY_SENTINEL}{omml_as_tex(formula)}{draft.MATH_SENTINEL}"
                        )

    # --- runs ---

    def _run(self, run: Element, outer: dict[str, str]) -> Iterator[Atom]:
        if self.parts.styles.is_hidden(run, self._paragraph):
            self.hidden += sum(len((t.text or "").split()) for t in run.iter(f"{W}t"))
            return
        formats = self._formats(run, outer)
        if "link" not in outer and draft.is_coloured(value_of(run, "rPr/color")):
            self.coloured += [text.text or "" for text in run.iter(f"{W}t")]
        ordered = tuple((name, formats[name]) for name in FORMATS if name in formats)
        for child in self.unwrap(run):
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
                yield from self._piece(child, name, self._read_link(ordered))

    def _read_link(self, formats: Formats) -> Formats:
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
                    yield Atom(f"{draft.NOTE_SENTINEL}{label}{draft.NOTE_SENTINEL}")
            case "commentReference":
                if comment := self.parts.comments.get(child.get(f"{W}id") or ""):
                    yield Atom(f"{draft.COMMENT_SENTINEL}{comment}{draft.COMMENT_SENTINEL}")
            case "drawing" | "pict" | "object":
                yield from self._drawing(child, formats)
            case "ruby":
                base, text = (child.find(f"{W}{part}") for part in ("rubyBase", "rt"))
                if base is not None and text is not None:
                    ruby = etree.Element("ruby")
                    fill(ruby, list(self._all(base, {})))
                    fill(etree.SubElement(ruby, "rt"), list(self._all(text, {})))
                    yield Atom(ruby, formats)

    def _formats(self, run: Element, outer: dict[str, str]) -> dict[str, str]:
        result = dict(outer)
        styles = self.parts.styles
        kind = styles.run_kind(run)
        has = styles.run_property
        if kind:
            result[kind] = kind
        for format, names in (("strong", "b"), ("em", "i"), ("caps", "smallCaps")):
            property = has(run, names)
            if is_set(property):
                result[format] = format
            elif property is not None:
                result.pop(format, None)
        if is_set(has(run, "strike")) or is_set(has(run, "dstrike")):
            result["s"] = "s"
        if (
            is_set(has(run, "u"))
            and "link" not in result
            and not any(f.address for f in self._fields)
        ):
            result["u"] = "u"
        if is_set(has(run, "highlight")):
            result["mark"] = "mark"
        if raised := _is_raised(run, has(run, "vertAlign")):
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
        properties = next((e for e in element.iter() if local_name(e) == "docPr"), None)
        alt = alternative(properties)
        is_found = bool(within)
        for image in element.iter():
            if image in inner or local_name(image) not in ("blip", "imagedata"):
                continue
            is_found = True
            vector = next((e for e in image.iter() if local_name(e) == "svgBlip"), None)
            label = alt if properties is not None else alternative_of_shape(image)
            source = image if vector is None else vector
            names = (source.get(f"{R}{key}") for key in ("embed", "id", "link"))
            name = self.parts.image(next(filter(None, names), ""))
            if not name:
                self.messages.append(f"The image “{label[:60]}” is not in the document.")
                continue
            new_image = etree.Element("img", src=name, alt=label)
            extent = next(
                (e.get("cx", "") for e in element.iter() if local_name(e) == "extent"), ""
            )
            if extent.isdecimal():
                new_image.set("width", f"{int(extent) / _EMU:.1f}cm")
            if is_decorative(properties):
                new_image.set("class", "decorative")
            link = next((e for e in element.iter() if local_name(e) == "hlinkClick"), None)
            target = None if link is None else self.parts.target(link.get(f"{R}id"))
            yield Atom(new_image, (("link", target), *formats) if target else formats)
        rule = next((e for e in element.iter() if e.get(f"{OFFICE}hr") in ("t", "true")), None)
        if rule is not None:
            yield Atom(etree.Element("hr"))
        elif not is_found and (kind := kind_of_drawing(element)):
            quoted = f" “{alt[:60]}”" if alt else ""
            self.messages.append(f"{kind}{quoted} is left out: Markdown cannot express it.")


def _font(text: Element) -> str:
    """The font that the run of a text names."""
    fonts = (value_of(text.getparent(), "rPr/rFonts", key) for key in ("ascii", "hAnsi"))
    return next(filter(None, fonts), "")


def _data(mark: Element) -> str:
    """The data that a program keeps with a field."""
    try:
        return base64.b64decode(mark.findtext(f"{W}fldData") or "").decode()
    except ValueError:
        return ""


def _is_raised(run: Element, value: Element | None) -> str:
    """Return whether a run is raised or lowered, by its property or, if smaller, by its
    position."""
    if value is not None:
        return {"superscript": "sup", "subscript": "sub"}.get(value.get(VAL, ""), "")
    by = value_of(run, "rPr/position")
    if not by or run.find(f"{W}rPr/{W}sz") is None:
        return ""
    return "sub" if by.startswith("-") else "sup"


def choose_alternative(element: Element) -> Element:
    """The alternative that can be read, where Word gives several."""
    choice, fallback = element.find(f"{MC}Choice"), element.find(f"{MC}Fallback")
    for choice_here in (choice, fallback):
        if choice_here is not None and any(
            local_name(e) in ("txbxContent", "blip", "imagedata", "t", "oMath")
            for e in choice_here.iter()
        ):
            return choice_here
    return element if choice is None else choice


def _outermost(box: Element, root: Element) -> bool:
    for above in box.iterancestors():
        if above is root:
            return True
        if above.tag == f"{W}txbxContent" or (
            above.tag == f"{MC}Fallback" and choose_alternative(above.getparent()) is not above
        ):
            return False
    return False


# --- body ------------------------------------------------------------------------------------
# The paragraphs and tables of a Word document, as HTML.

_TYPES = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_ALIGNED = {"right": "right", "end": "right", "center": "center"}


class _Open(NamedTuple):
    """An open list: its level and kind; its element and last number."""

    depth: int
    form: tuple[str, str]
    element: Element
    number: int


class Body:
    """Reads blocks. ``title``, ``subtitle``, ``authors`` and ``date`` come from paragraphs with
    these styles; ``replaced`` are paragraphs that are joined with the next, and those with text
    that editions make anew, or that is hidden."""

    def __init__(self, parts: WordParts, changes: Changes) -> None:
        self.parts = parts
        self.runs = Runs(parts, changes)
        self.title: list[str] = []
        self.subtitle: list[str] = []
        self.authors: list[str] = []
        self.date = ""
        self.replaced: set[Element] = set()
        self._waiting: list[Atom] = []
        self._has_begun = False
        self._ids = _places(parts.main)
        self._number = self.figures = 0
        # the mark of what a tracked change removes
        self._removed = {"accept": "del", "reject": "ins"}.get(changes, "none")

    def page(self) -> tuple[Element, list[tuple[str, Element]]]:
        """The text, and the notes with their labels."""
        root = etree.Element("html")
        text = etree.SubElement(root, "body")
        self._blocks(text, self.parts.main)
        notes = []
        main = self.parts.part
        read: set[tuple[str, str]] = set()
        while read != self.parts.notes.keys():
            for kind, name in [key for key in self.parts.notes if key not in read]:
                read.add((kind, name))
                self.parts.part = self.parts.name_of_kind(f"{kind}s")
                note = etree.Element("div")
                self._blocks(note, self.parts.note_texts[kind][name])
                notes.append((self.parts.notes[kind, name], note))
        self.parts.part = main
        return root, notes

    def _blocks(self, out: Element, holder: Element) -> None:
        body = holder.find(f"{W}body")
        lists: list[_Open] = []
        for element in self.runs.unwrap(holder if body is None else body):
            if element.tag == f"{W}p":
                self._paragraph(out, element, lists)
            elif element.tag == f"{W}tbl":
                lists.clear()
                self._table(out, element)
        if self._waiting:
            fill(etree.SubElement(out, "p"), self._waiting)
            self._waiting = []
        join_captions(out)

    # --- paragraphs ---

    def _paragraph(self, out: Element, paragraph: Element, lists: list[_Open]) -> None:
        self._number += 1
        passed, was_open = self.runs.passed, bool(self._waiting)
        atoms = self._waiting + self.runs.read(paragraph)
        self._waiting = []
        boxes, self.runs.boxes = self.runs.boxes, []
        if self._goes_on(paragraph):
            self._waiting, self.runs.boxes = atoms, boxes
            self.replaced.add(paragraph)
            return
        kind, level = self.parts.styles.kind(paragraph)
        place = self.parts.numbering.place_of(paragraph)
        is_contents = kind == "contents" or self.runs.in_contents()
        if is_contents or self.runs.passed > passed or was_open:
            self.replaced.add(paragraph)
        if is_contents:
            self.runs.left_out += len(_words(atoms).split())
        elif atoms and (_words(atoms) or any(not isinstance(a.content, str) for a in atoms)):
            if is_on(paragraph, "pPr/pageBreakBefore") and len(out) and out.tag == "body":
                lists.clear()
                etree.SubElement(out, "hr", {"class": "page-break"})
            element = self._element(out, paragraph, kind, level, atoms, place, lists)
            if element is not None:
                element.sourceline = min(self._number, 2**31 - 1)
                if element.tag == "p":
                    size, is_bold = self.parts.styles.letters(paragraph)
                    element.set(SIZE, str(size))
                    element.attrib.update({BOLD: ""} if is_bold else {})
                if name := self._ids.get(paragraph):
                    element.set("id", name)
        elif _has_rule(paragraph):
            lists.clear()
            etree.SubElement(out, "hr")
        for box in boxes:
            self._box(_place_of(out, lists), box)

    def _goes_on(self, paragraph: Element) -> bool:
        """Return whether the next paragraph continues the text of this one."""
        is_initial = value_of(paragraph, "pPr/framePr", "dropCap") not in ("", "none")
        return is_initial or paragraph.find(f"{W}pPr/{W}rPr/{W}{self._removed}") is not None

    def _element(
        self,
        out: Element,
        paragraph: Element,
        kind: str,
        level: int,
        atoms: list[Atom],
        place: tuple[int, Level] | None,
        lists: list[_Open],
    ) -> Element | None:
        """The element that a paragraph becomes; none if it is metadata."""
        text = " ".join(_words(atoms).split())
        known = {"title": self.title, "subtitle": self.subtitle, "author": self.authors}
        if kind in known and not self._has_begun:
            known[kind].append(text)
            return None
        if kind == "date" and not self._has_begun and not self.date:
            self.date = text
            return None
        self._has_begun = True
        if kind == "title":
            kind, level = "heading", 1
        if place and kind != "heading":
            return _fill_element(_item(out, lists, *place), "p", atoms)
        if lists and (kind == "continued" or (not kind and self._is_indented(paragraph))):
            return _fill_element(lists[-1].element[-1], "p", atoms)
        lists.clear()
        last = out[-1] if len(out) else None
        match kind:
            case "heading":
                return _fill_element(out, f"h{min(level, 6)}", _drop_common(atoms, "strong"))
            case "quote":
                return _fill_element(last_or_new(out, "blockquote"), "p", atoms)
            case "code":
                if last is not None and last.tag == "pre":
                    fill(last, [Atom("\n"), *_drop_common(atoms)])
                    return last
                return _fill_element(out, "pre", _drop_common(atoms))
            case "term" | "definition":
                return _fill_element(
                    last_or_new(out, "dl"), "dt" if kind == "term" else "dd", atoms
                )
            case "caption":
                caption = _fill_element(out, "p", atoms)
                caption.set("class", "caption")
                return caption
            case _:
                return _fill_element(out, "p", atoms)

    def _is_indented(self, paragraph: Element) -> bool:
        """Return whether a paragraph continues the preceding list item."""
        indent = self.parts.styles.property(paragraph, "ind")
        if indent is None:
            return False
        left = indent.get(f"{W}left") or indent.get(f"{W}start") or "0"
        return left.isdecimal() and int(left) >= 360

    def _box(self, out: Element, box: Element) -> None:
        """The content of a text box, in a box; an image with its caption stays on its own."""
        sidebar = etree.Element("div", {"class": "sidebar"})
        self._blocks(sidebar, box)
        if not len(sidebar):
            return
        if all(e.tag == "figure" for e in sidebar) or out.tag in ("td", "th", "li"):
            self.figures += all(e.tag == "figure" for e in sidebar)
            if any(e.tag != "figure" for e in sidebar):
                kind = "list" if out.tag == "li" else "table"
                words = " ".join(str(text) for text in sidebar.itertext())[:60]
                self.runs.messages.append(
                    f"The text box “{words}” becomes part of the {kind} it is in."
                )
            out.extend(list(sidebar))
        else:
            out.append(sidebar)

    # --- tables ---

    def _table(self, out: Element, table: Element) -> None:
        new_table = etree.SubElement(out, "table")
        new_table.sourceline = min(self._number + 1, 2**31 - 1)
        rows = [row for row in self.runs.unwrap(table) if row.tag == f"{W}tr"]
        rows = [row for row in rows if row.find(f"{W}trPr/{W}{self._removed}") is None]
        heads = 0
        while heads < len(rows) and is_set(rows[heads].find(f"{W}trPr/{W}tblHeader")):
            heads += 1
        above: dict[int, Element] = {}
        for number, row in enumerate(rows):
            line = etree.SubElement(new_table, "tr")
            if column := int(value_of(row, "trPr/gridBefore") or 0):
                etree.SubElement(line, "td", colspan=str(column))
            for cell in (c for c in self.runs.unwrap(row) if c.tag == f"{W}tc"):
                width = max(1, int(value_of(cell, "tcPr/gridSpan") or 1))
                merged = cell.find(f"{W}tcPr/{W}vMerge")
                first = above.get(column)
                if merged is not None and merged.get(VAL) != "restart" and first is not None:
                    first.set("rowspan", str(int(first.get("rowspan") or 1) + 1))
                    self._blocks(first, cell)
                else:
                    is_head = number < heads
                    made_cell = etree.SubElement(line, "th" if is_head else "td")
                    if is_head:
                        made_cell.set("scope", "col")
                    if width > 1:
                        made_cell.set("colspan", str(width))
                    self._blocks(made_cell, cell)
                    if align := self._alignment(cell):
                        made_cell.set("align", align)
                    above[column] = made_cell
                column += width

    def _alignment(self, cell: Element) -> str:
        """The alignment of a cell's paragraphs, if it is the same for all."""
        alignments = set()
        for paragraph in cell.iter(f"{W}p"):
            value = self.parts.styles.property(paragraph, "jc")
            alignments.add(_ALIGNED.get(value.get(VAL, ""), "") if value is not None else "")
        return alignments.pop() if len(alignments) == 1 else ""


def _places(main: Element) -> dict[Element, str]:
    """The ids of paragraphs that have bookmarks: the first of each. Links to others are led
    there."""
    ids: dict[Element, str] = {}
    names: dict[str, str] = {}
    waiting: list[str] = []
    for element in main.iter(f"{W}p", f"{W}bookmarkStart"):
        if element.tag == f"{W}p":
            if waiting:
                ids[element] = waiting[0]
                names.update(dict.fromkeys(waiting, waiting[0]))
                waiting = []
            continue
        name = element.get(f"{W}name") or ""
        above = next(element.iterancestors(f"{W}p"), None)
        if above is None:
            waiting.append(name)
        else:
            names[name] = ids.setdefault(above, name)
    for link in main.iter(f"{W}hyperlink"):
        if anchor := link.get(f"{W}anchor"):
            link.set(f"{W}anchor", names.get(anchor, anchor))
    for instruction in main.iter(f"{W}instrText"):
        instruction.text = re.sub(
            r"(\\l\s+\"?|^\s*(?:PAGE)?REF\s+)([\w-]+)",
            lambda match: match[1] + names.get(match[2], match[2]),
            instruction.text or "",
        )
    return ids


def _words(atoms: Iterable[Atom]) -> str:
    text = "".join(a.content if isinstance(a.content, str) else " " for a in atoms)
    return re.sub(f"{COMMENT_SENTINEL}[^{COMMENT_SENTINEL}]*{COMMENT_SENTINEL}", "", text).strip()


def _drop_common(atoms: list[Atom], *formats: str) -> list[Atom]:
    """The text without a format, if it applies to all of it; without any formats, if none is
    named."""
    if not formats:
        return [Atom(a.content) for a in atoms]
    texts = [a for a in atoms if isinstance(a.content, str) and a.content.strip()]
    if not all(any(name in formats for name, _ in a.formats) for a in texts):
        return atoms
    return [Atom(a.content, tuple(f for f in a.formats if f[0] not in formats)) for a in atoms]


def _fill_element(parent: Element, tag: str, atoms: list[Atom]) -> Element:
    """A new element with a text; a language that all of it has is the element's."""
    element = etree.SubElement(parent, tag)
    texts = [a for a in atoms if isinstance(a.content, str) and re.search(r"[^\W\d_]", a.content)]
    texts = [a for a in texts if not a.content.startswith(NOTE_SENTINEL)]
    spoken = {dict(a.formats).get("lang", "") for a in texts}
    if len(spoken) == 1 and (language := spoken.pop()):
        element.set("lang", language)
        atoms = [Atom(a.content, tuple(f for f in a.formats if f[0] != "lang")) for a in atoms]
    fill(element, atoms)
    return element


def _place_of(out: Element, lists: list[_Open]) -> Element:
    return lists[-1].element[-1] if lists else out


def _item(out: Element, lists: list[_Open], depth: int, level: Level) -> Element:
    """A new item, in the list that it continues, or in a new one."""
    around = ""
    if level.format == "bullet":
        form = ("bullet", "")
    else:
        around = re.sub(r"%\d", "", level.text)
        form = (level.format, ")" if around.endswith(")") else "")
    while lists and lists[-1].depth > depth:
        lists.pop()
    top = lists[-1] if lists else None
    if top is not None and top.depth == depth:
        goes_on = top.form == form and (form[0] == "bullet" or level.number == top.number + 1)
        if goes_on:
            lists[-1] = top._replace(number=level.number)
            return etree.SubElement(top.element, "li")
        lists.pop()
    parent = _place_of(out, lists)
    if form[0] == "bullet":
        new_list = etree.SubElement(parent, "ul")
    else:
        new_list = etree.SubElement(parent, "ol")
        if level.number != 1:
            new_list.set("start", str(level.number))
        set_numbering(new_list, _TYPES.get(level.format, ""), around)
    lists.append(_Open(depth, form, new_list, level.number))
    return etree.SubElement(new_list, "li")


def _has_rule(paragraph: Element) -> bool:
    border = paragraph.find(f"{W}pPr/{W}pBdr")
    return border is not None and any(is_set(side) for side in border)


# --- word ------------------------------------------------------------------------------------

_DC = "{http://purl.org/dc/elements/1.1/}"
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_MARKED = late(f"{COMMENT_SENTINEL}([^{COMMENT_SENTINEL}]*){COMMENT_SENTINEL}")

ANEW = "Open it in a word processor, and save it again as .docx."


def read_docx(path: Path, name: str, changes: Changes = "accept") -> Draft:
    """A Word document, with its tracked ``changes`` accepted, rejected or kept as such."""
    try:
        parts = WordParts(open_archive(path.read_bytes()))
        body = Body(parts, changes)
        page, notes = body.page()
        counts, sentences = _counts(parts, changes, body.replaced)
        passages = tuple(_passages(parts, changes, body.replaced))
        metadata = _metadata(parts, body)
    except BrokenArchiveError as error:
        return unread(str(error), name, ANEW)
    except (etree.XMLSyntaxError, ValueError):  # a number that is none
        return unread("The Word document is damaged.", name, ANEW)
    widths = (cols.get(f"{W}num") or "" for cols in parts.main.iter(f"{W}cols"))
    columns = max((int(number) for number in widths if number.isdecimal()), default=1)
    sentences += [*body.runs.messages, *look_sentences(body.runs.coloured, columns)]
    if left := body.runs.left_out:
        sentences.append(
            f"The table of contents ({left} words) is left out: editions make their own."
        )
    if hidden := body.runs.hidden:
        number = "1 word" if hidden == 1 else f"{hidden} words"
        sentences.append(f"Hidden text ({number}) is left out.")
    draft = draft_of_page(
        page,
        name,
        parts.files.get,
        whole_page=True,
        title=metadata.title,
        notes=notes,
        places="paragraph",
    )
    counts[BOXES] -= body.figures
    about = (*body.subtitle, *body.authors, body.date)
    counts["words"] -= draft.counts[TYPED] + body.runs.replaced + len(" ".join(about).split())
    titles = (text for p, text in _texts(parts, changes) if parts.styles.kind(p)[0] == "heading")
    counts["headings"] -= draft.metadata.title in (" ".join(text.split()) for text in titles)
    findings = [tell_loss(sentence, name) for sentence in dict.fromkeys(sentences)]
    read = Draft(
        replace(metadata, title=draft.metadata.title),
        tuple(_with_comments(draft.blocks)),
        tuple(replace(note, children=tuple(_with_comments(note.children))) for note in draft.notes),
        draft.images,
        {**draft.counts, **counts},
        (*findings, *draft.findings),
        passages,
    )
    return with_marks(read, body.runs.marks, name, path.stem)


def _metadata(parts: WordParts, body: Body) -> Metadata:
    """The metadata from the beginning of the document, or else from its properties."""
    core = parts.xml("docProps/core.xml")

    def text_of(tag: str) -> str:
        return meaningful(str(core.findtext(tag) or "") if core is not None else "")

    names = body.authors or split_list(text_of(f"{_DC}creator"), ";")
    written = re.match(r"\d{4}(?:-\d\d){0,2}", body.date)
    date = written[0] if written else date_in(body.date)[0]
    if body.date and not date:
        body.runs.messages.append(f"The date “{body.date}” is left out: it cannot be read.")
    return Metadata(
        title=" ".join(body.title) or text_of(f"{_DC}title"),
        subtitle=" ".join(body.subtitle),
        authors=tuple(map(Contributor, filter(None, names))),
        description=text_of(f"{_DC}description"),
        keywords=split_list(text_of(f"{_CORE}keywords")),
        date=date,
        lang=parts.language,
    )


def _counts(
    parts: WordParts, changes: Changes, replaced: set[Element]
) -> tuple[dict[str, int], list[str]]:
    """The counts of the document's content, including content that a source cannot express."""
    main = parts.main
    kept = [*_elements_kept(main, changes)]
    tags = Counter(str(element.tag) for element in kept)
    counts: Counter[str] = Counter()
    counts["tables"] = tags[f"{W}tbl"]
    merged = sum(e.tag == f"{W}vMerge" and e.get(VAL) in (None, "continue") for e in kept)
    counts["cells"] = tags[f"{W}tc"] - merged
    counts["notes"] = tags[f"{W}footnoteReference"] + tags[f"{W}endnoteReference"]
    counts["comments"] = tags[f"{W}commentReference"]
    counts["formulas"] = tags[f"{M}oMath"]
    counts["images"] = sum(tag.endswith(("}blip", "}imagedata")) for tag in tags.elements())
    counts[BOXES] = tags[f"{W}txbxContent"]
    counts[CHANGED] = sum(1 for _ in main.iter(f"{W}ins", f"{W}del"))
    for p, text in _texts(parts, changes):
        kind, _ = parts.styles.kind(p)
        counts["headings"] += kind == "heading" and bool(text.strip()) and p not in replaced
        counts["words"] += len((strip_label(text) if kind == "caption" else text).split())
    sentences = [*change_sentences(counts[CHANGED], changes)]
    for part in sorted(parts.files):
        if match := re.fullmatch(r"word/(header|footer)\d*\.xml", part):
            root = parts.xml(part)
            texts = () if root is None else (text for _, text in _paragraphs(root, changes))
            if text := " ".join(" ".join(texts).split()):
                counts[HEADS] += 1
                sentences.append(
                    f"The {match[1]} “{text[:60]}” is left out: editions have their own."
                )
    return counts, sentences


def _elements_kept(root: Element, changes: Changes) -> Iterator[Element]:
    """The elements of a text in their order: of alternatives, those that are read, and nothing that
    a tracked change removes."""
    removed = {"accept": OLD, "reject": NEW}.get(changes, ())
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        inner = (
            [choose_alternative(element)] if element.tag == f"{MC}AlternateContent" else [*element]
        )
        rows = (e.find(f"{W}trPr") for e in inner)
        stack += [
            child
            for child, row in zip(inner, rows, strict=True)
            if child.tag not in removed and (row is None or all(e.tag not in removed for e in row))
        ][::-1]


def _texts(parts: WordParts, changes: Changes) -> Iterator[tuple[Element, str]]:
    """The paragraphs of the text and its notes."""
    for root in (parts.main, *(parts.part_of_kind(name) for name in ("footnotes", "endnotes"))):
        if root is not None:
            yield from _paragraphs(root, changes)


def _paragraphs(root: Element, changes: Changes) -> Iterator[tuple[Element, str]]:
    """Each paragraph with its text."""
    texts: dict[Element, list[str]] = {}
    for element in _elements_kept(root, changes):
        if element.tag == f"{W}p":
            texts[element] = []
        elif element.tag in (f"{W}t", f"{W}delText", f"{W}tab", f"{W}br"):
            space = "\n" if element.tag == f"{W}br" else " "
            piece = element.text or "" if element.tag in (f"{W}t", f"{W}delText") else space
            above = next(element.iterancestors(f"{W}p"), None)
            if above is not None:
                texts[above].append(piece)
    yield from ((paragraph, "".join(piece)) for paragraph, piece in texts.items())


def _passages(parts: WordParts, changes: Changes, replaced: set[Element]) -> Iterator[InputText]:
    for number, (paragraph, text) in enumerate(_texts(parts, changes), 1):
        if paragraph not in replaced:
            yield from (InputText(line, paragraph=number) for line in text.split("\n"))


def _with_comments(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Each block, and after it the comments on it."""
    for block in blocks:
        comments = [
            match[1]
            for node in walk(block)
            if isinstance(node, Text)
            for match in _MARKED.finditer(node.text)
        ]
        yield from rewrite((block,), leave={Text: _unmark}) if comments else (block,)
        yield from map(comment, comments)


def _unmark(node: Text) -> Node | tuple[Node, ...]:
    text = _MARKED.sub("", node.text)
    return replace(node, text=text) if text else ()
