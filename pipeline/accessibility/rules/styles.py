"""Styles: whether they leave the text's size, font and spacing to its readers."""

from __future__ import annotations

import re

from pipeline.accessibility.rules.declarations import declarations
from pipeline.accessibility.subject import Failure, Outcome, Subject

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
