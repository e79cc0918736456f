"""Text in two columns: content in them, content that spans both, and a common baseline grid.

The engine fills columns and places notes below them, but only direct children of the columns can
span them, and it has no baseline grid. So the text is divided here into stretches of columns, with
wide content in between; and content that does not consist of whole lines (a figure, a table) is
filled up to whole lines once its height is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.package.pdf.engine.adapter.boxes import all_boxes, has_class
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage
from pipeline.package.pdf.print_markup import HEADINGS, classes

OPEN = frozenset({"dialogue", "turn", "speech"})
"""Classes of elements that can be divided like sections."""

SPANNING_CLASSES = frozenset(
    "beside-picture wide chart figures columns side-by-side index-list landscape page-break".split()
)
"""Classes of elements that span both columns."""

LINES = frozenset(
    "a abbr b blockquote br cite code del dd div dl dt em h2 h3 h4 h5 h6 i ins kbd li mark ol p q s"
    " samp small span strong sub sup u ul".split()
)
"""Elements that consist of whole lines of text."""

UNEVEN = frozenset(
    {"blank", "box", "choices", "activity", "equation", "exercise", "for-teachers", "lead", "small"}
    | {"end-note", "pull-quote", "epigraph", "verse", "sidebar", "writing-lines", "bibliography"}
)
"""Classes of exceptions to these."""

LISTS = frozenset({"dl", "ol", "ul"})

NEARLY = 0.02
"""The fraction of a line by which a height may differ without padding."""


BELOW = {"list": 0.25, "picture": 0.5}
"""The part of a line that is empty below a list or a picture, at least: a list that goes on in the
other column has its space above in the first."""

QUESTIONS_TO_DIVIDE = 3
"""Questions from which on an exercise may go on in the next column."""

LETTERS_OF_SQUARE = 750
"""About how many letters take a square as wide as a column."""


class _Leaf(NamedTuple):
    """A block of the text, with the sections (and speeches) that it is in; in a newsletter, the
    first story ``leads``: its headline spans the columns, which end before the other stories."""

    sections: tuple[Element, ...]
    element: Element
    is_wide: bool
    leads: bool = False


def arrange_columns(root: Element) -> None:
    """Divide the text into stretches of columns (``div.flow``) with wide content in between, and
    wrap content to be filled up (``div.snap``). Sections are divided too: the first part keeps the
    id, further ones have the class ``goes-on``."""
    if "in-columns" not in classes(root):
        return
    for main in root.iter("main"):
        _arrange(main, classes(root))


def _arrange(main: Element, kind: frozenset[str]) -> None:
    lead = main.find("section") if "levelled" in kind else None
    if lead is not None and _has_short_text(lead):
        story = Element("div", {"class": "story"})
        story[:] = lead[2:]
        lead[2:] = [story]
        lead.set("class", f"beside-picture {lead.get('class', '')}".strip())
    leaves = _with_headings(list(_leaves(main, (), "book" in kind)))
    if lead is not None:
        leaves = [_in_lead(leaf, lead) for leaf in leaves]
    for parent in {main, *(section for leaf in leaves for section in leaf.sections)}:
        parent.text = None
        parent[:] = ()
    used: set[Element] = set()
    group: list[_Leaf] = []
    for leaf in leaves:
        if group and (group[-1].is_wide, group[-1].leads) != (leaf.is_wide, leaf.leads):
            main.append(_stretch(group, used))
            group = []
        group.append(leaf)
    if group:
        main.append(_stretch(group, used))


def fill_lines(pages: Iterable[TypesetPage], line: float) -> bool:
    """Fill up content that does not consist of whole lines of ``line`` CSS pixels: completely on
    the page where it ends. Returns whether this changes the layout."""
    ends = {
        box.element: box for page in pages for box in all_boxes(page.box) if has_class(box, "snap")
    }
    changed = False
    for element, box in ends.items():
        height = box.border_height() - box.padding_bottom
        below = next((part for name, part in BELOW.items() if has_class(box, name)), 0)
        lines = math.ceil(height / line + below - NEARLY)
        missing = max(0.0, lines * line - height)
        if abs(missing - box.padding_bottom) > NEARLY * line:
            element.set("style", f"padding-bottom: {missing:.3f}px")
            changed = True
    return changed


def _leaves(parent: Element, sections: tuple[Element, ...], is_book: bool) -> Iterator[_Leaf]:
    for child in parent:
        names = classes(child)
        if (child.tag == "section" and "beside-picture" not in names) or OPEN & names:
            yield from _leaves(child, (*sections, child), is_book)
        else:
            opens = is_book and child.tag == "h2" and "level-1" in classes(parent)
            kinds = map(classes, child.iter())
            is_wide = opens or any(SPANNING_CLASSES & kind and "wrap" not in kind for kind in kinds)
            yield _Leaf(sections, child, is_wide)


def _with_headings(leaves: list[_Leaf]) -> list[_Leaf]:
    """The leaves; headings before wide content, with their duration labels, span the same width."""
    before_wide = False
    for index in reversed(range(len(leaves))):
        leaf = leaves[index]
        if before_wide and (leaf.element.tag in HEADINGS or "timed" in classes(leaf.element)):
            leaves[index] = leaf._replace(is_wide=True)
        before_wide = leaves[index].is_wide
    return leaves


def _in_lead(leaf: _Leaf, lead: Element) -> _Leaf:
    if lead not in leaf.sections:
        return leaf
    is_headline = leaf.element.tag == "h2"
    return leaf._replace(leads=True, is_wide=leaf.is_wide or is_headline)


def _has_short_text(lead: Element) -> bool:
    """Return whether a story begins with a picture that is higher in a column than its text."""
    begins = len(lead) > 2 and {"image", "figure"} & {lead[1].tag, *classes(lead[1])}
    if not begins or any(
        child.tag == "section" or SPANNING_CLASSES & classes(child) for child in lead
    ):
        return False
    images = lead[1].iter("img")
    height = sum(float(img.get("height", 0)) / float(img.get("width", 1)) for img in images)
    letters = sum(len("".join(child.itertext())) for child in lead[2:])
    return 0 < letters < height * LETTERS_OF_SQUARE


def _stretch(leaves: list[_Leaf], used: set[Element]) -> Element:
    """The leaves in their sections again, as columns or across them."""
    is_wide = leaves[0].is_wide
    kind = "across" if is_wide else "flow lead-story" if leaves[0].leads else "flow"
    stretch = Element("div", {"class": kind})
    path: list[tuple[Element, Element]] = []
    for sections, element, *_ in leaves:
        same = 0
        while same < min(len(path), len(sections)) and path[same][0] is sections[same]:
            same += 1
        del path[same:]
        for section in sections[same:]:
            part = _part(section, used)
            (path[-1][1] if path else stretch).append(part)
            path.append((section, part))
        parent = path[-1][1] if path else stretch
        if (
            not is_wide
            and len(element.findall("ol/li")) >= QUESTIONS_TO_DIVIDE
            and "exercise" in classes(element)
        ):
            element.set("class", f"{element.get('class', '')} in-questions")
        parent.append(element if is_wide or _is_even(element) else _wrap(element))
    return stretch


def _part(section: Element, used: set[Element]) -> Element:
    if section not in used:
        used.add(section)
        return section
    part = Element(section.tag, dict(section.attrib))
    part.attrib.pop("id", None)
    part.set("class", f"{section.get('class', '')} goes-on".strip())
    return part


def _is_even(element: Element) -> bool:
    """Return whether a block is as high as a number of lines."""
    if element.tag in LISTS:  # half a line above it and below
        return False
    return all(inner.tag in LINES and not UNEVEN & classes(inner) for inner in element.iter())


def _wrap(element: Element) -> Element:
    names = classes(element)
    kind = "snap list" if element.tag in LISTS else "snap"
    if element.tag == "figure" or "image" in names:
        kind = "snap picture"
    elif element.tag == "p" and "begins-with-image" not in names:
        kind = "snap text"
    wrapper = Element("div", {"class": kind})
    wrapper.append(element)
    return wrapper
