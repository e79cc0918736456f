"""From pages to one finished file. Each packager is imported only when it is needed."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from pipeline.features import here
from pipeline.model.codes import Code, diagnostic
from pipeline.model.faces import locate_faces
from pipeline.model.rendered import Pages
from pipeline.package.result import NoEngineError, Package, inside


def package(
    pages: Pages, folder: Path, *, assets_beside: bool = False, sources: tuple[str, ...] = ()
) -> Package:
    """The finished file of an edition.

    ``folder`` is the source's folder, with the assets. ``assets_beside`` keeps styles and images of
    the web page in separate files (`Package.extra`). ``sources`` are the names of files there to
    attach to an archival PDF.
    """
    edition = pages.row
    pages = replace(pages, faces=locate_faces(pages.faces, folder))
    match edition.format:
        case "html" if edition.chapters and here("site"):
            from pipeline.features.site import package_site

            result = package_site(pages, folder)
        case "html":
            from pipeline.package import html

            result = html.package(pages, folder, assets_beside=assets_beside)
        case "pdf":
            try:
                from pipeline.package import pdf
            except NoEngineError as error:
                return Package(b"", (diagnostic(Code.NO_ENGINE, f"No pages can be set: {error}."),))
            result = pdf.package(pages, folder, sources)
        case "epub":
            from pipeline.package.epub import package_ebook

            result = package_ebook(pages, folder)
        case "docx":
            from pipeline.features.word import package_docx

            result = package_docx(pages, folder)
        case _:
            from pipeline.exercises.platforms import package_questions

            result = package_questions(pages, folder)
    attached = (str(inside(folder, name)) for name in sources)
    files = dict.fromkeys((*result.dependencies, *attached))
    return replace(result, accessibility=pages.accessibility, dependencies=tuple(files))
