"""The site: a folder of pages, with the styles, fonts, images and scripts that they share."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import quote, urljoin

from msgspec.structs import replace

from pipeline.model.late import late
from pipeline.model.rendered import Page, Pages
from pipeline.package import html
from pipeline.package.html import fitted
from pipeline.package.result import Package
from pipeline.system.checksums import LIST, checksums

_RELATIVE = late(r"\b(?:href|src|action)=\"(?![#/]|[a-z]+:)")

SOURCES = html.FILES_BESIDE | {"form-action": html.BESIDE}
"""The sources from which a page may load: the site itself, on the web or on a disk."""


def package_site(pages: Pages, folder: Path) -> Package:
    """The site's start page, with everything else in `Package.extra`. Paths of assets are relative
    to ``folder``."""
    markup = "".join(page.markup for page in pages.pages)
    scripts = (file.text for file in pages.files if file.name.endswith(".js"))
    pages = replace(pages, styles=fitted(pages.styles, markup, "".join((pages.script, *scripts))))
    images, dependencies, problems = html.shown_images(pages, folder)
    css = html.joined_styles(pages)
    fonts, missing = html.page_fonts(pages.faces, css, markup)
    rules = html.font_faces(fonts, lambda file: f"fonts/{file.name}")
    styles = html.style_files(pages, rules + css)
    start = PurePosixPath(pages.file)

    def finished(page: Page) -> bytes:
        markup = page.markup
        markup = html.show_images(markup, images, lambda file: quote(f"images/{file.name}"))
        markup = html.with_script(markup, pages)
        markup = html.with_links(markup, styles, lambda file: file.name)
        if page.role == "missing" and pages.metadata.url:
            # servers show it in the place of any page, however deep in folders that was
            base = urljoin(pages.metadata.url, quote(f"{start.parent}/"))
            markup = _RELATIVE.sub(lambda match: match[0] + base, markup)
        return html.line_end(html.with_policy(markup, SOURCES)).encode()

    files = {
        **{page.name: finished(page) for page in pages.pages},
        **{file.name: file.data for file in styles},
        **{f"fonts/{file.name}": file.data for file in fonts.values()},
        **{f"images/{file.name}": file.data for file in html.all_sizes(images)},
        **{file.name: file.text.encode() for file in pages.files},
    }
    files[LIST] = checksums(files)
    data = files.pop(start.name)
    extra = {str(start.parent / name): content for name, content in files.items()}
    result = Package(
        data=data,
        diagnostics=(*problems, *missing),
        dependencies=tuple(map(str, dependencies)),
        extra=extra,
    )
    return html.with_picture(result, pages, folder)
