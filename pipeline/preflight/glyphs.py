"""Characters that the page shows as an empty box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.codes import Code
from pipeline.preflight.faults import Fault, quoted
from pipeline.preflight.layout import PageLayout

UNKNOWN = frozenset("\ufffd\ufffe\uffff\0")
"""What stands in the text of a PDF for a glyph that is none."""


def missing_glyphs(pages: Iterable[PageLayout]) -> Iterator[Fault]:
    """One fault a page."""
    for page in pages:
        missing = [run for run in page.runs if not UNKNOWN.isdisjoint(run.text)]
        if missing:
            count = sum(sum(c in UNKNOWN for c in run.text) for run in missing)
            those = f"{count} characters have" if count > 1 else "A character has"
            text = "".join("�" if c in UNKNOWN else c for c in missing[0].text)
            yield Fault(
                code=Code.MISSING_GLYPH,
                pages=(page.number,),
                message=f"{those} no glyph: {quoted(text)}.",
                hint="Write it in another way, install a font that has it, or show it as an image.",
                text=missing[0].text,
            )
