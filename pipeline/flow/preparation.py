"""Work that is done ahead of stages, by a process that would wait."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.flow.stages import render
from pipeline.model import Document
from pipeline.model.editions import Edition
from pipeline.system.paths import builtin_templates
from pipeline.system.store import cache_folder

NEXT = {"html": "pipeline.package.html", "epub": "pipeline.verify.audit"}
"""By format, the module that is used after an edition's pages are rendered, in this process."""


def get_ready(
    document: Document,
    edition: Edition,
    stem: str,
    templates: Path | None,
    folder: Path,
    ahead: Callable[..., object] | None,
) -> Iterator[bool]:
    """Prepare step by step, while there is nothing else to do, what an edition will need in the
    cache: its fonts, or its cover, which another process makes ``ahead``."""
    if edition.format not in NEXT:
        return
    importlib.import_module(NEXT[edition.format])
    yield True
    pages = render(document, edition, stem, templates, (), None, "")
    if not cache_folder() or not pages.pages:
        return
    if edition.format == "html" and not edition.chapters:
        from pipeline.package.html import page_fonts_ahead

        for _ in page_fonts_ahead(pages):
            yield True
    elif edition.format == "epub" and pages.cover and ahead:
        from pipeline.package.cover import picture

        ahead(picture, pages.cover, folder)


def cover_ahead(
    document: Document, templates: Path | None, folder: Path, ahead: Callable[..., Any]
) -> Callable[[], None] | None:
    """Let another process lay out the cover of an e-book before the pages of the print edition;
    what is returned draws the picture here, while that process lays out the pages. None without a
    cover that is laid out; what is wrong with it is found when it is needed."""
    from jinja2 import TemplateError

    from pipeline.package import cover as covers
    from pipeline.render.cover import cover
    from pipeline.render.environment import environment

    try:
        page = cover(document, environment(templates)) if cache_folder() else None
    except TemplateError:
        return None
    if page is None or not page.markup:
        return None
    pdf = ahead(covers.lay_out, page, folder)

    def draw() -> None:
        with contextlib.suppress(Exception):
            if data := pdf.result():
                covers.draw(page, folder, data)

    return draw


def get_ready_to_print(lang: str) -> None:
    """Load what a printed text in a language needs, in a process that waits for one."""
    from pipeline.package.pdf.engine.adapter import typesetter

    style = builtin_templates() / "pdf" / "style.css"
    typesetter.get_ready(lang, (style.read_text("utf-8"),))
