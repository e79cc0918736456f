"""The text of a tagged PDF, by its structure tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.authoring.importing.page_metadata import TITLE
from pipeline.authoring.importing.pdf.lines import PdfLine, hyphenated, lines_of, write_lines
from pipeline.verify.layout import PageLayout, TextRun
from pipeline.verify.seen import INLINE

_HEADING = re.compile(r"H(?:eading ?)?([1-6])", re.IGNORECASE)
_MARK = re.compile(r"\W{0,4}|\W?\w{1,4}[.)]?")
"""The bullet or the number of an item."""

_END = re.compile(r"[.!?…:;。！？؟][”\"’»)\]]*$")


class _Block:
    """What is in one paragraph, heading or cell."""

    def __init__(self, page: int, runs: Sequence[TextRun]) -> None:
        self.lines = lines_of(page, runs)
        element = runs[0].element
        self.roles = element.roles if element else ()
        outer = [role for role in self.roles if role not in INLINE]
        self.role = outer[-1] if outer else "P"
        self.text = " ".join(line.text for line in self.lines)
        self.left = min(run.box.left for run in runs)


def page_of_structure(pages: Sequence[PageLayout]) -> tuple[Element, int, Counter[str]]:
    """A page of HTML with the text, how many words it has, and those of what is left out."""
    blocks = [block for page in pages for block in _blocks(page)]
    known = hyphenated(" ".join(block.text for block in blocks))
    body = etree.Element("body")
    left_out: Counter[str] = Counter()
    for page in pages:
        for run in page.runs:
            if run.element is None and page.tagged:
                left_out[re.sub(r"\d+", "#", run.text.strip())] += len(run.text.split())
    label, words = "", 0
    for block in blocks:
        if "TOC" in block.roles:
            left_out["Contents"] += len(block.text.split())
        elif block.role == "Lbl":
            label = block.text
            if not _MARK.fullmatch(label):
                _term(block, body, known)
        else:
            _put(block, body, known, label)
            words += len(block.text.split()) - sum(x.text.endswith("-") for x in block.lines)
            label = ""
    return body, words, left_out


def _blocks(page: PageLayout) -> list[_Block]:
    runs: dict[int, list[TextRun]] = {}
    for run in page.runs:
        if run.element:
            runs.setdefault(run.element.block, []).append(run)
    ordered = sorted(runs.values(), key=lambda one: min(r.element.order for r in one if r.element))
    for one in ordered:
        one.sort(key=lambda r: r.element.order if r.element else 0)
    return [_Block(page.number, one) for one in ordered]


def _put(block: _Block, body: Element, known: frozenset[str], label: str) -> None:
    last = body[-1] if len(body) else None
    heading = _HEADING.fullmatch(block.role)
    if heading or block.role in ("H", "Title"):
        level = int(heading[1]) if heading else 1
        made = etree.SubElement(body, f"h{level}")
        if block.role == "Title" or (level == 1 and sum(e.tag == "h1" for e in body) == 1):
            made.set("class", TITLE)
        write_lines(block.lines, made, known, marked=False)
    elif "Table" in block.roles and {"TH", "TD"} & set(block.roles):
        _cell(block, body, known)
    elif {"Note", "FENote"} & set(block.roles):
        write_lines(block.lines, etree.SubElement(body, "p"), known)
    elif "LI" in block.roles or block.role == "LBody":
        _item(block, body, known, label)
    elif block.role == "BlockQuote" or "BlockQuote" in block.roles:
        quoted = last if last is not None and last.tag == "blockquote" else None
        if quoted is None:
            quoted = etree.SubElement(body, "blockquote")
        write_lines(block.lines, etree.SubElement(quoted, "p"), known)
    elif block.role == "Code":
        etree.SubElement(body, "pre").text = "\n".join(line.text for line in block.lines)
    elif last is not None and last.tag == "p" and _is_cut(last, block.lines):
        if len(last):
            last[-1].tail = f"{last[-1].tail or ''} "
        else:
            last.text = f"{last.text or ''} "
        write_lines(block.lines, last, known)
    else:
        write_lines(block.lines, etree.SubElement(body, "p"), known)


def _is_cut(last: Element, lines: Sequence[PdfLine]) -> bool:
    """Whether a paragraph goes on, which a page cut."""
    text = "".join(str(part) for part in last.itertext())
    return not _END.search(text) and lines[0].text[:1].islower()


def _term(block: _Block, body: Element, known: frozenset[str]) -> None:
    """A term, whose definition is the next item."""
    last = body[-1] if len(body) else None
    listed = last if last is not None and last.tag == "dl" else etree.SubElement(body, "dl")
    write_lines(block.lines, etree.SubElement(listed, "dt"), known, marked=False)


def _cell(block: _Block, body: Element, known: frozenset[str]) -> None:
    last = body[-1] if len(body) else None
    table = last if last is not None and last.tag == "table" else etree.SubElement(body, "table")
    left = float(table.get("data-left", "1e9"))
    row = etree.SubElement(table, "tr") if block.left <= left + 1 or not len(table) else table[-1]
    table.set("data-left", str(block.left))
    cell = etree.SubElement(row, "th" if "TH" in block.roles else "td")
    write_lines(block.lines, cell, known, marked=False)


def _item(block: _Block, body: Element, known: frozenset[str], label: str) -> None:
    if label and not _MARK.fullmatch(label):
        write_lines(block.lines, etree.SubElement(body[-1], "dd"), known)
        return
    depth = block.roles.count("L")
    kind = "ol" if re.match(r"\(?\w{1,4}[.)]", label) else "ul"
    to = body
    for level in range(max(depth, 1)):
        last = to[-1] if len(to) else None
        if last is None or last.tag not in ("ul", "ol"):
            last = etree.SubElement(to, kind)
        if level < depth - 1:
            to = last[-1] if len(last) else etree.SubElement(last, "li")
        else:
            to = last
    if label or not len(to):
        write_lines(block.lines, etree.SubElement(to, "li"), known)
    else:
        write_lines(block.lines, etree.SubElement(to[-1], "p"), known)
