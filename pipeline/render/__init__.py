"""From a resolved document to the pages of one edition. The only place that knows Jinja."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from pipeline.features import here
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.editions import Edition
from pipeline.model.page_map import PageMap
from pipeline.model.rendered import Pages
from pipeline.system.store import Memo


def render(
    document: Document,
    edition: Edition,
    stem: str,
    templates: Path | None = None,
    page_map: PageMap | None = None,
    memo: Memo | None = None,
) -> Pages:
    """The pages of ``edition``; ``stem`` is the base name of the publication's files. ``page_map``
    is that of the standard print edition, for a printed one with the same pages. ``memo`` are
    blocks rendered earlier with the same templates.

    ``templates`` is a folder whose files replace the built-in ones. Raises `jinja2.TemplateError`
    if one of them cannot be used.
    """
    from pipeline.render import html, pdf
    from pipeline.render.environment import environment, template_errors

    with template_errors(templates):
        using = environment(templates), Memo() if memo is None else memo
        if edition.format == "pdf":
            return pdf.assemble(document, edition, stem, *using, page_map)
        if edition.platform:
            from pipeline.exercises.platforms import assemble_questions

            return assemble_questions(document, edition, stem, *using)
        if edition.format == "epub":
            from pipeline.render.ebook import assemble_ebook

            return assemble_ebook(document, edition, stem, *using)
        if edition.format == "docx":
            if not here("word"):
                return _without_word(document, edition, stem)
            from pipeline.features.word import assemble_docx

            return assemble_docx(document, edition, stem, *using)
        if edition.chapters and here("site"):
            from pipeline.features.site import render_site

            return render_site(document, edition, stem, *using)
        return html.assemble(document, edition, stem, *using)


def _without_word(document: Document, edition: Edition, stem: str) -> Pages:
    """No pages, but an error, since the feature is absent."""
    message = f"This copy of Chapbook lacks word, and so has no edition {edition.name}."
    absent = diagnostic(Code.ABSENT_FEATURE, message, source=document.source)
    absent = replace(absent, severity=Code.TEMPLATE_ERROR.value.severity)
    return Pages(edition.name, stem, document.metadata, pages=(), findings=(absent,))
