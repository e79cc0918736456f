"""From a resolved document to the pages of one edition. The only place that knows Jinja."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pipeline import features
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.editions import Edition
from pipeline.model.page_map import PageMap
from pipeline.model.rendered import Pages
from pipeline.system.store import Memo

if TYPE_CHECKING:
    from jinja2 import Environment

BY_FEATURES: dict[str, tuple[str, str]] = {
    "docx": ("word", "assemble_docx"),
    "epub": ("ebook", "assemble_ebook"),
}
"""For each format that a feature makes, its name and its task; platforms get questions."""


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
        if edition.platform or edition.format in BY_FEATURES:
            return _by_feature(document, edition, stem, *using)
        assemble = features.task("render_site") if edition.chapters else None
        pages: Pages = (assemble or html.assemble)(document, edition, stem, *using)
        return pages


def _by_feature(
    document: Document, edition: Edition, stem: str, environment: Environment, memo: Memo
) -> Pages:
    """The pages of an edition that a feature makes; without it, an error."""
    name, task = BY_FEATURES.get(edition.format, ("exercises", "assemble_questions"))
    if assemble := features.task(task):
        pages: Pages = assemble(document, edition, stem, environment, memo)
        return pages
    message = f"This copy of Chapbook lacks {name}, and so has no edition {edition.name}."
    absent = diagnostic(Code.ABSENT_FEATURE, message, source=document.source)
    absent = replace(absent, severity=Code.TEMPLATE_ERROR.value.severity)
    return Pages(edition.name, stem, document.metadata, pages=(), findings=(absent,))
