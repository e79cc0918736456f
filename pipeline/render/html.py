"""The web page: one page, contents, notes at the end."""

from __future__ import annotations

from typing import NamedTuple

import jinja2

from pipeline.editions import Edition
from pipeline.faces import FACES, MATH_FACE
from pipeline.metadata import Metadata
from pipeline.model import Document
from pipeline.pages import Page, Pages, Style
from pipeline.render.brand import logo
from pipeline.render.contents import nav_points, targets
from pipeline.render.discovery import downloads, full_title, linked_data, meta_tags
from pipeline.render.environment import read_text
from pipeline.render.nodes import NodeRenderer
from pipeline.render.side_notes import side_notes
from pipeline.render.styles import construct_styles
from pipeline.sheet.brand import screen_rules
from pipeline.words import words
from pipeline.words.dates import written_date

FEWEST_ENTRIES = 3
"""Contents of fewer lines than this say nothing that the page does not show anyway."""


class ImprintLine(NamedTuple):
    """A line of the page's foot: what it is, the text, and where that leads, if anywhere."""

    term: str
    text: str
    address: str = ""


def assemble(
    document: Document, edition: Edition, stem: str, environment: jinja2.Environment
) -> Pages:
    """The page, with the names of styles and images as they are in files beside it."""
    renderer = NodeRenderer(
        environment, "html", document, in_contents=frozenset(targets(document.contents))
    )
    metadata = document.metadata
    others = downloads(metadata, stem)
    markup = renderer.template(
        "page",
        document=document,
        date=written_date(metadata.date, words(metadata.lang)),
        full_title=full_title(metadata),
        meta_tags=meta_tags(metadata),
        linked_data=linked_data(metadata, others),
        downloads=others,
        imprint=imprint(metadata, renderer),
        logo=logo(document),
        body=renderer.render(document.blocks),
        notes=document.notes,
        shows_contents=_shows_contents(document),
    )
    styles = (
        Style("style.css", read_text(environment, "html/style.css")),
        Style("brand.css", screen_rules(metadata.brand.accent)),
        *construct_styles(environment, "html", markup),
        Style("notes.css", side_notes(document, environment), apart=True),
        Style("widths.css", "\n".join(renderer.rules.values())),
    )
    return Pages(
        edition=edition.name,
        stem=stem,
        metadata=metadata,
        pages=(Page("index.html", metadata.title, str(markup)),),
        styles=tuple(style for style in styles if style.css),
        faces=(*FACES, MATH_FACE),
        assets=document.assets,
        contents=nav_points(document.contents, renderer.href),
    )


def fragment(document: Document, environment: jinja2.Environment) -> str:
    """The markup of the body alone, with heading levels as they stand in the source."""
    renderer = NodeRenderer(environment, "html", document, base=0)
    parts = [renderer.render(document.blocks), renderer.template("notes", notes=document.notes)]
    return "\n".join(str(part) for part in parts if part)


def _shows_contents(document: Document) -> bool:
    show = document.metadata.contents.show
    entries = len(tuple(targets(document.contents)))
    return show != "never" and entries >= (1 if show == "always" else FEWEST_ENTRIES)


def imprint(metadata: Metadata, renderer: NodeRenderer) -> tuple[ImprintLine, ...]:
    """Who publishes it, under what terms, and how it is identified."""
    lines = [ImprintLine(renderer.word("published_by"), metadata.publisher)]
    if licence := metadata.licence:
        lines.append(ImprintLine(renderer.word("licence"), licence.name, licence.url))
    lines.append(ImprintLine(renderer.word("rights"), metadata.rights))
    identifier = metadata.identifier
    # A UUID says nothing to a reader: it is in the metadata only.
    if identifier and identifier.scheme in ("isbn", "doi"):
        address = identifier.uri if identifier.scheme == "doi" else ""
        lines.append(ImprintLine(identifier.scheme.upper(), identifier.value, address))
    return tuple(line for line in lines if line.text)
