"""The file: parts, relationships and images, the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.features.word.pictures import picture_of
from pipeline.features.word.styles import WordTemplate
from pipeline.features.word.xml import Element, tag
from pipeline.model import Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata
from pipeline.model.rendered import Pages
from pipeline.package.bundle import rewrite_archive
from pipeline.package.result import NO_DATE, NoEngineError, publication_moment

if TYPE_CHECKING:
    from docx.opc.part import Part
    from docx.package import Package

WORDPROCESSING = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
THEME = "application/vnd.openxmlformats-officedocument.theme+xml"
HEADS = {"hdr": "header", "ftr": "footer"}
"""The kinds of parts for heads and feet, by their elements."""

SVG = "image/svg+xml"
SHOWN = ("image/png", "image/jpeg", "image/gif")
"""The images that all versions of Word show."""

ADDRESSES = (tag("r:id"), tag("r:embed"))


def pack(
    pages: Pages, images: Mapping[str, bytes], folder: Path, template: WordTemplate | None
) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """The bytes of the file, and findings."""
    from docx.package import Package

    package = Package()
    findings: list[Diagnostic] = []
    media = _media(package, pages, images, folder, findings)
    texts = {file.name: etree.fromstring(file.text) for file in pages.files}
    if template:
        for name, file in template.media.items():
            media[name] = (_part(package, name, file.media_type, file.data),)
        texts |= template.merge(texts)
    kinds = {
        name: HEADS.get(etree.QName(root).localname, name.removesuffix(".xml"))
        for name, root in texts.items()
    }
    parts = {
        name: _part(package, name, f"{WORDPROCESSING}.{kind}+xml", b"")
        for name, kind in kinds.items()
    }
    main = _part(package, "document.xml", f"{WORDPROCESSING}.document.main+xml", b"")
    package.relate_to(main, f"{RELATIONSHIPS}/officeDocument")
    for name, part in parts.items():
        if kinds[name] not in HEADS.values():
            main.relate_to(part, f"{RELATIONSHIPS}/{kinds[name]}")
    for name, root in {**texts, "document.xml": etree.fromstring(pages.pages[0].markup)}.items():
        part = parts.get(name, main)
        part._blob = _with_relationships(part, root, parts, media)
    theme = (template and template.theme) or _theme()
    part = _part(package, "theme/theme1.xml", THEME, theme)
    main.relate_to(part, f"{RELATIONSHIPS}/theme")
    _describe(package, pages.metadata)
    stream = io.BytesIO()
    package.save(stream)
    return rewrite_archive(stream), tuple(findings)


def _part(package: Package, name: str, media_type: str, data: bytes) -> Part:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    return Part(PackURI(f"/word/{name}"), media_type, data, package)


def _with_relationships(
    part: Part, root: Element, parts: Mapping[str, Part], media: Mapping[str, tuple[Part, ...]]
) -> bytes:
    """The markup of a part, with relationships in the place of addresses and names."""
    for node in root.iter(etree.Element):
        for key in ADDRESSES:
            address = node.get(key)
            if address is None:
                continue
            if address in media:
                image = media[address][-1 if node.tag == tag("asvg:svgBlip") else 0]
                node.set(key, part.relate_to(image, f"{RELATIONSHIPS}/image"))
            elif address in parts:
                kind = etree.QName(node).localname.removesuffix("Reference")
                node.set(key, part.relate_to(parts[address], f"{RELATIONSHIPS}/{kind}"))
            else:
                node.set(
                    key, part.relate_to(address, f"{RELATIONSHIPS}/hyperlink", is_external=True)
                )
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return data


def _theme() -> bytes:
    """The theme of python-docx's template: Word expects one, although all styles name fonts."""
    import docx

    template = Path(docx.__file__).parent / "templates" / "default.docx"
    with zipfile.ZipFile(template) as archive:
        return archive.read("word/theme/theme1.xml")


def _media(
    package: Package,
    pages: Pages,
    images: Mapping[str, bytes],
    folder: Path,
    findings: list[Diagnostic],
) -> dict[str, tuple[Part, ...]]:
    """The parts of images by the images' names; with a drawing, a picture of it before it."""
    media: dict[str, tuple[Part, ...]] = {}
    for asset in pages.assets:
        data = images.get(asset.name)
        if data is None or asset.name in media:
            continue
        name, parts = f"media/{asset.name}", []
        if asset.media_type not in SHOWN:
            is_drawing = asset.media_type == SVG
            picture = _picture(asset, folder, findings) if is_drawing else _as_png(data)
            parts.append(_part(package, f"{name}.png", "image/png", picture))
        if asset.media_type in (*SHOWN, SVG):
            parts.append(_part(package, name, asset.media_type, data))
        media[asset.name] = tuple(parts)
    return media


def _picture(asset: Asset, folder: Path, findings: list[Diagnostic]) -> bytes:
    """A picture of a drawing, or an empty one, with a finding."""
    try:
        return picture_of(asset, folder)
    except (NoEngineError, OSError) as error:
        message = f"Older programs cannot show the drawing `{asset.path}`: {error}."
        findings.append(diagnostic(Code.NOT_IN_WORD, message))
        return _as_png(b"")


def _as_png(data: bytes) -> bytes:
    """An image as a PNG; without data, an empty one."""
    from pipeline.system.pictures import Image, open_image

    image = open_image(data) if data else Image.new("RGBA", (1, 1))
    output = io.BytesIO()
    image.convert("RGBA").save(output, "PNG")
    return output.getvalue()


def _describe(package: Package, metadata: Metadata) -> None:
    """Title, authors, language and date: what programs read aloud and show."""
    moment = (publication_moment(metadata.modified or metadata.date) or NO_DATE).replace(
        tzinfo=None
    )
    properties = package.core_properties
    properties.title = metadata.title[:255]
    properties.subject = metadata.subtitle[:255]
    properties.author = ", ".join(author.name for author in metadata.authors)[:255]
    properties.keywords = ", ".join(metadata.keywords)[:255]
    properties.comments = metadata.description[:255]
    properties.language = metadata.lang
    properties.version = metadata.version[:255]
    properties.created = properties.modified = moment
    properties.last_modified_by = ""
    properties.revision = 1
