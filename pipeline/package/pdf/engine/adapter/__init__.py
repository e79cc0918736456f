"""All that Chapbook needs of the typesetting engine, WeasyPrint, behind an interface of our own:
except for the feature `fast_engine`, no other module imports it, or pydyf, with which it writes
PDFs. A `Typesetter` makes a `TypesetDocument`, whose `TypesetPage`s have a `LayoutBox` for
everything on them, and which writes itself as a PDF.

WeasyPrint's documented interface covers little of that. All private names that are used in addition
are listed in `patching`, with those that are replaced and why; without any of them, the import ends
in a `NoEngineError` that names it. Of objects without names of their own, `typesetter` reads the
fonts and links, `drawings` draws formulas as images that WeasyPrint finds in its cache
(Kozea/WeasyPrint#1978), and `objects` removes the build time from fonts (Kozea/WeasyPrint#1553).
"""

from __future__ import annotations

from pipeline.package.result import NoEngineError
from pipeline.system.pictures import ImageFile

_truncated = ImageFile.LOAD_TRUNCATED_IMAGES
import weasyprint as weasyprint  # noqa: E402

ImageFile.LOAD_TRUNCATED_IMAGES = _truncated  # WeasyPrint has Pillow accept truncated images

from pipeline.package.pdf.engine.adapter.patching import KNOWN, NAMES, changes  # noqa: E402

if change := next(changes(NAMES), ""):
    raise NoEngineError(f"WeasyPrint {weasyprint.VERSION} {change}; version {KNOWN} works")
