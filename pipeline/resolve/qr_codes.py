"""Codes that a telephone reads an address from (ISO/IEC 18004), as vector drawings."""

from __future__ import annotations

import io

from pipeline.model import Asset

QUIET = 4
"""Modules of white around a code, as the standard asks."""

PIXELS = 1.5
"""CSS pixels a module: 0.4 mm, which old cameras can tell apart on paper
that a copier has been at."""


def qr_code(href: str, number: int, taken: set[str]) -> Asset | None:
    """The code of an address, or None for one that is too long for any code. ``number`` names
    its file; ``taken`` are names of other files, to which its own is added."""
    import segno

    try:
        code = segno.make(href, error="m", micro=False)
    except segno.DataOverflowError:
        return None
    output = io.BytesIO()
    code.save(output, kind="svg", border=QUIET, scale=PIXELS, xmldecl=False, svgclass=None,
              lineclass=None, nl=False)  # fmt: skip
    name = f"qr-code-{number}.svg"
    while name in taken:
        name = f"drawn-{name}"
    taken.add(name)
    side = code.symbol_size(scale=PIXELS, border=QUIET)[0]
    return Asset(
        path=f"qr:{number}",  # no path of a file begins so
        name=name,
        media_type="image/svg+xml",
        width=round(side),
        height=round(side),
        data=output.getvalue(),
    )
