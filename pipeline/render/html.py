"""The web page: one page, contents, notes at the end."""

from __future__ import annotations

from urllib.parse import quote

import jinja2

from pipeline.model import Document, Exercise
from pipeline.model.editions import EDITIONS, STANDARD_PRINT, Edition, output_name
from pipeline.model.faces import own_faces
from pipeline.model.rendered import NavPoint, Page, Pages, Style, Trait
from pipeline.model.sheet import ACCENTS, is_book, screen_rules, sheet_of
from pipeline.model.tree import has
from pipeline.model.words import words, written_date
from pipeline.render import covers, discovery, style_sheets
from pipeline.render.environment import sheets
from pipeline.render.imprint import logo, minutes, total, web_facts
from pipeline.render.node_markup import NodeRenderer
from pipeline.render.plan import nav_points, targets
from pipeline.render.style_sheets import print_style
from pipeline.system.store import Memo

UNLISTED = (discovery.MetaTag("name", "robots", "noindex"),)
"""The instruction to search engines on a page with answers."""

FEWEST_ENTRIES = 3
"""Contents of fewer lines than this say nothing that the page does not show anyway."""


def assemble(
    document: Document, edition: Edition, stem: str, environment: jinja2.Environment, memo: Memo
) -> Pages:
    """The page, with the names of styles and images as separate files."""
    renderer = NodeRenderer(
        environment, "html", document, memo, in_contents=frozenset(targets(document.contents))
    )
    metadata = document.metadata
    renderer.is_light = metadata.light
    points = nav_points(document.contents, renderer.href)
    facts = _facts(document, edition, stem, points)
    for_teachers = edition.audience == "teacher"
    about_page, picture = covers.social_preview(document, environment, stem)
    if for_teachers:
        about_page, picture = UNLISTED, None
    described = discovery.description_of(metadata, facts)
    shows_contents = _shows_contents(document)
    if shows_contents or document.lists:
        renderer.record(Trait.CONTENTS)
    markup = renderer.whole_page(
        "page",
        document=document,
        is_light=metadata.light,
        date=written_date(metadata.date, words(metadata.lang)),
        full_title=discovery.full_title(metadata),
        meta_tags=(*described.meta_tags, *about_page),
        linked_data=described.linked_data,
        address=facts.address,
        alternates=described.alternates,
        downloads=facts.downloads,
        imprint=web_facts(metadata),
        logo=logo(document),
        timing_total=total(document) if for_teachers else "",
        body=renderer.render(document.blocks),
        notes=document.notes,
        shows_contents=shows_contents,
    )
    inventory = renderer.inventory()
    return Pages(
        edition=edition.name,
        stem=stem,
        metadata=metadata,
        pages=(Page("index.html", metadata.title, str(markup)),),
        inventory=inventory,
        styles=page_styles(document, renderer, inventory.constructs),
        faces=own_faces(metadata) if metadata.light else style_sheets.screen_faces(document),
        assets=document.assets,
        script="" if metadata.light else style_sheets.script(environment, inventory.constructs),
        contents=points,
        cover=picture,
    )


def page_styles(
    document: Document, renderer: NodeRenderer, constructs: tuple[str, ...]
) -> tuple[Style, ...]:
    """The styles of a web page, or of several of a document, with the ``constructs`` of all."""
    environment = renderer.environment
    theme = document.metadata.printing.theme or ""
    theme_css = style_sheets.read_sheet(environment, f"html/{theme}.css") if theme else ""
    accent = document.metadata.brand.accent or (ACCENTS[theme] if theme_css else "")
    paper = sheet_of(document, EDITIONS[STANDARD_PRINT])
    styles = (
        *sheets(environment, "html", "style", "reading"),
        Style("theme.css", theme_css),
        Style("brand.css", screen_rules(accent)),
        *style_sheets.construct_styles(environment, "html", constructs),
        *style_sheets.kind_styles(environment, "html", document.metadata),
        *sheets(environment, "html", "print"),
        Style("paper.css", print_style(paper, document.metadata)),
        Style("notes.css", style_sheets.side_notes(document, environment), apart=True),
        Style("widths.css", "\n".join(renderer.rules.values())),
        style_sheets.dark_style(environment, constructs, accent),
    )
    return tuple(style for style in styles if style.css)


def fragment(document: Document, environment: jinja2.Environment) -> str:
    """The markup of the body only, with heading levels as in the source."""
    renderer = NodeRenderer(environment, "html", document, base=0)
    parts = [renderer.render(document.blocks), renderer.template("notes", notes=document.notes)]
    return "\n".join(str(part) for part in parts if part)


def _facts(
    document: Document, edition: Edition, stem: str, chapters: tuple[NavPoint, ...]
) -> discovery.WebFacts:
    base = document.metadata.url
    return discovery.WebFacts(
        address=base + quote(output_name(stem, edition)) if base else "",
        is_book=is_book(document),
        chapters=chapters,
        is_learnt_from=is_learnt_from(document),
        minutes=minutes(document),
        downloads=discovery.downloads(document.metadata, stem, edition),
    )


def is_learnt_from(document: Document) -> bool:
    """Return whether there are exercises in it."""
    return has(document, Exercise)


def _shows_contents(document: Document) -> bool:
    show = document.metadata.contents.show
    entries = len(tuple(targets(document.contents)))
    return show != "never" and entries >= (1 if show == "always" else FEWEST_ENTRIES)
