"""Sets a unit of a text by itself, and its running heads and feet."""

from __future__ import annotations

from pathlib import Path

from pipeline.features.units.running_heads import heads as set_furniture
from pipeline.features.units.running_heads import is_plain, place_of, styled
from pipeline.keep import kept
from pipeline.model.editions import Edition
from pipeline.model.rendered import tree_of
from pipeline.package import units
from pipeline.package.pdf.engine.adapter.drawn import draw, shown
from pipeline.package.pdf.engine.adapter.objects import PDF
from pipeline.package.pdf.engine.adapter.page_layout import Planning, Targets
from pipeline.package.pdf.engine.adapter.problems import reporting_to
from pipeline.package.pdf.engine.adapter.typesetter import TypesetDocument, Typesetter
from pipeline.package.pdf.grey import turn_drawn
from pipeline.package.pdf.index import names_on
from pipeline.package.pdf.layout import finish_layout, settle
from pipeline.package.pdf.page_feet import page_foot
from pipeline.package.pdf.print_markup import ready_text
from pipeline.package.pdf.tags import drawn_text, read_tags
from pipeline.package.pdf.text_flows import text_flows
from pipeline.system.paths import note

NOTHING = units.DrawnPages((), (), {}, ())
"""The empty drawing of a unit that is laid out again once its page numbers are known."""

EPSILON = 1e-6
"""CSS pixels that two places may differ by and be the same."""


@kept
def unit(part: units.Unit, edition: Edition, folder: Path, pango: str) -> units.TypesetUnit:
    """A unit of an edition, set and drawn, with this version of Pango; its assets are in a
    ``folder``."""
    note(part.fonts)
    root = tree_of(part.markup)
    order = {element: number for number, element in enumerate(root.iter())}
    ready_text(root, part.missing)
    if side := part.side or part.facing:
        root.set("style", f"{root.get('style', '')}; break-before: {side}")
    is_grey = edition.look == "grey"
    setter = Typesetter(map(Path, part.fonts), folder, part.assets, is_grey=is_grey)
    planning = Planning(part.planned, part.planned)
    messages: list[tuple[str, str, str]] = []
    with reporting_to(lambda *message: messages.append(message)):
        document = settle(
            root,
            lambda: setter.set(
                root, part.styles, targets=Targets(part.page_numbers), planning=planning
            ),
        )
        finish_layout(root, document)
        for page in document.pages:
            for number, link in enumerate(page.links):
                link[3].link_annotation = number
        flows = text_flows(document.pages)
        tags, texts = list[units.Tag](), list[units.DrawnText]()

        def finish(pdf: PDF) -> None:
            tags.append(read_tags(document, root, {}, part.level))
            texts.append(drawn_text(tags[0], shown(document, pdf)))
            turn_drawn(pdf, edition)

        is_draft = part.page_numbers is None and document.requested
        drawing, tree, text = NOTHING, units.Tag("Document", {}, ()), units.DrawnText()
        if not is_draft:
            drawing = draw(document, finish)
            (tree,), (text,) = tags, texts
    pages = tuple(
        units.UnitPage(
            name=page.box.page_type.name,
            width=page.width,
            height=page.height,
            area=place_of(page.box),
            strings=document.strings(number),
            marks=len(page.marks or ()),
            links=tuple(units.PageLink(*link[:3]) for link in page.links),
            anchors=dict(page.anchors),
            bookmarks=tuple(units.Bookmark(*mark) for mark in page.bookmarks),
            flows=tuple(
                units.UnitFlow(order[piece.element], piece.letters, piece.lines)
                for piece in flow
                if piece.element in order
            ),
            again=tuple(names_on(page, frozenset(part.wholes))),
            foot=page_foot(page),
        )
        for number, (page, flow) in enumerate(zip(document.pages, flows, strict=True), start=1)
    )
    note(setter.files.files)
    return units.TypesetUnit(
        pages, drawing, tree, text, document.requested, tuple(messages),
        tuple(map(str, setter.files.files)), setter.files.diagnostics, _unfit(document),
        document.pages_elsewhere,
    )  # fmt: skip


def _unfit(document: TypesetDocument) -> str:
    if document.counts_pages:
        return "its page numbers are counted in style sheets"
    if any(page.box.page_type.blank for page in document.pages):
        return "notes continue after its end"
    if any(font.missing for font in document.fonts.values()):
        return "fonts lack some of its letters"
    if not all(is_plain(page) for page in document.pages):
        return "its pages have backgrounds, borders or bleed"
    if any(link[0] == "attachment" for page in document.pages for link in page.links):
        return "files are attached to it"
    return ""


@kept
def heads(furniture: units.Furniture, edition: Edition, pango: str) -> units.Heads:
    """The running heads and feet of a unit's pages."""
    note(furniture.fonts)
    on = styled(furniture, is_grey=edition.look == "grey")
    messages = list(on.messages)
    with reporting_to(lambda *message: messages.append(message)):
        document = set_furniture(on, furniture)
        document.mark()

        def finish(pdf: PDF) -> None:
            read_tags(document, on.root, {})
            turn_drawn(pdf, edition)

        drawing = draw(document, finish, above=True)
    places = [place_of(page.box) for page in document.pages]
    shifts = tuple(
        place[0] - area[0] for place, (_, area, _) in zip(places, furniture.pages, strict=True)
    )
    unfit = ""
    if not drawing.resources.keys() <= {"ExtGState"}:
        unfit = "its running heads have images"
    for place, (_, area, _) in zip(places, furniture.pages, strict=True):
        if any(abs(a - b) > EPSILON for a, b in zip(place[1:], area[1:], strict=True)):
            unfit = "left and right pages have text areas of different sizes"
    return units.Heads(drawing, shifts, tuple(messages), unfit)
