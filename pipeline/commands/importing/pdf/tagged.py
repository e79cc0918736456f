"""The text of a tagged PDF, by its structure tree."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.appearance import SIZE, Levels
from pipeline.commands.importing.atoms import last_or_new, number_by
from pipeline.commands.importing.link_targets import LABEL
from pipeline.commands.importing.page_metadata import TITLE
from pipeline.commands.importing.pdf import pdf_lines
from pipeline.commands.importing.pdf.pieces import (
    NOTE,
    SMALLER,
    ShownImage,
    alternative,
    note_of,
    referred,
    without_mark,
)
from pipeline.commands.importing.typed_lists import NUMBER
from pipeline.commands.pdf_reading.page_content import PageLayout, TextRun
from pipeline.commands.pdf_reading.tag_reading import INLINE
from pipeline.model.late import late

_HEADING = late(r"H(?:eading ?)?([1-7])", re.IGNORECASE)
_TOP = ("H", "Title")
_MARK = late(r"\W{0,4}|\W?\w{1,4}[.)]?")
"""The bullet or the number of an item."""

_END = late(r"[.!?…:;。！？؟][”\"’»)\]]*$")


DRAWING = "The drawing"
"""The first words of the findings about drawings with words in them."""


class _Block:
    """The content of one paragraph, heading or cell."""

    def __init__(self, page: int, runs: Sequence[TextRun]) -> None:
        self.lines = pdf_lines.lines_of(page, runs)
        element = runs[0].element
        self.roles = element.roles if element else ()
        outer = [role for role in self.roles if role not in INLINE]
        self.role = outer[-1] if outer else "P"
        self.text = " ".join(line.text for line in self.lines)
        self.cell = element.cell if element else None
        self.order = element.order if element else 0
        self.page = page
        self.alt = alternative(element)
        self.is_note = "Note" in self.roles


def page_of_structure(
    pages: Sequence[PageLayout], outline: dict[str, int], images: Sequence[ShownImage]
) -> pdf_lines.PdfText:
    """A page of HTML with the text."""
    left_out: Counter[str] = Counter()
    for page in pages:
        for run in page.runs:
            if run.element is None and page.tagged:
                left_out[re.sub(r"\d+", "#", run.text.strip())] += len(run.text.split())
    blocks: list[_Block] = []
    notes: dict[str, list[pdf_lines.PdfLine]] = {}
    for page in pages:
        blocks += _with_notes([*_blocks(page)], notes)
    if not any(_HEADING.fullmatch(block.role) or block.role in _TOP for block in blocks):
        _find_headings(blocks, outline)
    known = pdf_lines.hyphenated(" ".join(block.text for block in blocks))
    body = etree.Element("body")
    waiting = [*images]
    label, words = "", 0
    for block in blocks:
        while waiting and (waiting[0].page, waiting[0].order) < (block.page, block.order):
            waiting.pop(0).write(body)
        if "TOC" in block.roles:
            left_out["Contents"] += len(block.text.split())
        elif "Figure" in block.roles:
            left_out[f"{DRAWING}: {block.alt}"] += len(block.text.split())
        elif block.role == "Lbl":
            label = block.text
            if not _MARK.fullmatch(label):  # a term, whose definition is the next item
                term = etree.SubElement(last_or_new(body, "dl"), "dt")
                pdf_lines.write_lines(block.lines, term, known, marked=False)
        else:
            _add_block(block, body, known, label)
            words += len(block.text.split()) - sum(
                x.text.endswith(pdf_lines.HYPHENS) for x in block.lines
            )
            if block.role == "Caption" and (number := LABEL.match(block.text)):
                words -= len(number[0].split())
            label = ""
    for image in waiting:
        image.write(body)
    texts = [(name, note_of(lines, known)) for name, lines in notes.items()]
    words += sum(len(line.text.split()) for lines in notes.values() for line in lines) - len(notes)
    pdf_lines.plain_figures(body)
    return pdf_lines.PdfText(body, words, left_out, texts)


def _find_headings(blocks: Sequence[_Block], outline: dict[str, int]) -> None:
    """Convert paragraphs into headings, if none are tagged: those in the bookmarks, in larger type,
    or in bold."""
    plain = [b for b in blocks if b.role == "P" and not b.cell and "LI" not in b.roles]
    lines = (pdf_lines.shape([line]) for block in plain for line in block.lines)
    levels = Levels(lines, outline)
    numbers = levels.of_all([pdf_lines.shape(b.lines) if b in plain else None for b in blocks])
    for block, level in zip(blocks, numbers, strict=True):
        if level:
            block.role = f"H{min(level, 6)}"


def _with_notes(blocks: list[_Block], notes: dict[str, list[pdf_lines.PdfLine]]) -> list[_Block]:
    """The blocks of a page without its notes, with references to these."""
    if not any(block.is_note for block in blocks):
        lines = [line for block in blocks for line in block.lines]
        size = statistics.median(line.size for line in lines) if lines else 0
        for block in reversed(blocks):  # those that only stand small at the foot
            if block.cell or block.lines[0].size > SMALLER * size or not NOTE.match(block.text):
                break
            block.is_note = True
    by_number: dict[str, list[pdf_lines.PdfLine]] = {}
    number = ""
    for block in blocks:
        if not block.is_note:
            continue
        if block.role == "Lbl" or "Lbl" in block.roles:
            number = block.text.strip(" .)")
            by_number[number] = []
        elif number and number in by_number and block.lines:
            by_number[number] += block.lines
        elif begins := NOTE.match(block.text):
            number = begins[1]
            by_number[number] = [without_mark(block.lines[0], number, ".) "), *block.lines[1:]]
    others = [block for block in blocks if not block.is_note]
    labels: dict[str, str] = {}
    for block in others:
        block.lines = referred(block.lines, by_number, notes, labels)
    if not by_number or set(labels) != set(by_number) or not all(by_number.values()):
        return blocks
    notes |= {labels[number]: lines for number, lines in by_number.items()}
    return others


def _blocks(page: PageLayout) -> list[_Block]:
    runs: dict[int, list[TextRun]] = {}
    for run in page.runs:
        if run.element:
            runs.setdefault(run.element.block, []).append(run)
    ordered = sorted(
        runs.values(), key=lambda group: min(r.element.order for r in group if r.element)
    )
    for group in ordered:
        group.sort(key=lambda r: r.element.order if r.element else 0)
    return [_Block(page.number, group) for group in ordered]


def _add_block(block: _Block, body: Element, known: frozenset[str], label: str) -> None:
    last = body[-1] if len(body) else None
    heading = _HEADING.fullmatch(block.role)
    if heading or block.role in _TOP:
        level = min(int(heading[1]), 6) if heading else 1
        element = etree.SubElement(body, f"h{level}")
        is_first = not any(e.tag in ("h1", "p") for e in body[:-1])
        if block.role == "Title" or (level == 1 and is_first):
            element.set("class", TITLE)
        pdf_lines.write_lines(block.lines, element, known, marked=False)
    elif block.cell and {"TH", "TD"} & set(block.roles):
        _cell(block, body, known)
    elif block.is_note:
        pdf_lines.write_lines(block.lines, etree.SubElement(body, "p"), known)
    elif block.role == "Caption" and ("Table" in block.roles or _is_figure(last)):
        of_table = "Table" in block.roles
        to = etree.SubElement(body, "table") if of_table or last is None else last
        element = etree.SubElement(to, "caption" if of_table else "figcaption")
        pdf_lines.write_lines(block.lines, element, known, marked=False)
    elif "LI" in block.roles or block.role == "LBody":
        _item(block, body, known, label)
    elif block.role == "BlockQuote" or "BlockQuote" in block.roles:
        quotation = last_or_new(body, "blockquote")
        pdf_lines.write_lines(block.lines, etree.SubElement(quotation, "p"), known)
    elif block.role == "Code":
        etree.SubElement(body, "pre").text = "\n".join(line.text for line in block.lines)
    elif last is not None and last.tag == "p" and _is_cut(last, block.lines):
        pdf_lines.write_lines(block.lines, last, known)
    else:
        paragraph = etree.SubElement(body, "p", {SIZE: str(pdf_lines.shape(block.lines).size)})
        pdf_lines.write_lines(block.lines, paragraph, known)


def _is_figure(element: Element | None) -> bool:
    return element is not None and element.tag == "figure"


def _is_cut(last: Element, lines: Sequence[pdf_lines.PdfLine]) -> bool:
    """Return whether a paragraph was cut by a page and continues."""
    text = "".join(str(part) for part in last.itertext())
    start = lines[0].text
    return not _END.search(text) and start[:1].islower() and not NUMBER.match(start)


def _cell(block: _Block, body: Element, known: frozenset[str]) -> None:
    """A cell, in its row and column; another paragraph of the same goes on in it."""
    assert block.cell
    table = last_or_new(body, "table")
    place = f"{block.page}-{block.cell.row}"
    row = table[-1] if len(table) and table[-1].get("data-row") == place else None
    if row is None:
        row = etree.SubElement(table, "tr", {"data-row": place})
    filled = sum(int(cell.get("colspan", "1")) for cell in row)
    if filled > block.cell.column and len(row):
        etree.SubElement(row[-1], "br")
        pdf_lines.write_lines(block.lines, row[-1], known, marked=False)
        return
    for _ in range(filled, block.cell.column):
        etree.SubElement(row, "td")
    cell = etree.SubElement(row, "th" if "TH" in block.roles else "td")
    if block.cell.columns > 1:
        cell.set("colspan", str(block.cell.columns))
    pdf_lines.write_lines(block.lines, cell, known, marked=False)


def _item(block: _Block, body: Element, known: frozenset[str], label: str) -> None:
    if label and not _MARK.fullmatch(label):
        pdf_lines.write_lines(block.lines, etree.SubElement(body[-1], "dd"), known)
        return
    depth = block.roles.count("L")
    kind = "ol" if re.match(r"\(?\w{1,4}[.)]", label) else "ul"
    to = body
    for level in range(max(depth, 1)):
        last = to[-1] if len(to) else None
        is_other = level == depth - 1 and label and last is not None and last.tag != kind
        if last is None or last.tag not in ("ul", "ol") or is_other:
            last = etree.SubElement(to, kind)
            if kind == "ol" and level == depth - 1:
                number_by(last, label)
        if level < depth - 1:
            to = last[-1] if len(last) else etree.SubElement(last, "li")
        else:
            to = last
    if label or not len(to):
        pdf_lines.write_lines(block.lines, etree.SubElement(to, "li"), known)
    else:
        pdf_lines.write_lines(block.lines, etree.SubElement(to[-1], "p"), known)
