"""The images of an e-book: whether shops take them."""

from __future__ import annotations

import io
import warnings

from pipeline.check.archive import Archive
from pipeline.check.findings import Findings
from pipeline.check.package import Package

MOST_PIXELS = 5_600_000
"""What an image may have in the strictest of the large shops, Apple Books."""

WANTED = frozenset({"image/jpeg", "image/png", "image/gif", "image/svg+xml"})
"""What every shop takes, and every reader shows."""


def check_images(archive: Archive, package: Package, findings: Findings) -> None:
    """Report images that are too large, of other kinds, or no images at all."""
    for path, item in package.items.items():
        if not item.media_type.startswith("image/") or item.media_type == "image/svg+xml":
            continue
        inside = findings.inside(path)
        if item.media_type not in WANTED:
            inside.warning(
                f"Some readers do not show images of the type {item.media_type}.",
                "Make it a JPEG or a PNG.",
            )
        pixels = _pixels(archive.start(path))
        if pixels > MOST_PIXELS:
            inside.warning(
                f"The image has {pixels / 1e6:.1f} million pixels, and some shops refuse it.",
                f"They take {MOST_PIXELS / 1e6} million: make it smaller.",
            )


def _pixels(start: bytes) -> int:
    """How many pixels an image has, by its first bytes; 0 where they do not say it."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(start)) as image:
                return image.width * image.height
        except Image.DecompressionBombError:
            return 2 * (Image.MAX_IMAGE_PIXELS or MOST_PIXELS)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
            return 0
