"""The images of an e-book: as e-readers show them, each an item of the book."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ebooklib.epub import EpubItem

from pipeline.model import Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.rendered import Pages
from pipeline.package.files import asset_bytes
from pipeline.package.image_sizes import for_ereaders
from pipeline.package.svg_fonts import with_fonts

SVG = "image/svg+xml"


class Images(NamedTuple):
    """The images, as items; those whose addresses differ from the pages'; files read; findings."""

    items: tuple[EpubItem, ...]
    moved: dict[str, str]
    files: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]

    def in_place(self, markup: str) -> str:
        """A page's markup with the addresses that images have."""
        for old, new in self.moved.items():
            markup = markup.replace(f'"{old}"', f'"{new}"')
        return markup


def gather_images(pages: Pages, folder: Path) -> Images:
    """The images of all pages."""
    items, files, diagnostics = [], [], []
    moved: dict[str, str] = {}
    names = {asset.name for asset in pages.assets}
    for number, asset in enumerate(_shown(pages), start=1):
        data = asset.data
        if not data:
            file = folder / asset.path
            files.append(file)
            try:
                data = asset_bytes(asset, folder)
            except OSError:
                message = f"The image `{asset.path}` cannot be read."
                diagnostics.append(diagnostic(Code.UNREADABLE_FILE, message))
                continue
        address, media_type = f"images/{asset.name}", asset.media_type
        if media_type == SVG:
            data = with_fonts(data, pages.faces if pages.metadata.embed_fonts else ())
        else:
            fitted = for_ereaders(data)
            data, media_type = fitted.data, fitted.media_type or media_type
            if fitted.suffix:
                moved[address] = address = f"images/{_name(asset.name, fitted.suffix, names)}"
        item = EpubItem(f"image-{number}", address, media_type, data)
        item.properties = ["cover-image"] if _is_cover(asset, pages) else []
        items.append(item)
    return Images(tuple(items), moved, tuple(files), tuple(diagnostics))


def _name(old: str, suffix: str, names: set[str]) -> str:
    """A name for an image of another type, which no other has."""
    stem = old.rpartition(".")[0]
    name, number = f"{stem}.{suffix}", 1
    while name in names:
        number += 1
        name = f"{stem}-{number}.{suffix}"
    names.add(name)
    return name


def _is_cover(asset: Asset, pages: Pages) -> bool:
    """Return whether an image is the cover itself, not a drawing from which a picture is made."""
    named = pages.metadata.cover
    return pages.cover is None and named is not None and asset.path == named.source.text


def _shown(pages: Pages) -> tuple[Asset, ...]:
    """The images but for a cover's drawing that is nowhere else."""
    if not pages.cover:
        return pages.assets
    drawn = {asset.name for asset in pages.cover.assets}
    return tuple(
        asset
        for asset in pages.assets
        if asset.name not in drawn or asset.name in pages.inventory.images
    )
