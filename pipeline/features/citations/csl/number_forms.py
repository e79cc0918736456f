"""Numbers, ordinals and ranges of pages."""

from __future__ import annotations

import re

from pipeline.features.citations.csl.locales import Locale
from pipeline.features.citations.csl.text_marks import plain
from pipeline.model.late import late
from pipeline.model.words.writing_conventions import roman

DIGITS = 18
"""The maximum number of digits of a number; more are text, as they are."""

_WITH_DIGIT = r"(?=[^\W\d]*+\d)\w++"
_NUMERIC = late(rf"{_WITH_DIGIT}(?:\s*+(?:--?|[,&–—])\s*+{_WITH_DIGIT})*+\.?")
_PAGE = rf"([A-Za-z]*+)(\d{{1,{DIGITS}}})(?!\d)([A-Za-z]*+)"
_RANGE = late(rf"(?<![A-Za-z0-9]){_PAGE}\s*+(?:–|—|--?|‑)\s*+{_PAGE}")
_WHOLE = late(rf"(?<!\w)\d{{1,{DIGITS}}}(?!\w)")
_DASH = late(r"[-–—‑]")
_ROMANS = late(r"\b([ivxlcdm]+)\s*(?:–|—|--?|‑)\s*([ivxlcdm]+)\b", re.I)
_NUMBER = r"(?:[A-Za-z]?\d+|[ivxlc]+)"
_SEVERAL = late(rf"(?:\d|\b[ivxlc]+)[A-Za-z]?(?:\s*+[-,;&–—‑])++\s*+{_NUMBER}\b")


def is_numeric(text: str) -> bool:
    return _NUMERIC.fullmatch(plain(text).strip()) is not None


def is_plural(variable: str, text: str, locale: Locale) -> bool:
    """Return whether the label of a number is plural."""
    word = re.escape(locale.text("and") or "and")
    text = re.sub(rf"\b(?:and|{word})\b", "&", plain(text).strip())
    if variable.startswith("number-of-"):
        return text != "1"
    return _SEVERAL.search(text) is not None


def number(text: str, form: str, locale: Locale, gender: str) -> str:
    """A number, or each of several, in a form; other text as it is."""
    if not is_numeric(text):
        return text
    text = re.sub(r"(?<!\s)\s*+(?:--?|—)\s*+(?=[^\W\d]*+\d)", "–", text)
    text = re.sub(r"(?<!\s)\s*,\s*", ", ", re.sub(r"(?<!\s)\s*&\s*", " & ", text))
    if form in ("", "numeric"):
        return text
    return _WHOLE.sub(lambda m: _in_form(int(m[0]), form, locale, gender), text)


def _in_form(value: int, form: str, locale: Locale, gender: str) -> str:
    if form == "roman" and 0 < value < 5000:
        return roman(value).lower()
    if form == "long-ordinal" and 0 < value <= 10:
        term = locale.term(f"long-ordinal-{value:02}", gender=gender)
        if term and term.single:
            return term.single
    return ordinal(value, locale, gender) if form.endswith("ordinal") else str(value)


def ordinal(value: int, locale: Locale, gender: str = "") -> str:
    """12th, 3rd, with the locale's terms: first the one for the whole number, then those for its
    last two digits and its last one."""
    tests = (
        (value, ("whole-number",)),
        (value % 100, ("last-two-digits", "" if value % 100 > 9 else "last-two-digits")),
        (value % 10, ("last-digit", "")),
    )
    for digits, matches in tests:
        if digits > 99:
            continue
        term = locale.term(f"ordinal-{digits:02}", gender=gender)
        if term and term.match in matches and (digits < 10 or value % 100 == digits):
            return f"{value}{term.single}"
    term = locale.term("ordinal", gender=gender)
    return f"{value}{term.single if term else ''}"


def pages(text: str, form: str, locale: Locale) -> str:
    """Pages with the locale's range delimiter, and the last one as the style's
    ``page-range-format`` requires. A hyphen after a backslash is no range."""
    sign = locale.text("page-range-delimiter") or "–"

    def replace(match: re.Match[str]) -> str:
        before, first, after, before_last, last, after_last = match.groups()
        if after or after_last or (before_last and before_last != before):
            return f"{before}{first}{after}{sign}{before_last}{last}{after_last}"
        return f"{before}{first}{sign}{_last_page(before, first, before_last, last, form)}"

    if not _DASH.search(text):
        return text
    text = _ROMANS.sub(rf"\1{sign}\2", _RANGE.sub(replace, text))
    return re.sub(r"(?<!\s)\s*,\s*", ", ", text).replace("\\-", "-")


def _last_page(before: str, first: str, before_last: str, last: str, form: str) -> str:
    """The end of a range, shortened or written out."""
    full = first[: len(first) - len(last)] + last if len(last) < len(first) else last
    if not form or int(full) < int(first):
        return before_last + last
    if form == "expanded":
        return (before_last or before) + full
    if form in ("chicago", "chicago-15", "chicago-16"):
        if int(first) < 100 or int(first) % 100 == 0 or len(full) > len(first):
            return full
        if first[-2] == "0":
            return _minimal(first, full, 1)
        if len(first) > 3 and form != "chicago-16" and len(first) - _common(first, full) > 2:
            return full
        return _minimal(first, full, 2)
    return _minimal(first, full, 2 if form == "minimal-two" else 1)


def _minimal(first: str, last: str, digits: int) -> str:
    """The last digits that differ, with a minimum number."""
    if len(first) != len(last):
        return last
    return last[min(_common(first, last), max(0, len(last) - digits)) :]


def _common(first: str, last: str) -> int:
    """The number of leading digits that two numbers share."""
    pairs = enumerate(zip(first, last, strict=False))
    return next((at for at, (a, b) in pairs if a != b), len(first))
