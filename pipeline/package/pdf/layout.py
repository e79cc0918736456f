"""Lays out the print edition, once, or again if the pages influence their own content; and reads
what stands on its pages, and their numbers.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element, SubElement

from msgspec.structs import replace

from pipeline.features import here
from pipeline.model.css_addresses import string
from pipeline.model.editions import EDITIONS
from pipeline.model.page_map import HYPHEN, OUTLINE, PAGE, TARGET, TELLS_PAGE, letters
from pipeline.model.rendered import Pages, Style
from pipeline.model.sheet import fit_for
from pipeline.model.words.writing_conventions import roman as roman_numeral
from pipeline.package.pdf.engine.adapter import boxes, typesetter
from pipeline.package.pdf.engine.adapter.boxes import (
    LayoutBox,
    all_boxes,
    children,
    elements,
    has_class,
    is_furniture,
    is_inline,
    is_text,
)
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary
from pipeline.package.pdf.engine.adapter.page_layout import PAGE_FLOAT
from pipeline.package.pdf.engine.adapter.typesetter import POINT, TypesetPage, Typesetter
from pipeline.package.pdf.even_pages import planning_for
from pipeline.package.pdf.print_markup import HEADINGS, classes, first_blocks
from pipeline.package.result import StrandedHeading
from pipeline.package.units import LastHeading, PageFoot

# --- index -----------------------------------------------------------------------------------
# The page numbers of an index, once the pages are known.

RANGE = "–"
"""The separator between the first and the last page of several."""


Labels: TypeAlias = Callable[[Sequence[TypesetPage]], list[str]]
"""A function for the page numbers as printed."""


class _Place(NamedTuple):
    """A place: the id ``target``, or (``is_range``) all pages of the element with this id."""

    target: str
    is_range: bool


class PageRange(NamedTuple):
    """First and last page, counted from 0, and the link target on the first."""

    first: int
    last: int
    target: str


class PageNumbers:
    """The places in the indexes of a tree. Each is a link in a `span` of the class ``pages``,
    with separators in between. ``labels`` gives the page numbers, if they differ from the sheet
    numbers."""

    def __init__(self, root: Element, labels: Labels | None = None) -> None:
        self._labels = labels or (lambda pages: folios(len(pages)))
        self._entries: list[tuple[Element, list[_Place], str]] = []
        for span in root.iter("span"):
            if "pages" in classes(span):
                links = list(span)
                places = [
                    _Place(link.get("href", "").removeprefix("#"), "whole" in classes(link))
                    for link in links
                ]
                self._entries.append((span, places, (links[0].tail or "") if links else ""))
        self.wholes = frozenset(
            place.target for _, places, _ in self._entries for place in places if place.is_range
        )

    def fill(self, pages: Sequence[TypesetPage]) -> bool:
        """Write the page numbers of ``pages`` into the tree; returns whether any has changed."""
        if not self._entries:
            return False
        starts = first_pages(page.anchors for page in pages)
        ends = {
            name: number
            for number, page in enumerate(pages)
            for name in names_on(page, self.wholes)
        }
        return self.write(starts, ends, self._labels(pages))

    def write(
        self, starts: Mapping[str, int], ends: Mapping[str, int], labels: Sequence[str]
    ) -> bool:
        """Write the first and last pages of places into the tree, by their labels; returns whether
        any has changed."""
        changed = False
        for span, places, between in self._entries:
            ranges = [
                PageRange(starts[target], ends.get(target, 0) if whole else 0, target)
                for target, whole in places
                if target in starts
            ]
            roman = [pages for pages in ranges if not labels[pages.first].isdecimal()]
            rest = [pages for pages in ranges if labels[pages.first].isdecimal()]
            new = list(_links([*merge_ranges(roman), *merge_ranges(rest)], labels, between))
            if _describe_links(new) != _describe_links(span):
                span[:] = new
                changed = True
        return changed


def merge_ranges(ranges: Iterable[PageRange]) -> list[PageRange]:
    """The pages in order, with adjacent and overlapping ranges joined."""
    result: list[PageRange] = []
    for first, last, target in sorted(ranges):
        last = max(first, last)
        if result and first <= result[-1].last + 1:
            result[-1] = result[-1]._replace(last=max(last, result[-1].last))
        else:
            result.append(PageRange(first, last, target))
    return result


def folios(pages: int, front: int = 0) -> list[str]:
    """The printed numbers of a number of pages, of which those in ``front`` have Roman ones."""
    numerals = (roman_numeral(number).lower() for number in range(1, front + 1))
    return [*numerals, *map(str, range(1, pages - front + 1))]


def _links(pages: list[PageRange], labels: Sequence[str], between: str) -> Iterator[Element]:
    for number, (first, last, target) in enumerate(pages, start=1):
        link = Element("a", {"href": f"#{target}"})
        label, last_label = labels[first], labels[last]
        link.text = label if label == last_label else f"{label}{RANGE}{last_label}"
        link.tail = between if number < len(pages) else None
        yield link


def _describe_links(links: Iterable[Element]) -> list[tuple[str | None, str | None]]:
    return [(link.get("href"), link.text) for link in links]


def first_pages(names: Iterable[Iterable[str]]) -> dict[str, int]:
    """The first page that each of the names is on."""
    firsts: dict[str, int] = {}
    for number, page in enumerate(names):
        for name in page:
            firsts.setdefault(name, number)
    return firsts


def names_on(page: TypesetPage, requested: Collection[str]) -> list[str]:
    """The requested ids that are on a page."""
    if not requested:
        return []
    names = dict.fromkeys(element.get("id", "") for element in elements(page.box))
    return [name for name in names if name in requested]


# --- roman folios ----------------------------------------------------------------------------
# Roman page numbers before the text of a book, which begins with page 1 (``front_numbers``).

TRIALS = 3
"""The maximum number of layouts until the number of front pages stays the same."""

SPARE = 20
"""Numbers for pages that the next layout may have more."""

RULES = """\
@page :left { @bottom-left { content: counter(page, folio) } }
@page :right { @bottom-right { content: counter(page, folio) } }
.contents a::after { content: " " target-counter(attr(href), page, folio) }
.page-of::before { content: target-counter(attr(data-target), page, folio) }
"""


class NumberedPages(NamedTuple):
    """The pages with styles for their numbers, and how many there are before the text."""

    pages: Pages
    front: int = 0


def number_front(setter: Typesetter, root: Element, pages: Pages) -> NumberedPages:
    """The pages of a book, which are laid out on trial to know where its text begins."""
    numbered, blocks = NumberedPages(pages), first_blocks(root)
    if not blocks:
        return numbered
    number = [*root.iter()].index(blocks[-1])
    for _ in range(TRIALS):
        trial = copy.deepcopy(root)
        begins = [*trial.iter()][number]
        document = set_pages(setter, trial, numbered.pages)
        shown = [begins in set(elements(page.box)) for page in document.pages]
        front = shown.index(True) if True in shown else 0
        if front == numbered.front:
            break
        numbered = NumberedPages(_add_folios(pages, front, len(document.pages)), front)
    return numbered


def _add_folios(pages: Pages, front: int, count: int) -> Pages:
    symbols = " ".join(map(string, folios(count + SPARE, front)))
    numerals = f"@counter-style folio {{ system: fixed; symbols: {symbols}; suffix: '' }}\n"
    return replace(pages, styles=(*pages.styles, Style("folios.css", numerals + RULES)))


def label_pages(pdf: PDF, front: int) -> None:
    """Give the pages of a PDF the numbers printed on them (ISO 32000-1, 12.4.2)."""
    numbers = Array([0, Dictionary({"S": "/r"}), front, Dictionary({"S": "/D"})])
    pdf.catalog["PageLabels"] = Dictionary({"Nums": numbers})


# --- page feet -------------------------------------------------------------------------------
# Headings at the foot of a page without their text.
#
# The rule is that of `print_faults` for finished files, where the lines of the text are known
# without reading the file again.


LINES_BELOW, TALL = 2, 20 / POINT
"""Lines that should follow a heading; the height from which an image or a frame counts as one."""

FOOT = 5
"""Times a heading's size: no farther from the lowest line of all pages of its size is the foot."""

OWN_PARTS = ("title-page", "contents")
"""The classes of parts that are not the author's, whose headings stay with what is below them."""


class _Piece(NamedTuple):
    """A line or a block without lines: where it is, what it counts as, and the heading and the id
    of the section that it belongs to."""

    y: float
    lines: int
    heading: Element | None
    size: float
    section: str
    is_note: bool = False


def page_foot(page: TypesetPage) -> PageFoot:
    """The headings on a page that have too few lines below them, and where the page ends."""
    pieces = [*_pieces(page.box)]
    text = [piece for piece in pieces if not piece.is_note]
    headings = [*dict.fromkeys(piece.heading for piece in text if piece.heading is not None)]
    opening = text[0].heading if text else None
    lowest = max((piece.y for piece in pieces), default=0)
    last = (_last_heading(heading, pieces) for heading in headings)
    size = page.width, page.height
    return PageFoot(size, lowest, _level(opening), tuple(heading for heading in last if heading))


def _last_heading(heading: Element, pieces: Sequence[_Piece]) -> LastHeading | None:
    """A heading with too few lines below it, None if it has enough or is complete."""
    last = max(number for number, piece in enumerate(pieces) if piece.heading is heading)
    ending, later = pieces[last], pieces[last + 1 :]
    levels = (_level(piece.heading) for piece in later)
    next_level = next(filter(None, levels), 0)
    if next_level and next_level <= _level(heading):
        return None  # it has all of its text
    has_note = any("note" in classes(element) for element in heading.iter())
    below = {
        round(piece.y): piece.lines
        for piece in later
        if piece.y > ending.y and not (has_note and piece.is_note)
    }
    if sum(below.values()) >= LINES_BELOW:
        return None
    text = heading.get(OUTLINE) or " ".join("".join(heading.itertext()).split())
    return LastHeading(ending.y, ending.size, _level(heading), next_level, text, ending.section)


def _level(heading: Element | None) -> int:
    return 0 if heading is None else int(heading.tag[1])


def _pieces(page: boxes.LayoutBox) -> Iterator[_Piece]:
    """The content of a page, in order, without running heads and feet."""
    stack: list[tuple[boxes.LayoutBox, Element | None, str, bool]] = []
    stack += [
        (box, None, "", False) for box in boxes.children(page)[::-1] if not boxes.is_furniture(box)
    ]
    while stack:
        box, heading, section, is_note = stack.pop()
        element = box.element
        if boxes.is_floating(box) or any(boxes.has_class(box, name) for name in OWN_PARTS):
            continue
        if element is not None and element.tag in HEADINGS:
            heading = element
        elif element is not None and element.tag == "section":
            section = element.get("id", section)
        is_note = is_note or boxes.is_notes(box)
        inner = boxes.children(box)
        lines = _lines(box, is_leaf=not inner)
        if lines:
            y = box.position_y + (box.baseline if boxes.is_line(box) else 0)
            yield _Piece(y, lines, heading, box.style["font_size"], section, is_note)
        elif not boxes.is_line(box):
            stack += [(child, heading, section, is_note) for child in inner[::-1]]


def _lines(box: boxes.LayoutBox, *, is_leaf: bool) -> int:
    """The number of lines that a box counts as, 0 if those within it count."""
    if boxes.is_line(box):
        inner = [inner_box for inner_box in boxes.all_boxes(box) if boxes.shows(inner_box)]
        is_tall = any(boxes.is_image(inner_box) and inner_box.height >= TALL for inner_box in inner)
        return LINES_BELOW if is_tall else int(bool(inner))
    if not is_leaf:
        return 0
    if box.border_height() >= TALL:
        return LINES_BELOW
    return int(boxes.has_class(box, "line"))


def find_stranded(feet: Sequence[PageFoot]) -> tuple[StrandedHeading, ...]:
    """The headings at the foot whose text follows on the next page. Nothing could follow on the
    last."""
    lowest: dict[tuple[float, float], float] = {}
    for page in feet:
        lowest[page.size] = max(lowest.get(page.size, 0), page.lowest)
    return tuple(
        StrandedHeading(number, heading.text, heading.section)
        for number, (page, following) in enumerate(itertools.pairwise(feet), start=1)
        for heading in page.headings
        if lowest[page.size] - heading.y < FOOT * heading.size
        and (heading.next_level or not 0 < following.opening <= heading.level)
    )


# --- text flows ------------------------------------------------------------------------------
# The text of printed pages, by the elements that it is from.


class Flow(NamedTuple):
    """A number of letters of an element's own text, and of lines to write on."""

    element: Element
    letters: int
    lines: int


def text_flows(pages: Sequence[TypesetPage]) -> list[list[Flow]]:
    """The text of each page."""
    heads: set[Element] = set()
    flows_of_pages: list[list[Flow]] = []
    for page in pages:
        flows: list[Flow] = []
        shown: set[Element] = set()
        for box in _text_flow(page.box, heads):
            element = box.element
            shown.add(element)
            count = len(letters(box.text.removesuffix(HYPHEN))) if is_text(box) else 0
            lines = 0 if is_text(box) else sum(has_class(child, "line") for child in children(box))
            if flows and flows[-1].element is element:
                count, lines = count + flows[-1].letters, lines + flows[-1].lines
                flows.pop()
            flows.append(Flow(element, count, lines))
        heads |= {element for element in shown if element.tag == "thead"}
        flows_of_pages.append(flows)
    return flows_of_pages


def _text_flow(page: LayoutBox, heads: set[Element]) -> Iterator[LayoutBox]:
    """The boxes of elements on a page that are of the text: without running heads and feet,
    and the heads of tables that an earlier page has already."""
    stack = [box for box in children(page) if not is_furniture(box)][::-1]
    while stack:
        box = stack.pop()
        element = box.element
        if has_class(box, PAGE_FLOAT) and boxes.is_floating(box):
            continue  # the text before it may be on the same page
        if element is not None and (element in heads or "::" in (box.element_tag or "")):
            continue
        if element is not None:
            yield box
        stack += children(box)[::-1]


# --- layout ----------------------------------------------------------------------------------
# Lays out the print edition: once, or again if the pages influence their own content.
#
# The page numbers of an index are only known after layout, and so are the notes for which the
# margin has no room, and the heights of content in columns. All of these are corrected in the
# markup for the next layout.

PAGE_AT_MOST = 8_000
"""More letters than a page has."""

LAYOUTS = 4
"""The maximum number of times that a publication is laid out."""


def lay_out(
    setter: typesetter.Typesetter, root: Element, pages: Pages, labels: Labels | None = None
) -> typesetter.TypesetDocument:
    """The document, with pages whose content is marked. ``pages`` have its styles."""
    document = set_pages(setter, root, pages, labels=labels)
    finish_layout(root, document)
    return document


def finish_layout(root: Element, document: typesetter.TypesetDocument) -> None:
    """Have the pages marked, when they stay as they are."""
    document.mark()
    _drop_repeated_links(root, document.pages)


def set_pages(
    setter: typesetter.Typesetter,
    root: Element,
    pages: Pages,
    most_pages: int | None = None,
    labels: Labels | None = None,
) -> typesetter.TypesetDocument:
    """The document. Raises `TooManyPagesError` if there are more than ``most_pages``."""
    numbers, sheet, edition = PageNumbers(root, labels), pages.sheet, EDITIONS[pages.edition]
    planned = sheet is not None and sheet.planned
    # The number of pages stays what was fitted, and pages of another edition begin where they do.
    may_change = not edition.same_pages and not fit_for(edition, pages.metadata)
    planning = planning_for(lines=planned, pages=planned and may_change)
    references = None if planning.make_pages else ReferencesWithin(root)
    planning = planning._replace(references=references)
    styles = [style.css for style in pages.styles]
    line = sheet.leading / typesetter.POINT if sheet and sheet.columns > 1 else 0
    return settle(
        root,
        lambda: setter.set(root, styles, most_pages, planning=planning),
        numbers,
        line,
        references,
    )


def settle(
    root: Element,
    lay_out: Callable[[], typesetter.TypesetDocument],
    numbers: PageNumbers | None = None,
    line: float = 0,
    references: ReferencesWithin | None = None,
) -> typesetter.TypesetDocument:
    """The final document that `lay_out` returns for ``root``, when nothing changes any more.
    ``numbers`` are those of its index, and columns consist of whole lines of this height.
    ``references`` are given if it is the layout that has them tell pages."""
    in_margin = [element for element in root.iter() if "margin" in classes(element)]
    for note in () if here("margin_notes") else in_margin:
        note.set("class", "note")
    between_layouts = None if references else References(root)
    for layout in range(LAYOUTS):
        document, is_last = lay_out(), layout == LAYOUTS - 1
        changed = numbers is not None and numbers.fill(document.pages)
        if between_layouts and not is_last:
            changed |= bool(between_layouts.tell([page.box for page in document.pages]))
        rejected: Iterable[Element] = ()
        if in_margin and here("margin_notes"):
            from pipeline.features.margin_notes import place_margin_notes

            rejected = place_margin_notes(document.pages, is_last)
        for note in rejected:
            note.set("class", "note")
        lost = _lost_notes(root, document.pages)
        for note in lost:
            note.set("class", "note stray")
        moved = False
        if line > 0 and here("columns"):
            from pipeline.features.columns import fill_lines

            moved = fill_lines(document.pages, line)
        if not changed and not rejected and not lost and not moved:
            break
    if references:
        references.end()
    return document


class References:
    """The references that may tell the page of a place, and whether they do. They are changed in
    the markup, for the next layout."""

    def __init__(self, root: Element) -> None:
        titles = {e for title in root.iter() if title.tag in HEADINGS for e in title.iter()}
        marked = (e for e in root.iter() if TELLS_PAGE in e.attrib and e not in titles)
        self._telling = {element: len(element) > 0 for element in marked}
        self._guessed = self._find_far(root)
        for element in self._guessed:
            self._change(element, is_telling=True)

    def _find_far(self, root: Element) -> set[Element]:
        """The references to places that are farther away than a page is long, from each other too:
        otherwise that is known after a layout, and each needs another."""
        places, uses, count = dict[str, int](), dict[str, list[tuple[int, Element]]](), 0
        for element in root.iter() if self._telling else ():
            places.setdefault(f"#{element.get('id')}", count)
            if element in self._telling:
                uses.setdefault(element.get("href", ""), []).append((count, element))
            count += len(element.text or "") + len(element.tail or "")
        far = set[Element]()
        for target, of_target in uses.items():
            at = places.get(target, -PAGE_AT_MOST)
            for number, (place, element) in enumerate(of_target):
                beside = of_target[max(0, number - 1) : number] + of_target[number + 1 : number + 2]
                others = (at, *(use for use, _ in beside))
                if not self._telling[element] and all(
                    abs(place - other) > PAGE_AT_MOST for other in others
                ):
                    far.add(element)
        return far

    def tell(self, pages: Sequence[LayoutBox]) -> set[int]:
        """Have the first reference to a place on each other page tell the page of that, and those
        that were guessed to do so only where that is right. Returns the pages that change."""
        if not self._telling:
            return set()
        names = ([element.get("id", "") for element in elements(page)] for page in pages)
        starts, changed, seen = first_pages(names), set[int](), set[Element]()
        for number, page in enumerate(pages):
            told = set[str]()
            for element in elements(page):
                if element not in self._telling or element in seen:
                    continue
                seen.add(element)
                target = element.get("href", "")
                is_elsewhere = starts.get(target[1:]) != number and target not in told
                told.add(target)
                is_known = self._telling[element] and element not in self._guessed
                if is_elsewhere != self._telling[element] and not is_known:
                    self._change(element, is_telling=is_elsewhere)
                    changed.add(number)
        for element in self._guessed - seen:
            self._change(element, is_telling=False)
        self._guessed.clear()
        return changed

    def _change(self, reference: Element, *, is_telling: bool) -> None:
        self._telling[reference] = is_telling
        if is_telling:
            _tell_page(reference)
        else:
            _tell_no_page(reference)


class ReferencesWithin(References):
    """Those of a text that is laid out as a whole: all tell pages in the markup until it is laid
    out, and in the layout those that should. So that makes only the pages again that change."""

    def __init__(self, root: Element) -> None:
        self._boxes: dict[Element, list[tuple[Any, Sequence[Any]]]] = {}
        self._changes = 0
        super().__init__(root)
        for element in self._telling:
            if len(element) == 0:
                _tell_page(element)

    def find(self, roots: Iterable[Any]) -> None:
        """Take note of the boxes of a new layout, before it has pages."""
        self._boxes.clear()
        for box in (box for root in roots for box in all_boxes(root)) if self._telling else ():
            if box.element in self._telling and is_inline(box) and "::" not in box.element_tag:
                self._boxes.setdefault(box.element, []).append((box, box.children))
        for element, is_telling in self._telling.items():
            self._show(element, is_telling=is_telling)

    def tell(self, pages: Sequence[LayoutBox]) -> set[int]:
        changed = super().tell(pages) if self._changes < LAYOUTS - 1 else set[int]()
        self._changes += bool(changed)
        return changed

    def _change(self, reference: Element, *, is_telling: bool) -> None:
        self._telling[reference] = is_telling
        self._show(reference, is_telling=is_telling)

    def _show(self, reference: Element, *, is_telling: bool) -> None:
        for box, content in self._boxes.get(reference, ()):
            own = [child for child in content if child.element is reference]
            box.children = content if is_telling else own

    def end(self) -> None:
        """Have the markup as the pages."""
        for element, is_telling in self._telling.items():
            if not is_telling:
                _tell_no_page(element)


def _tell_page(reference: Element) -> None:
    """Have a reference tell the page of a place, in elements of their own: those around have as
    many letters as before."""
    before, _, after = reference.get(TELLS_PAGE, "").partition("{reference}")
    label = reference.text
    for words_around, following in ((before, label), (after, None)):
        if not words_around:
            continue
        if words_around is before:
            reference.text = None
        span = SubElement(reference, "span")
        span.text, found, rest = words_around.partition("{page}")
        span.tail = following
        if found:
            page = SubElement(span, "span", {"class": "page-of", TARGET: reference.get("href", "")})
            page.set(PAGE, reference.get(PAGE, ""))
            page.tail = rest


def _tell_no_page(reference: Element) -> None:
    reference.text = "".join(child.tail or "" for child in reference) or reference.text
    del reference[:]


def _lost_notes(root: Element, pages: list[typesetter.TypesetPage]) -> list[Element]:
    """The notes that are on no page: WeasyPrint loses those that are referred to from content out
    of the flow, as in a custom template. They are then set at their reference."""
    notes = [span for span in root.iter("span") if "note" in classes(span)]
    if not notes:
        return []
    shown = {element for page in pages for element in elements(page.box)}
    return [note for note in notes if note not in shown]


def _drop_repeated_links(root: Element, pages: list[typesetter.TypesetPage]) -> None:
    """Leave no links in the heads of tables that are repeated on further pages: they say
    nothing to a listener, and so may lead nowhere."""
    heads = {link for head in root.iter("thead") for link in head.iter("a")}
    seen: set[Element] = set()
    for page in pages:
        seen |= heads & page.without_links(seen)
