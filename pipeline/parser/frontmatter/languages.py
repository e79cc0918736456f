"""Tags of languages and dates: recognised, checked, and in their usual form."""

from __future__ import annotations

import re
from datetime import date

from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.words.writing import tags_by_name

_LANGUAGE = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?|x(-[a-z0-9]{1,8})+",
    re.ASCII | re.IGNORECASE,
)


def language(value: str) -> str:
    """A BCP 47 tag in its usual case: ``zh-Hant-TW``. Raises `BadValueError`."""
    tag = value.replace("_", "-")
    head, _, rest = tag.partition("-")
    better = tags_by_name().get(head.lower())
    if better:
        tag = "-".join(filter(None, (better, rest)))
    fits = _LANGUAGE.fullmatch(tag) is not None
    if not fits or better or tag != value:
        hint = f"Write `{_language_case(tag)}`." if fits else "Write it like en, en-GB or zh-Hant."
        raise BadValueError(f"`{shorten(value)}` is not a language tag.", hint)
    return _language_case(tag)


def _language_case(tag: str) -> str:
    head, *rest = tag.lower().split("-")
    done, private = [head], len(head) == 1
    for part in rest:
        private = private or len(part) == 1
        if not private and len(part) == 2:
            part = part.upper()
        elif not private and len(part) == 4 and part.isalpha():
            part = part.title()
        done.append(part)
    return "-".join(done)


def calendar_date(value: str) -> str:
    """YYYY, YYYY-MM or YYYY-MM-DD, if it is a date that exists. Raises `BadValueError`."""
    hint = "Write it as YYYY, YYYY-MM or YYYY-MM-DD."
    found = re.fullmatch(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?", value, re.ASCII)
    if found is None:
        raise BadValueError(f"`{shorten(value)}` is not a date.", hint)
    year, month, day = (int(found[group] or 1) for group in (1, 3, 4))
    try:
        date(year, month, day)
    except ValueError:
        raise BadValueError(f"`{value}` is a date that does not exist.", hint) from None
    parts = [
        found[1],
        *(f"{number:02}" for number, group in ((month, 3), (day, 4)) if found[group]),
    ]
    written = "-".join(parts)
    if written != value:
        raise BadValueError(
            f"`{value}` is not a date in the form that is needed.", f"Write `{written}`."
        )
    return value
