"""Text that is hard to tell from what it stands on, in colour or in grey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline import contrast as contrast_of
from pipeline.codes import Code
from pipeline.preflight.faults import Fault, quoted
from pipeline.preflight.layout import Colour, PageLayout, Run
from pipeline.preflight.lines import line_of

LEAST, LEAST_LARGE = 4.5, 3.0
"""Contrast ratios of text and of large text (WCAG 2.2, success criterion 1.4.3)."""

LARGE, LARGE_BOLD = 18, 14
"""Points from which on text is large, and bold text. Files round their sizes."""

HAIR = 0.06


def low_contrast(pages: Iterable[PageLayout]) -> Iterator[Fault]:
    """One fault for each pair of colours."""
    found: dict[tuple[Colour, Colour, float], tuple[Run, str, list[int]]] = {}
    for page in pages:
        for run in page.runs:
            least = LEAST_LARGE if is_large(run) else LEAST
            if _worst(run.colour, run.background)[0] < least:
                key = run.colour, run.background, least
                found.setdefault(key, (run, line_of(run, page.runs), []))[2].append(page.number)
    for (colour, background, least), (run, line, numbers) in found.items():
        ratio, in_grey = _worst(colour, background)
        printed = " where it is printed in grey" if in_grey else ""
        yield Fault(
            code=Code.LOW_CONTRAST,
            pages=tuple(dict.fromkeys(numbers)),
            message=f"{quoted(line)}, {colour} on {background}, has a contrast of"
            f" {_floor(ratio)}{printed}, and not {least:g}.",
            hint="Choose a darker colour for the text, or a lighter one for what it stands on.",
            text=run.wanted,
        )


def is_large(run: Run) -> bool:
    return run.size >= (LARGE_BOLD if run.bold else LARGE) - HAIR


def _worst(colour: Colour, background: Colour) -> tuple[float, bool]:
    """The lower of the contrasts in colour and in grey, and whether it is that in grey."""
    coloured, greyed = contrast(colour, background), contrast(grey(colour), grey(background))
    return min(coloured, greyed), greyed < coloured


def _floor(ratio: float) -> float:
    """To one place, and never up to what it does not reach."""
    return int(ratio * 10) / 10


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, section 5, “contrast ratio”)."""
    return contrast_of.ratio(_luminance(one), _luminance(other))


def _luminance(colour: Colour) -> float:
    """The relative luminance of a colour, from 0 to 1 (WCAG 2.2, section 5)."""
    return contrast_of.luminance(colour.red / 255, colour.green / 255, colour.blue / 255)


def grey(colour: Colour) -> Colour:
    """What a colour becomes on a printer that has black alone (ISO 32000-1, section 10.3.5)."""
    value = round(0.3 * colour.red + 0.59 * colour.green + 0.11 * colour.blue)
    return Colour(value, value, value)
