"""Colours: whether text stands out from what it is set on."""

from __future__ import annotations

from collections.abc import Iterator

from tinycss2.color3 import RGBA, parse_color  # type: ignore[import-untyped]

from pipeline.accessibility.rules.declarations import declarations
from pipeline.accessibility.subject import Failure, Outcome, Subject
from pipeline.contrast import luminance, ratio

ENOUGH = 4.5
"""What WCAG asks of text of any size, at level AA."""

WHITE = RGBA(1.0, 1.0, 1.0, 1.0)


def contrast_is_enough(subject: Subject) -> Outcome:
    """Each colour of text stands out from the colour behind it, or from white where the same rule
    has none."""
    failures = []
    checked = 0
    for selector, colour, ground in _colours(subject):
        checked += 1
        found = ratio(luminance(*colour[:3]), luminance(*ground[:3]))
        if found < ENOUGH:
            message = f"The styles set `{selector}` with a contrast of {found:.1f} to 1."
            failures.append(Failure(message, hint="Text needs 4.5 to 1 or more."))
    return Outcome(checked, tuple(failures))


def _colours(subject: Subject) -> Iterator[tuple[str, RGBA, RGBA]]:
    for style in subject.pages.styles:
        for selector, found in declarations(style.css):
            colour = _colour(found.get("color", ""))
            behind = found.get("background-color") or found.get("background", "")
            if colour is not None:
                yield selector, colour, _colour(behind) or WHITE


def _colour(value: str) -> RGBA | None:
    """A colour that is written out; None for one that is the reader's or a parent's."""
    found = parse_color(value) if value else None
    return found if isinstance(found, RGBA) and found.alpha == 1 else None
