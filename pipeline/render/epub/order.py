"""In which order the pages of an e-book stand, and which of them are landmarks."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.pages import Landmark
from pipeline.render.epub.front import COVER, IMPRINT, NAV, TITLE_PAGE, CaptionNav
from pipeline.render.nodes import NodeRenderer
from pipeline.render.plan import Chapter
from pipeline.roles import BEFORE_CONTENTS, ROLES

NO_LANDMARKS = frozenset({"chapter", "part"})
"""Roles of which a book has many, none of them a landmark."""


def reading_order(plan: tuple[Chapter, ...]) -> Iterator[str]:
    """The names of all pages. What the text begins with that belongs around the title stands
    before the contents, as in print; title page and imprint are made where it has none: after a
    half title, before a dedication."""
    roles = {chapter.role for chapter in plan}
    missing = [
        page
        for page, role in ((TITLE_PAGE, "titlepage"), (IMPRINT, "copyright-page"))
        if role not in roles
    ]
    yield COVER
    at = 0
    while at < len(plan) and plan[at].role in BEFORE_CONTENTS:
        role = plan[at].role
        if TITLE_PAGE in missing and role != "halftitlepage":
            yield from missing
            missing.clear()
        yield plan[at].name
        if role == "titlepage":
            yield from missing
            missing.clear()
        at += 1
    yield from missing
    yield NAV
    yield from (chapter.name for chapter in plan[at:])


def landmarks(
    order: tuple[str, ...],
    plan: tuple[Chapter, ...],
    lists: tuple[CaptionNav, ...],
    titles: dict[str, str],
    renderer: NodeRenderer,
) -> tuple[Landmark, ...]:
    """Where in the book readers may want to go at once, in reading order: the first part of each
    kind. ``titles`` are those of the pages."""
    made = {COVER: "cover", TITLE_PAGE: "titlepage", IMPRINT: "copyright-page", NAV: "toc"}
    by_name = {chapter.name: chapter for chapter in plan}
    texts = (c.name for c in plan if c.division == "bodymatter")
    start = next(texts, plan[0].name if plan else NAV)
    found: dict[str, Landmark] = {}
    for name in order:
        kind = made.get(name) or by_name[name].role
        if name in made or (kind in ROLES and kind not in NO_LANDMARKS):
            found.setdefault(kind, Landmark(kind, name, titles[name]))
        if name == NAV:
            for nav in lists:
                if nav.kind:
                    found[nav.kind] = Landmark(nav.kind, f"{NAV}#{nav.id}", nav.title)
        if name == start:
            found["bodymatter"] = Landmark("bodymatter", start, renderer.word("start"))
    return tuple(found.values())
