"""From a resolved document to the pages of one edition. The only place that knows Jinja."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from pipeline.features import here
from pipeline.keep import parts
from pipeline.model import Document
from pipeline.model.codes import Code, diagnostic
from pipeline.model.editions import Edition, output_name
from pipeline.model.page_map import PageMap
from pipeline.model.rendered import Pages
from pipeline.system.paths import note
from pipeline.system.store import Memo

if TYPE_CHECKING:
    import jinja2

Assembler: TypeAlias = "Callable[[Document, Edition, str, jinja2.Environment, Memo], Pages]"
"""A function that makes pages of a document; the parts that it puts into the memo are known when
only others have changed."""


def render(
    document: Document,
    edition: Edition,
    stem: str,
    templates: Path | None = None,
    page_map: PageMap | None = None,
    file: str = "",
) -> Pages:
    """The pages of ``edition``; ``stem`` is the base name of the publication's files, and ``file``
    the name of the output if it is not the edition's own. ``page_map`` is that of the standard
    print edition, for a printed one with the same pages.

    ``templates`` is a folder whose files replace the built-in ones. If one of them cannot be used,
    there are no pages but a finding.
    """
    import jinja2

    from pipeline.render.environment import open_templates, template_errors, template_finding

    environment, files = open_templates(templates, edition.format)
    note(files)
    try:
        known = parts("render", edition, templates or "", file, files=files)
        with known as memo, template_errors(templates):
            assemble = _assembler(edition, page_map)
            pages = assemble(document, edition, stem, environment, memo)
    except jinja2.TemplateError as error:
        finding = template_finding(error)
        return Pages(edition.name, stem, document.metadata, pages=(), findings=(finding,))
    return replace(pages, file=file or output_name(stem, edition))


def _assembler(edition: Edition, page_map: PageMap | None) -> Assembler:
    """The function that makes the pages of an edition."""
    from pipeline.render import html, pdf

    if edition.format == "pdf":
        return functools.partial(pdf.assemble, page_map=page_map)
    if edition.platform:
        from pipeline.exercises.platforms import assemble_questions

        return assemble_questions
    if edition.format == "epub":
        from pipeline.render.ebook import assemble_ebook

        return assemble_ebook
    if edition.format == "docx" and here("word"):
        from pipeline.features.word import assemble_docx

        return assemble_docx
    if edition.format == "docx":
        return _without_word
    if edition.chapters and here("site"):
        from pipeline.features.site import render_site

        return render_site
    return html.assemble


def _without_word(document: Document, edition: Edition, stem: str, *_: object) -> Pages:
    """No pages, but an error, since the feature is absent."""
    message = f"This copy of Chapbook lacks word, and so has no edition {edition.name}."
    absent = diagnostic(Code.ABSENT_FEATURE, message, source=document.source)
    absent = replace(absent, severity=Code.TEMPLATE_ERROR.value.severity)
    return Pages(edition.name, stem, document.metadata, pages=(), findings=(absent,))
