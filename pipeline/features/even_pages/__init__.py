"""Pages of books that end well: drafts with empty lines, from which `page_ends` chooses the lines
of paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.features.even_pages.page_drafts import (
    DraftPage,
    DraftPiece,
    chapters_of,
)
from pipeline.features.even_pages.page_ends import mended, pages_elsewhere
from pipeline.package.pdf.engine.adapter.boxes import (
    LayoutBox,
    all_boxes,
    bare,
    children,
    is_block,
    is_floating,
    is_line,
    is_notes,
    note_of,
    text_of_box,
)
from pipeline.package.pdf.engine.adapter.for_features import (
    initialize_page_maker,
    make_all_pages,
    strut,
)
from pipeline.package.pdf.engine.adapter.lines import DRAFTED, HYPHENS, PLAN
from pipeline.package.pdf.engine.adapter.page_layout import original_layout_document


def make_even_pages(html: Any, root_box: Any, context: Any, *rest: Any) -> Iterator[Any]:
    """The pages of a document. The lines of paragraphs are those with which pages end better than
    in a draft."""
    context.grid = strut(root_box.style)[0]
    beginning = _Beginning(context)
    draft = chapters_of(_drafted(html, root_box, context))
    choices = [*mended(draft)]
    context.pages_elsewhere = pages_elsewhere(draft, choices)
    for chapter, choice in zip(draft, choices, strict=True):
        for paragraph, breaks in zip(chapter.paragraphs, choice.lines, strict=True):
            paragraph.chosen = breaks
        for number, lines in enumerate(choice.taller, start=choice.before + 1):
            if lines:
                context.taller[number] = lines * chapter.line
    beginning.restore(context)
    pages = [*original_layout_document(html, root_box, context, *rest)]
    chosen = chapters_of(_pages(pages, context))
    if sum(chapter.cost() for chapter in chosen) > sum(chapter.cost() for chapter in draft):
        context.taller.clear()
        for chapter in draft:
            chapter.keep()
        beginning.restore(context)
        pages = [*original_layout_document(html, root_box, context, *rest)]
    yield from pages


class _Beginning:
    """The state of a context before pages are made: its footnotes, and the page numbers that are
    shown in the text."""

    def __init__(self, context: Any) -> None:
        collector = context.target_collector
        items = collector.target_lookup_items, collector.counter_lookup_items
        self._footnotes = context.footnotes.copy()
        self._items = [(item, vars(item).copy()) for of_kind in items for item in of_kind.values()]

    def restore(self, context: Any) -> None:
        context.footnotes = self._footnotes.copy()
        context.string_set.clear()
        context.running_elements.clear()
        for item, values in self._items:
            vars(item).update(values)


def _drafted(html: Any, root_box: Any, context: Any) -> list[DraftPage]:
    """Pages with empty lines."""
    initialize_page_maker(context, root_box)
    context.is_draft = True
    pages = [*make_all_pages(context, root_box, html, [])]
    context.is_draft = False
    return _pages(pages, context)


def _pages(pages: Sequence[Any], context: Any) -> list[DraftPage]:
    areas = [next((area for area in page.children if is_notes(area)), None) for page in pages]
    heights = {
        note.element: note.margin_height() for area in areas if area for note in area.children
    }
    return [
        _page(page, area, heights, is_right, next_page["break"])
        for page, area, (_, next_page, is_right, *_) in zip(
            pages, areas, context.page_maker, strict=False
        )
    ]


def _page(
    page: Any, area: Any, heights: Mapping[Any, float], is_right: bool, kind: str
) -> DraftPage:
    """A page with an area of notes, before which there is a break of a kind."""
    root, top = bare(page.children[0]), page.content_box_y()
    notes = [note.element for note in area.children] if area else []
    of_lines = [*_notes_in(root)] if heights else []
    room = area.margin_height() if notes else 0
    return DraftPage(
        tuple(_pieces(root, top, heights)),
        page.height,
        is_right,
        is_hyphenated=_is_hyphenated(root),
        begins=kind != "any",
        is_sided=kind not in ("any", "page", "always"),
        notes=room,
        around_notes=room - sum(heights[note] for note in notes),
        foot=area.position_y + room - top if notes else 0,
        has_stray=of_lines != notes,
    )


def _notes_in(box: LayoutBox) -> Iterator[Any]:
    """The notes whose numbers are in a box."""
    return (note for inner in all_boxes(box) if (note := note_of(inner)) is not None)


def _is_hyphenated(box: LayoutBox) -> bool:
    """Return whether a box ends in a hyphen."""
    last = box
    while inner := [child for child in children(last) if not is_floating(child)]:
        last = inner[-1]
    plan, number = vars(last).get(PLAN), vars(last).get(DRAFTED)
    if plan and number:
        return bool(plan.paragraph.chosen.is_hyphenated(number))
    return text_of_box(last).endswith((*HYPHENS, last.style["hyphenate_character"]))


def _pieces(
    box: LayoutBox, top: float, heights: Mapping[Any, float], keeps: bool = False
) -> Iterator[DraftPiece]:
    """The lines and other things in a box, which begin so far below the top of a page."""
    for child in children(box):
        if is_floating(child):
            continue
        style = child.style
        keeps_next = keeps or style["break_after"] in ("avoid", "avoid-page")
        plan = vars(child).get(PLAN)
        if is_line(child) and child.height and plan:
            yield DraftPiece(
                child.position_y - top,
                child.height,
                plan.paragraph,
                style["orphans"],
                style["widows"],
                keeps,
                tuple((place, heights.get(note, 0)) for place, note in plan.notes),
            )
        elif is_block(child) and children(child) and style["break_inside"] == "auto":
            yield from _pieces(child, top, heights, keeps_next)
        elif child.border_height():
            notes = _notes_in(child) if heights else ()
            yield DraftPiece(
                child.border_box_y() - top,
                child.border_height(),
                keeps=keeps_next,
                notes=tuple((0, heights[note]) for note in notes if note in heights),
            )
