"""Styles: whether they leave the text's size, font and spacing to its readers, and whether text
stands out from what it is set on."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

import tinycss2  # type: ignore[import-untyped]
from tinycss2.color3 import RGBA, parse_color  # type: ignore[import-untyped]

from pipeline.accessibility.subject import Failure, Outcome, Subject
from pipeline.contrast import luminance, ratio


@functools.lru_cache(maxsize=4)
def declarations(css: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The values by property of every rule that holds at all times, in order: read once for all
    rules of the audit, which takes most of its time."""
    return tuple(_declarations(css))


def _declarations(css: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        selector = " ".join(tinycss2.serialize(rule.prelude).split())
        found = {
            one.lower_name: tinycss2.serialize(one.value).strip()
            + (" !important" if one.important else "")
            for one in tinycss2.parse_blocks_contents(rule.content)
            if one.type == "declaration"
        }
        yield selector, found


_FIXED = re.compile(r"\d(px|pt|pc|cm|mm|in|q)\b", re.IGNORECASE)
SPACING = ("line-height", "letter-spacing", "word-spacing", "margin", "margin-bottom")


def text_adapts(subject: Subject) -> Outcome:
    """No size of text is fixed, and no spacing is forced."""
    failures = []
    checked = 0
    for style in subject.pages.styles:
        for selector, found in declarations(style.css):
            size = found.get("font-size", "")
            checked += bool(size)
            if _FIXED.search(size) or _FIXED.search(found.get("font", "")):
                message = f"The styles fix the size of the text of `{selector}`: {size}."
                failures.append(Failure(message, hint="Write it in em or rem."))
            forced = [name for name in SPACING if "!important" in found.get(name, "")]
            if forced:
                message = f"The styles force `{forced[0]}` on `{selector}`."
                failures.append(Failure(message, hint="Leave out `!important`."))
    return Outcome(checked, tuple(failures))


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
