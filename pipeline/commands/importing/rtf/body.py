"""The paragraphs, lists and tables of Rich Text, as elements of HTML."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.appearance import SIZE, usual
from pipeline.commands.importing.atoms import Atom, fill, last_or_new, number_by
from pipeline.commands.importing.captions import join_captions
from pipeline.commands.importing.draft import COMMENT
from pipeline.commands.importing.page_metadata import TITLE
from pipeline.commands.importing.word.word_styles import kind_of

MOST_NESTED = 9
"""The maximum nesting of tables."""

COLOUR = "colour"
"""The format of text in a colour, which no element shows."""

NEAR = 30
"""Twentieths of a point that the edges of cells are apart at least."""


class _Cell(NamedTuple):
    element: Element
    right: int
    merged: str


class _Grid:
    """A table that is read: its rows, and the row and the cell that are open."""

    def __init__(self) -> None:
        self.rows: list[list[_Cell]] = []
        self.row: list[Element] = []
        self.cell = etree.Element("td")


class _RowForm:
    """The form of a row: where its cells end, and which are merged with others."""

    def __init__(self) -> None:
        self.edges: list[tuple[int, str]] = []
        self.merged = ""
        self.is_head = False


class RtfBody:
    """Collects paragraphs. ``mark`` is the bullet or number of the next, ``styles`` are the names
    of styles; ``comments`` and ``boxes`` follow their paragraph; ``coloured`` are texts in
    colours."""

    def __init__(self, styles: dict[int, str] | None = None) -> None:
        self.root = etree.Element("div")
        self.styles: dict[int, str] = {} if styles is None else styles
        self.mark = ""
        self.comments: list[str] = []
        self.boxes: list[Element] = []
        self.coloured: list[str] = []
        self.title = self.subtitle = ""
        self._atoms: list[Atom] = []
        self._sizes: list[tuple[float, str]] = []
        self._lists: list[tuple[int, Element, str]] = []
        self._grids: list[_Grid] = []
        self._forms: dict[int, _RowForm] = {}
        self._reset()

    def _reset(self) -> None:
        self._style, self._level, self._depth, self._in_table, self._nesting = 0, -1, 0, False, 1

    def add(self, atom: Atom, size: int) -> None:
        """Add to the paragraph."""
        self._atoms.append(atom)
        if isinstance(atom.content, str):
            self._sizes.append((size / 2, atom.content))

    def paragraph_word(self, word: str, number: int | None) -> None:
        """A word that is about paragraphs."""
        form = self._forms.setdefault(self._nesting, _RowForm())
        match word:
            case "par" | "sect":
                self._paragraph()
            case "cell" | "nestcell":
                self._nesting = 1 if word == "cell" else max(2, self._nesting)
                self._end_cell()
            case "row" | "nestrow":
                self._nesting = 1 if word == "row" else max(2, self._nesting)
                if len(self._grids) >= self._nesting:
                    self._close_tables(self._nesting)
                    self._end_row()
            case "itap":
                self._nesting = min(max(1, number or 0), MOST_NESTED)
            case "pard":
                self._reset()
            case "page":
                self._paragraph()
                self._holder().append(etree.Element("hr", {"class": "page-break"}))
            case "s":
                self._style = number or 0
            case "outlinelevel":
                self._level = number if number is not None and number < 9 else -1
            case "ilvl":
                self._depth = min(max(0, number or 0), 8)
            case "intbl":
                self._in_table = True
            case "trowd":
                self._forms[self._nesting] = _RowForm()
            case "trhdr":
                form.is_head = True
            case "clvmrg" | "clmrg":
                form.merged = word
            case "cellx":
                form.edges.append((number or 0, form.merged))
                form.merged = ""
            case _:
                return

    def end(self) -> None:
        """Close what is open."""
        if self._atoms:
            self._paragraph()
        self._close_tables(0)
        join_captions(self.root)

    # --- paragraphs ---

    def _holder(self) -> Element:
        nesting = self._nesting if self._in_table else 0
        self._close_tables(nesting)
        while len(self._grids) < nesting:
            self._grids.append(_Grid())
        return self._grids[-1].cell if self._grids else self.root

    def _paragraph(self) -> None:
        to = self._holder()
        atoms, self._atoms = self._atoms, []
        mark, self.mark = self.mark, ""
        sizes, self._sizes = self._sizes, []
        if atoms:
            name = self.styles.get(self._style, "")
            block = self._element(to, atoms, name, mark)
            fill(block, atoms)
            if block.tag == "p":
                block.set(SIZE, str(usual(sizes)))
            if block.tag in ("p", "li") and block.get("class") != "caption":
                self.coloured += [str(a.content) for a in atoms if dict(a.formats).get(COLOUR)]
        for box in self.boxes:
            to.extend([*box] if all(e.tag == "figure" for e in box) else [box])
        for comment in self.comments:
            etree.SubElement(self.root, "p").text = COMMENT + comment
        self.boxes, self.comments = [], []

    def _element(self, to: Element, atoms: list[Atom], name: str, mark: str) -> Element:
        """The element of a paragraph, by its style."""
        text = "".join(atom.content for atom in atoms if isinstance(atom.content, str)).strip()
        kind, level = kind_of(name)
        level = level if kind == "heading" else self._level + 1
        before = to[-1] if len(to) else None
        if kind == "title" and not self.title and text:
            self.title = " ".join(text.split())
            self._lists = []
            return etree.SubElement(to, "h1", {"class": TITLE})
        if kind == "subtitle" and not self.subtitle and all(e.tag == "h1" for e in self.root):
            self.subtitle = " ".join(text.split())
            return etree.Element("p")
        if level and to is self.root and text:
            self._lists = []
            for at, atom in enumerate(atoms):
                formats = tuple(format for format in atom.formats if format[0] != "strong")
                atoms[at] = atom._replace(formats=formats)
            return etree.SubElement(to, f"h{min(level, 6)}")
        if mark:
            return self._item(to, mark)
        self._lists = []
        if kind == "quote":
            return etree.SubElement(last_or_new(to, "blockquote"), "p")
        if kind == "code":
            if before is not None and before.tag == "pre":
                atoms.insert(0, Atom("\n"))
                return before
            return etree.SubElement(to, "pre")
        return etree.SubElement(to, "p", {"class": kind} if kind == "caption" else {})

    def _item(self, to: Element, mark: str) -> Element:
        """A new item of the list that is open at its depth."""
        number = re.fullmatch(r"\(?(\d{1,4}|[a-zA-Z]{1,4})[.)]", mark)
        kind = "ol" if number else "ul"
        if self._lists and self._lists[0][1].getparent() is not to:
            self._lists = []
        while self._lists and self._lists[-1][0] > self._depth:
            self._lists.pop()
        is_same = self._lists and self._lists[-1][0] == self._depth
        if not is_same or self._lists[-1][1].tag != kind or _is_first(mark, self._lists[-1][2]):
            if is_same:
                self._lists.pop()
            outer = self._lists[-1][1][-1] if self._lists else to
            listed = etree.SubElement(outer, kind)
            if number:
                number_by(listed, mark)
            self._lists.append((self._depth, listed, mark if number else ""))
        return etree.SubElement(self._lists[-1][1], "li")

    # --- tables ---

    def _end_cell(self) -> None:
        self._in_table = True
        self._paragraph()
        grid = self._grids[-1]
        grid.row.append(grid.cell)
        grid.cell = etree.Element("td")

    def _end_row(self) -> None:
        grid, form = self._grids[-1], self._forms.get(len(self._grids), _RowForm())
        cells = []
        for at, element in enumerate(grid.row):
            right, merged = form.edges[at] if at < len(form.edges) else (at + 1, "")
            if form.is_head:
                element.tag = "th"
            cells.append(_Cell(element, right, merged))
        grid.row = []
        if cells:
            grid.rows.append(cells)

    def _close_tables(self, nesting: int) -> None:
        """End tables that are deeper than this, with the rows that are open in them."""
        while len(self._grids) > nesting:
            grid = self._grids[-1]
            if len(grid.cell):
                grid.row.append(grid.cell)
            self._end_row()
            self._grids.pop()
            if grid.rows:
                self._table(grid.rows, self._grids[-1].cell if self._grids else self.root)

    def _table(self, rows: list[list[_Cell]], to: Element) -> None:
        """A table of rows, whose columns end where cells do."""
        self._lists = []
        edges = sorted({cell.right for row in rows for cell in row})
        number: dict[int, int] = {}
        before_it = 0
        for edge in edges:  # those that are nearly at one place are one
            last = number.get(before_it, -1)
            number[edge] = last if number and edge - before_it < NEAR else last + 1
            before_it = edge
        table = etree.SubElement(to, "table")
        above: dict[int, Element] = {}
        for row in rows:
            line = etree.SubElement(table, "tr")
            left = -1
            before: Element | None = None
            for cell in row:
                right = max(number[cell.right], left + 1)
                over = above.get(left + 1)
                if cell.merged == "clmrg" and before is not None:
                    _span(before, "colspan", right - left)
                elif cell.merged == "clvmrg" and over is not None:
                    _span(over, "rowspan", 1)
                else:
                    before = cell.element
                    line.append(before)
                    if right - left > 1:
                        before.set("colspan", str(right - left))
                    above[left + 1] = before
                left = right


def _is_first(mark: str, first: str) -> bool:
    """Return whether a mark begins another list than that of this first mark: it is the same, or
    has other signs around it."""
    return bool(first) and (mark == first or re.sub(r"\w", "", mark) != re.sub(r"\w", "", first))


def _span(cell: Element, key: str, more: int) -> None:
    cell.set(key, str(int(cell.get(key) or 1) + more))
