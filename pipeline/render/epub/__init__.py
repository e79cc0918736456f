"""The e-book: cover, title page, imprint, contents, one page a chapter with its notes."""

from __future__ import annotations

import jinja2

from pipeline.accessibility import audited
from pipeline.editions import Edition
from pipeline.faces import FACES, MATH_FACE, own_faces
from pipeline.model import Document
from pipeline.pages import NavPoint, Page, Pages, Style
from pipeline.render.contents import nav_points, numbered, targets
from pipeline.render.cover import cover
from pipeline.render.environment import read_text
from pipeline.render.epub.divisions import division
from pipeline.render.epub.front import NAV, front_pages, properties
from pipeline.render.nodes import NodeRenderer
from pipeline.render.page_list import page_list
from pipeline.render.plan import Chapter, chapters
from pipeline.render.styles import construct_styles
from pipeline.tree import plain_text


def assemble(
    document: Document, edition: Edition, stem: str, environment: jinja2.Environment
) -> Pages:
    plan = chapters(document)
    renderer = NodeRenderer(
        environment,
        "epub",
        document,
        base=0,
        pages={target: chapter.name for chapter in plan for target in chapter.ids},
        in_contents=frozenset(targets(document.contents)),
    )
    css = read_text(environment, "epub/style.css")
    body = tuple(_chapter(chapter, renderer, document) for chapter in plan)
    start = plan[0].name if plan else NAV
    breaks = page_list(plan)
    pages = (*front_pages(document, renderer, plan, start, css, breaks), *body)
    styles = (
        Style("style.css", css),
        *construct_styles(environment, "epub", "".join(page.markup for page in pages)),
        Style("widths.css", "\n".join(renderer.rules.values())),
    )
    renderer.page = ""
    contents = nav_points(document.contents, renderer.href)
    rendered = Pages(
        edition=edition.name,
        stem=stem,
        metadata=document.metadata,
        pages=pages,
        styles=tuple(style for style in styles if style.css),
        faces=(*FACES, MATH_FACE, *own_faces(document.metadata)),
        assets=document.assets,
        page_list=breaks,
        contents=contents or (NavPoint(document.metadata.title, start),),
        cover=cover(document, environment),
    )
    return audited(document, rendered)


def _chapter(chapter: Chapter, renderer: NodeRenderer, document: Document) -> Page:
    section = chapter.section
    title = document.metadata.title
    if section:
        title = numbered(section.number, plain_text(section.title))
    renderer.page = chapter.name
    body = renderer.render(chapter.blocks)
    markup = renderer.template(
        "chapter",
        document=document,
        title=title,
        body=body,
        notes=chapter.notes,
        division=division(chapter),
    )
    return Page(chapter.name, title, str(markup), "chapter", properties(markup))
