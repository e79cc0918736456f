"""The file: parts, relationships and images, the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from pipeline.features.word.drawings import picture_of
from pipeline.features.word.xml import tag
from pipeline.model import Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata
from pipeline.model.rendered import Pages
from pipeline.package.bundle import archived_again
from pipeline.package.result import NO_DATE, NoEngineError, publication_moment

if TYPE_CHECKING:
    from docx.opc.part import Part
    from docx.package import Package

WORDPROCESSING = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SVG = "image/svg+xml"
KNOWN = ("image/png", "image/jpeg", "image/gif", SVG)
"""The images that Word shows."""

ADDRESSES = (tag("r:id"), tag("r:embed"))


class _Media(NamedTuple):
    """An image: its data, the end of its name, and its type."""

    data: bytes
    suffix: str
    media_type: str


def packed(
    pages: Pages, images: Mapping[str, bytes], folder: Path
) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """The bytes of the file, and findings."""
    from docx.package import Package

    package = Package()
    findings: list[Diagnostic] = []
    media = _media(pages, images, folder, findings)
    parts = {
        file.name: _part(package, file.name, file.name.removesuffix(".xml")) for file in pages.files
    }
    main = _part(package, "document.xml", "document.main")
    package.relate_to(main, f"{RELATIONSHIPS}/officeDocument")
    for name, part in parts.items():
        if name not in ("header.xml", "footer.xml"):
            main.relate_to(part, f"{RELATIONSHIPS}/{name.removesuffix('.xml')}")
    texts = {file.name: file.text for file in pages.files}
    for name, text in {**texts, "document.xml": pages.pages[0].markup}.items():
        part = parts.get(name, main)
        part._blob = _with_relationships(package, part, text, parts, media)
    _add_theme(package, main)
    _describe(package, pages.metadata)
    stream = io.BytesIO()
    package.save(stream)
    return archived_again(stream), tuple(findings)


def _part(package: Package, name: str, kind: str) -> Part:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    return Part(PackURI(f"/word/{name}"), f"{WORDPROCESSING}.{kind}+xml", b"", package)


def _with_relationships(
    package: Package,
    part: Part,
    text: str,
    parts: Mapping[str, Part],
    media: Mapping[str, tuple[_Media, ...]],
) -> bytes:
    """The markup of a part, with relationships in the place of addresses and names."""
    root = etree.fromstring(text)
    for node in root.iter(etree.Element):
        for key in ADDRESSES:
            address = node.get(key)
            if address is None:
                continue
            if key == tag("r:embed"):
                images = media.get(address, ())
                chosen = images[-1] if node.tag == tag("asvg:svgBlip") else images[0]
                node.set(
                    key, part.relate_to(_image(package, address, chosen), f"{RELATIONSHIPS}/image")
                )
            elif address in parts:
                kind = address.removesuffix(".xml")
                node.set(key, part.relate_to(parts[address], f"{RELATIONSHIPS}/{kind}"))
            else:
                node.set(
                    key, part.relate_to(address, f"{RELATIONSHIPS}/hyperlink", is_external=True)
                )
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return data


def _add_theme(package: Package, main: Part) -> None:
    """The theme of python-docx's template: Word expects one, although all styles name fonts."""
    import docx
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    template = Path(docx.__file__).parent / "templates" / "default.docx"
    with zipfile.ZipFile(template) as archive:
        data = archive.read("word/theme/theme1.xml")
    kind = "application/vnd.openxmlformats-officedocument.theme+xml"
    theme = Part(PackURI("/word/theme/theme1.xml"), kind, data, package)
    main.relate_to(theme, f"{RELATIONSHIPS}/theme")


def _image(package: Package, name: str, media: _Media) -> Part:
    """The part of an image, which all parts that show it share."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    uri = PackURI(f"/word/media/{name.rpartition('.')[0]}{media.suffix}")
    for part in package.iter_parts():
        if part.partname == uri:
            return part
    return Part(uri, media.media_type, media.data, package)


def _media(
    pages: Pages, images: Mapping[str, bytes], folder: Path, findings: list[Diagnostic]
) -> dict[str, tuple[_Media, ...]]:
    """The images by name; with a drawing, a picture of it before it."""
    media: dict[str, tuple[_Media, ...]] = {}
    for asset in pages.assets:
        if asset.name not in images or asset.name in media:
            continue
        data, suffix = images[asset.name], f".{asset.name.rpartition('.')[2]}"
        own = _Media(data, suffix, asset.media_type)
        if asset.media_type == SVG:
            media[asset.name] = (
                _Media(_picture(asset, folder, findings), ".png", "image/png"),
                own,
            )
        elif asset.media_type not in KNOWN:
            media[asset.name] = (_Media(_as_png(data), ".png", "image/png"),)
        else:
            media[asset.name] = (own,)
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
    from pipeline.system.pictures import Image, opened

    image = opened(data) if data else Image.new("RGBA", (1, 1))
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
