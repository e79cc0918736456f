"""The paragraphs and tables of a Word document, as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.appearance import BOLD, SIZE
from pipeline.commands.importing.atoms import Atom, fill, last_or_new, set_numbering
from pipeline.commands.importing.captions import join_captions
from pipeline.commands.importing.draft import COMMENT_MARK, NOTE_MARK, Changes
from pipeline.commands.importing.word.runs import Runs
from pipeline.commands.importing.word.word_parts import WordParts
from pipeline.commands.importing.word.word_styles import VAL, Level, W, on

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
        for element in self.runs.shown(holder if body is None else body):
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
        place = self.parts.numbering.of(paragraph)
        is_contents = kind == "contents" or self.runs.in_contents()
        if is_contents or self.runs.passed > passed or was_open:
            self.replaced.add(paragraph)
        if is_contents:
            self.runs.left_out += len(_words(atoms).split())
        elif atoms and (_words(atoms) or any(not isinstance(a.content, str) for a in atoms)):
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
        frame = paragraph.find(f"{W}pPr/{W}framePr")
        if frame is not None and frame.get(f"{W}dropCap") not in (None, "none"):
            return True
        mark = {"accept": "del", "reject": "ins"}.get(self.runs.changes, "none")
        return paragraph.find(f"{W}pPr/{W}rPr/{W}{mark}") is not None

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
            return _filled(_item(out, lists, *place), "p", atoms)
        if lists and (kind == "continued" or (not kind and self._is_indented(paragraph))):
            return _filled(lists[-1].element[-1], "p", atoms)
        lists.clear()
        last = out[-1] if len(out) else None
        match kind:
            case "heading":
                return _filled(out, f"h{min(level, 6)}", _without(atoms, "strong"))
            case "quote":
                return _filled(last_or_new(out, "blockquote"), "p", atoms)
            case "code":
                if last is not None and last.tag == "pre":
                    fill(last, [Atom("\n"), *_without(atoms)])
                    return last
                return _filled(out, "pre", _without(atoms))
            case "term" | "definition":
                return _filled(last_or_new(out, "dl"), "dt" if kind == "term" else "dd", atoms)
            case "caption":
                caption = _filled(out, "p", atoms)
                caption.set("class", "caption")
                return caption
            case _:
                return _filled(out, "p", atoms)

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
        rows = [row for row in self.runs.shown(table) if row.tag == f"{W}tr"]
        rows = [row for row in rows if self._is_kept(row)]
        heads = 0
        while heads < len(rows) and on(rows[heads].find(f"{W}trPr/{W}tblHeader")):
            heads += 1
        above: dict[int, Element] = {}
        for number, row in enumerate(rows):
            line = etree.SubElement(new_table, "tr")
            before = row.find(f"{W}trPr/{W}gridBefore")
            column = int(before.get(VAL) or 0) if before is not None else 0
            if column:
                etree.SubElement(line, "td", colspan=str(column))
            for cell in (c for c in self.runs.shown(row) if c.tag == f"{W}tc"):
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                width = max(1, int(span.get(VAL) or 1)) if span is not None else 1
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

    def _is_kept(self, row: Element) -> bool:
        mark = {"accept": "del", "reject": "ins"}.get(self.runs.changes, "none")
        return row.find(f"{W}trPr/{W}{mark}") is None

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
    return re.sub(f"{COMMENT_MARK}[^{COMMENT_MARK}]*{COMMENT_MARK}", "", text).strip()


def _without(atoms: list[Atom], *formats: str) -> list[Atom]:
    """The text without a format, if it applies to all of it; without any formats, if none is
    named."""
    if not formats:
        return [Atom(a.content) for a in atoms]
    texts = [a for a in atoms if isinstance(a.content, str) and a.content.strip()]
    if not all(any(name in formats for name, _ in a.formats) for a in texts):
        return atoms
    return [Atom(a.content, tuple(f for f in a.formats if f[0] not in formats)) for a in atoms]


def _filled(parent: Element, tag: str, atoms: list[Atom]) -> Element:
    """A new element with a text; a language that all of it has is the element's."""
    element = etree.SubElement(parent, tag)
    texts = [a for a in atoms if isinstance(a.content, str) and re.search(r"[^\W\d_]", a.content)]
    texts = [a for a in texts if not a.content.startswith(NOTE_MARK)]
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
    return border is not None and any(on(side) for side in border)
